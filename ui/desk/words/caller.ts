// How a caller is named: the same on the offer, in the call, in its note and on the wall. A number comes masked; this
// page never has another.
import type { Caller } from '$generated/Caller';
import type { CallerCard } from '$generated/CallerCard';

/** The number as it may be shown, or why there is none. */
export function callerWord(card: CallerCard | null): string {
  return card === null ? '電話' : named(card.caller);
}

/** `再入電 3回目`; none for a first call. */
export function repeated(card: CallerCard | null): string | null {
  return card !== null && card.times > 1 ? `再入電 ${card.times}回目` : null;
}

/** Who calls: the masked number, or why there is none. */
export function named(caller: Caller): string {
  switch (caller.kind) {
    case 'number': return caller.number;
    case 'withheld': return '非通知';
    case 'payphone': return '公衆電話';
    case 'out_of_area': return '表示圏外';
  }
}
