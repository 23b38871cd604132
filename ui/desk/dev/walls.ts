// The lead's wall for the samples: the design's Monday, and a worse hour of it.
import type { SeatCard } from '$generated/SeatCard';
import type { View } from '$generated/View';
import type { Wall } from '$generated/Wall';
import type { WaitingCard } from '$generated/WaitingCard';
import { AGAIN, boothOffer, CALLER, deskView, MINUTE, quietState, SECOND } from './base';

const LEAD = 9;

const seat = (operator: number, presence: SeatCard['presence'], since: number, more: Partial<SeatCard> = {}): SeatCard => ({
  operator,
  name: `オペレーター0${operator}`,
  presence,
  since,
  contact: null,
  hand: null,
  unsynced: 0,
  ...more,
});

const waiting = (contact: number, arrived: number, more: Partial<WaitingCard> = {}): WaitingCard => ({
  contact,
  channel: 'phone',
  booth: null,
  caller: CALLER,
  arrived,
  ...more,
});

/** Eight seats and the lead's own. */
export function mondayWall(now: number): Wall {
  const ago = (minutes: number, seconds: number): number => now - minutes * MINUTE - seconds * SECOND;
  return {
    seats: [
      seat(1, { kind: 'call' }, ago(4, 12), { contact: ['phone', null] }),
      seat(2, { kind: 'call' }, ago(11, 20), { contact: ['phone', null], hand: ago(0, 42) }),
      seat(3, { kind: 'video' }, ago(17, 38), { contact: ['booth', 'ブース1'] }),
      seat(4, { kind: 'available', channels: 'both' }, ago(1, 5)),
      seat(5, { kind: 'ringing', channel: 'phone' }, ago(0, 6)),
      seat(6, { kind: 'wrapping' }, ago(2, 38), { contact: ['phone', null], unsynced: 1 }),
      seat(7, { kind: 'break' }, ago(8, 20)),
      seat(8, { kind: 'lost' }, ago(0, 21), { contact: ['phone', null], unsynced: 3 }),
      seat(LEAD, { kind: 'lead' }, ago(21, 40), { name: '責任者01' }),
    ],
    waiting: [waiting(63, ago(0, 12), { caller: AGAIN })],
    trunks: [{ name: '主回線', up: true }, { name: '副回線', up: true }],
    suspended: null,
  };
}

/** The lead at the desk. */
export function leading(now: number, wall: Wall): View {
  const state = quietState(now);
  state.me = { ...state.me, operator: LEAD, name: '責任者01', presence: { kind: 'lead' }, since: now - 21 * MINUTE - 40 * SECOND, next: { kind: 'lead' } };
  const phone = wall.waiting.filter(({ channel }) => channel === 'phone');
  const booth = wall.waiting.filter(({ channel }) => channel === 'booth');
  state.queue = {
    phone: { open: true, waiting: phone.length, oldest: phone[0]?.arrived ?? null, ready: 1 },
    booth: { open: true, waiting: booth.length, oldest: booth[0]?.arrived ?? null, ready: 1 },
  };
  state.day.waiting = wall.waiting.length;
  state.wall = wall;
  return deskView(state, {}, now);
}

/** Everything at once: two hands, a lost seat, long waits in both queues, a trunk and a booth that are down. */
export function troubledWall(now: number): View {
  const wall = mondayWall(now);
  const seats = wall.seats.map((card): SeatCard => (card.operator === 6 ? { ...card, hand: now - 95 * SECOND } : card));
  const view = leading(now, {
    seats: [...seats, seat(10, { kind: 'lunch' }, now - 12 * MINUTE, { name: 'オペレーター10' }), seat(11, { kind: 'admin' }, now - 31 * MINUTE, { name: 'オペレーター11' })],
    waiting: [
      waiting(71, now - 6 * MINUTE - 2 * SECOND, { caller: AGAIN }),
      waiting(72, now - 4 * MINUTE, { channel: 'booth', booth: 'ブース2', caller: null }),
      waiting(73, now - 3 * MINUTE - 40 * SECOND, { caller: { caller: { kind: 'withheld' }, times: 1, key: null, digits: [] } }),
      waiting(74, now - 95 * SECOND, { caller: { caller: { kind: 'payphone' }, times: 1, key: null, digits: [] } }),
      waiting(75, now - 51 * SECOND),
      waiting(76, now - 30 * SECOND, { channel: 'booth', booth: 'ブース4', caller: null }),
      waiting(77, now - 22 * SECOND, { caller: { caller: { kind: 'out_of_area' }, times: 1, key: null, digits: [] } }),
      waiting(78, now - 3 * SECOND),
    ],
    trunks: [{ name: '主回線', up: false }, { name: '副回線', up: true }],
    suspended: now - 3 * MINUTE,
  });
  return view;
}

/** Sixteen seats beside the lead's: as many as stand on the smallest screen. */
export function crowdedWall(now: number): View {
  const wall = mondayWall(now);
  const more = [10, 11, 12, 13, 14, 15, 16, 17].map((operator) =>
    seat(operator, operator % 3 === 0 ? { kind: 'lead' } : { kind: 'available', channels: 'both' }, now - operator * 71 * SECOND, { name: `オペレーター${operator}`, hand: operator === 12 ? now - 9 * SECOND : null }),
  );
  const calls = [81, 82, 83].map((contact, at) => waiting(contact, now - (40 - at * 9) * SECOND));
  return leading(now, { ...wall, seats: [...wall.seats, ...more], waiting: calls });
}

/** A ring while the wall is looked at: the lead doubles. */
export function ringingWall(now: number): View {
  const view = leading(now, mondayWall(now));
  if (view.screen.kind !== 'desk') return view;
  const { state } = view.screen;
  state.offer = { ...boothOffer(now), channel: 'phone', booth: null, caller: AGAIN, number: 'C-20260406-0063' };
  state.me.presence = { kind: 'ringing', channel: 'phone' };
  state.me.since = now - 6 * SECOND;
  return view;
}

/** A quiet hour: nobody else signed in, nobody waits, nothing is wrong. */
export function quietWall(now: number): View {
  const view = leading(now, { seats: mondayWall(now).seats.filter(({ operator }) => operator === LEAD), waiting: [], trunks: [], suspended: null });
  if (view.screen.kind === 'desk') view.screen.state.booths = view.screen.state.booths.filter(({ doing }) => doing.kind === 'idle');
  return view;
}
