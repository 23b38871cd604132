// Lost calls for the samples: one on time, one soon, one over its time, and more than there is room for.
import type { CallbackCard } from '$generated/CallbackCard';
import type { View } from '$generated/View';
import { deskView, MINUTE, quietState } from './base';
import { leading, mondayWall } from './walls';

const HOUR = 60 * MINUTE;

function lost(contact: number, number: string, ago: number, more: Partial<CallbackCard>, now: number): CallbackCard {
  const arrived = now - ago;
  const caller = { kind: 'number' as const, number };
  return { contact, number: `C-20260406-${String(contact).padStart(4, '0')}`, caller, arrived, end: 'abandoned_waiting', due: arrived + 2 * HOUR, tries: 0, calls: 1, ...more };
}

/** The sample's lost calls, those that are due first. */
export function lostCalls(now: number): CallbackCard[] {
  return [
    lost(3, '048-***-9922', 2 * HOUR + 11 * MINUTE, { end: 'queue_full', tries: 2, calls: 3 }, now),
    lost(9, '090-****-3391', 102 * MINUTE, { end: 'abandoned_ringing', calls: 2 }, now),
    lost(1, '080-****-1104', 14 * HOUR, { end: 'out_of_hours', due: now + 48 * MINUTE }, now),
    lost(21, '048-***-5111', 34 * MINUTE, { end: 'line_lost_waiting', tries: 1 }, now),
    lost(24, '090-****-7720', 20 * MINUTE, {}, now),
    lost(26, '070-****-0088', 9 * MINUTE, { end: 'exchange_lost', due: now + 26 * HOUR }, now),
    lost(27, '090-****-4412', 8 * MINUTE, {}, now),
    lost(28, '050-****-6001', 5 * MINUTE, {}, now),
  ];
}

/** A resting desk with the first `count` of them, and `more` that it is not told of. */
export function owing(now: number, count: number, more = 0): View {
  const state = quietState(now);
  state.callbacks = { cards: lostCalls(now).slice(0, count), more };
  return deskView(state, {}, now);
}

/** The lead's wall while one is over its time. */
export function owingWall(now: number): View {
  const view = leading(now, mondayWall(now));
  if (view.screen.kind === 'desk') view.screen.state.callbacks = { cards: lostCalls(now), more: 0 };
  return view;
}
