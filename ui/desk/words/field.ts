// What the fields of a note are called, wherever one is missing or in doubt.
import type { Code } from '$generated/Code';
import type { Doubt } from '$generated/Doubt';
import type { NeedField } from '$generated/NeedField';

/** The label of a field that is needed. */
export function needWord(field: NeedField): string {
  switch (field) {
    case 'category': return '区分';
    case 'party': return '相手区分';
    case 'disposition': return '対応結果';
    case 'text': return '案内内容';
    case 'name': return '氏名';
    case 'kana': return 'フリガナ';
    case 'birth': return '生年月日';
    case 'sex': return '性別';
    case 'address': return '住所';
    case 'phone': return '連絡先';
    case 'reachable': return '連絡できる時間帯';
    case 'reservation_kind': return '予約の種別';
    case 'reservation_when': return '予約の日時';
    case 'registered': return '登録済み';
    case 'assist2': return '切替理由';
    case 'checks': return '終了チェック';
    case 'sheet': return '連絡票';
    case 'doubt_reason': return '警告の理由';
    case 'promise_due': return '折返しの期限';
  }
}

/** Why a text cannot be kept. */
export function blockedWord(code: Code): string {
  return code === 'secret_text' ? '暗証番号・パスワードと思われる文字は記録できません' : '個人番号と思われる数字は記録できません';
}

/** What should be looked at again. */
export function doubtWord(doubt: Doubt): string {
  switch (doubt) {
    case 'twelve_digits': return '12桁の数字があります。個人番号や免許証の番号ではありませんか。';
    case 'application_id': return '23桁の数字があります。申請書IDは書かず、「確認済」とだけ書いてください。';
    case 'residence_card': return '在留カードの番号と思われる文字があります。番号は書かないでください。';
  }
}
