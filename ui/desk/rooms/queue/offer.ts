// What an offer says, in the order that a person asks: how long, who, what came before, why me.
import type { EndReason } from '$generated/EndReason';
import type { DeclineReason } from '$generated/DeclineReason';
import type { OfferCard } from '$generated/OfferCard';
import type { RingEnd } from '$generated/RingEnd';
import type { Rule } from '$generated/Rule';
import { duration } from '$shared/time';
import { callerWord } from '../../words/caller';

/** 着信 or 呼出, and from whom. */
export function headline(offer: OfferCard): { what: string; who: string } {
  if (offer.asked_by !== null) return { what: '相談・転送 呼出中', who: callerWord(offer.caller) };
  switch (offer.channel) {
    case 'phone': return { what: '電話 着信中', who: callerWord(offer.caller) };
    case 'booth': return { what: '窓口 呼出中', who: offer.booth ?? 'オンライン窓口' };
  }
}

/** Why it came to this seat. */
export function reason({ why, asked_by: by }: OfferCard): string {
  if (by !== null) return `${by}さんから相談・転送の呼び出し`;
  const idle = duration(Math.floor(why.idle_ms / 1000));
  const turn = turnWord(why.rule);
  return (turn === null ? '' : `${turn}。`) + seat(why.ready, idle);
}

/** By which rule its turn came; none where the longest wait alone counts. */
function turnWord(rule: Rule): string | null {
  switch (rule) {
    case 'longest_wait': return null;
    case 'returned': return '中断した方を先頭でお呼びしています';
    case 'aged': return '待ち時間の上限を超えたため、先にお呼びしています';
    case 'channel': return 'この窓口を優先する設定です';
    case 'asked': return 'ほかの担当者からの呼び出しです';
    case 'shorter': return '対応の短い窓口を先にする設定です';
  }
}

function seat(ready: number, idle: string): string {
  return ready > 1 ? `受付可 ${ready}人のうち、待機が最も長い(${idle})` : `受付可は あなただけです(待機 ${idle})`;
}

/** What becomes of it when nobody answers here. */
export function otherwise({ asked_by: by }: OfferCard): string {
  return by === null ? '次の担当へ回り、あなたは「離席(不応答)」になります' : `${by}さんに戻り、あなたは「離席(不応答)」になります`;
}

/** What a refusal does. */
export function refusal({ asked_by: by }: OfferCard): string {
  return by === null ? '次の担当へ回します。理由を選んでください。' : `${by}さんに、受けられないと伝えます。理由を選んでください。`;
}

/** What came before; none when this is the first ring. */
export function before({ why }: OfferCard): string | null {
  return why.rings_before > 0 ? `${why.rings_before}回呼び出しましたが、つながっていません` : null;
}

/** 受けられない…: the reasons, in the order shown. */
export const DECLINES: readonly { reason: DeclineReason; label: string }[] = [
  { reason: 'still_busy', label: '前の対応の片付け中' },
  { reason: 'device_trouble', label: '機器の不調' },
  { reason: 'must_leave', label: '急な離席' },
];

/** Why somebody whom we called was not spoken to. */
function vain(end: EndReason): string {
  switch (end) {
    case 'callee_busy': return '相手は話し中です';
    case 'callee_not_answered': return '応答がありません';
    case 'callee_not_found': return '使われていない番号です';
    case 'callee_refused': return '相手が着信を断りました';
    case 'dial_forbidden': return 'この番号へは発信できません';
    case 'dial_given_up': return 'こちらから取りやめました';
    case 'abandoned_connecting':
    case 'visitor_ended': return '相手が電話を切りました';
    case 'dial_failed':
    case 'operator_ended':
    case 'abandoned_waiting':
    case 'abandoned_ringing':
    case 'line_lost_waiting':
    case 'line_lost_talking':
    case 'media_failed':
    case 'exchange_lost':
    case 'out_of_hours':
    case 'year_end':
    case 'suspended':
    case 'queue_full':
    case 'transferred_out': return '回線の不調か、発信数の上限です';
  }
}

/** A word about the last ring, or about a call of ours. */
export function ringEnd(end: RingEnd): string {
  switch (end.kind) {
    case 'taken_by': return `${end.name}が応答しました`;
    case 'visitor_left': return '相手が呼び出しを取りやめました';
    case 'no_answer': return '応答がなかったため、呼び出しはほかへ移りました';
    case 'declined': return '受けられないと伝えました。呼び出しはほかへ移りました';
    case 'not_reached': return `電話はつながりませんでした。${vain(end.end)}`;
    case 'not_connected': return end.returned ? '接続できませんでした。相手は待ち列に戻りました' : '接続できませんでした。この呼び出しは終了しました';
  }
}

/** The length of the ring's circle with radius 44. */
const CIRCLE = 2 * Math.PI * 44;

/** How much of the circle is left, in user units: it empties clockwise together with the figure. */
export function arc(offer: OfferCard, left: number): number {
  const whole = Math.max(1, (offer.expires - offer.offered) / 1000);
  return CIRCLE * Math.min(1, left / whole);
}
