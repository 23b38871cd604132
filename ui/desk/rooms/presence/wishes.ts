// The states that an operator may ask for, in the order of their keys.
import type { Chosen } from '$generated/Chosen';

/** A button of the switch. */
export interface Wish {
  readonly label: string;
  readonly chosen: Chosen;
}

/** Alt+1 to Alt+5. */
export const WISHES: readonly Wish[] = [
  { label: '兼務', chosen: { kind: 'available', channels: 'both' } },
  { label: '電話', chosen: { kind: 'available', channels: 'phone' } },
  { label: '窓口', chosen: { kind: 'available', channels: 'booth' } },
  { label: '離席', chosen: { kind: 'away' } },
  { label: '休憩', chosen: { kind: 'break' } },
];

/** Alt+6 opens these. */
export const OTHERS: readonly Wish[] = [
  { label: '昼休憩', chosen: { kind: 'lunch' } },
  { label: '事務処理(連絡票)', chosen: { kind: 'admin' } },
  { label: '研修', chosen: { kind: 'training' } },
  { label: '打合せ', chosen: { kind: 'meeting' } },
  { label: '業務責任者対応', chosen: { kind: 'lead' } },
];

/** True when both ask for the same. */
export function sameWish(one: Chosen, other: Chosen): boolean {
  if (one.kind === 'available' && other.kind === 'available') return one.channels === other.channels;
  return one.kind === other.kind;
}
