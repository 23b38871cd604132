// What came of a contact (対応結果), in the words of the field.
import type { Disposition } from '$generated/Disposition';

const WORDS: Record<Disposition, string> = {
  guided: '案内完了',
  reservation_made: '予約登録',
  reservation_changed: '予約変更',
  reservation_cancelled: '予約取消',
  application_done: '申請完了(窓口)',
  support_done: '利用支援完了',
  dispatch_requested: '発送依頼(連絡票)',
  city_asked: '市へ連絡(判断依頼)',
  city_transferred: '市へ転送',
  callback_planned: '折返し予定',
  sent_to_issue_counter: '交付・更新窓口へ案内',
  sent_to_support_counter: '支援窓口へ引継',
  switched_to_assist2: 'マイナアシスト2へ切替',
  sent_to_national_line: '国コールセンター案内',
  sent_to_foreign_language_line: '外国語窓口案内',
  sent_elsewhere: '他課・他機関案内',
  broken_off_by_visitor: '途中終了(相手)',
  broken_off_by_line: '途中終了(回線)',
  wrong_or_silent: '間違い・無言',
  abuse: 'いたずら・不当要求',
  out_of_scope: '対象外',
};

/** Every disposition in the order of the field's list. */
export const DISPOSITIONS = Object.keys(WORDS).filter(isDisposition);

/** True for one of ours: what a `select` gives back is any text. */
export function isDisposition(text: string): text is Disposition {
  return Object.hasOwn(WORDS, text);
}

/** The disposition's word. */
export function dispositionWord(disposition: Disposition): string {
  return WORDS[disposition];
}
