// What the samples are made of, with the design's numbers: one Monday at the desk of オペレーター01.
import type { BoothCard } from '$generated/BoothCard';
import type { CallerCard } from '$generated/CallerCard';
import type { ContactCard } from '$generated/ContactCard';
import type { DeskState } from '$generated/DeskState';
import type { DeskView } from '$generated/DeskView';
import type { Hours } from '$generated/Hours';
import type { OfferCard } from '$generated/OfferCard';
import type { TalkView } from '$generated/TalkView';
import type { View } from '$generated/View';
import { CARDS } from './cards';
import { FORMS } from './forms';
import { QUIET_NOTES } from './papers';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

/** 10:42 of that Monday, ms. */
export const MONDAY = Date.UTC(2026, 3, 6, 1, 42, 0);
/** That Monday as a day. */
const DAY = Math.floor((MONDAY + 9 * 60 * MINUTE) / (24 * 60 * MINUTE));

/** A weekday of the city. */
export const OPEN: Hours = {
  day: DAY,
  duty: 'both',
  booth: { from: 510, to: 1035 },
  phone: { from: 510, to: 1200 },
  next_booth: null,
};

/** The same day after the booths have closed. */
export const EVENING: Hours = { ...OPEN, duty: 'phone_only', next_booth: [DAY + 1, { from: 510, to: 1035 }] };

/** A Sunday: the telephone alone. */
export const SUNDAY: Hours = { ...EVENING, day: DAY - 1, booth: null, next_booth: [DAY, { from: 510, to: 1035 }] };

const booth = (number: number, doing: BoothCard['doing'], since: number | null, more: Partial<BoothCard> = {}): BoothCard => ({
  booth: number,
  name: `ブース${number}`,
  doing,
  since,
  device: 'pc',
  place: '1階ロビー',
  quality: null,
  ...more,
});

/** A quiet desk at `now`. */
export function quietState(now: number): DeskState {
  return {
    city: '上尾市',
    me: {
      operator: 1,
      name: 'オペレーター01',
      presence: { kind: 'available', channels: 'both' },
      since: now - 6 * MINUTE - 12 * SECOND,
      next: { kind: 'available', channels: 'both' },
      media: true,
      hand: null,
    },
    offer: null,
    notice: null,
    contact: null,
    queue: {
      phone: { open: true, waiting: 0, oldest: null, ready: 3 },
      booth: { open: true, waiting: 0, oldest: null, ready: 1 },
    },
    booths: [
      booth(1, { kind: 'talking', operator: 3 }, now - 12 * MINUTE - 6 * SECOND, { quality: { loss_permille: 52, round_trip_ms: 64 } }),
      booth(2, { kind: 'idle' }, now - 40 * MINUTE),
      booth(3, { kind: 'offline' }, now - 37 * MINUTE - 2 * SECOND, { place: '2階ロビー' }),
      booth(4, { kind: 'idle' }, null, { device: 'tablet', place: '2階ロビー' }),
    ],
    day: { arrived: 61, answered: 57, abandoned: 4, waiting: 0 },
    exchange_up: true,
    ring_timeout_ms: 20 * SECOND,
    hours: OPEN,
    guidance: CARDS,
    lobby: [
      { label: '1階ロビー 案内係', number: '048-775-5111' },
      { label: '支援窓口', number: '内線 1234' },
    ],
    long_wait_ms: 3 * MINUTE,
    wrapup_ms: 2 * MINUTE,
    callbacks: { cards: [], more: 0 },
    guest: null,
    colleagues: [],
    directory: [],
    wall: null,
    forms: FORMS,
    notes: { epoch: 1, seq: 0 },
  };
}

/** A booth that rings, 6 s into its 20 s. */
export function boothOffer(now: number): OfferCard {
  return {
    offer: 71,
    fence: 2,
    contact: 7,
    number: 'W-20260406-0007',
    channel: 'booth',
    booth: 'ブース2',
    caller: null,
    arrived: now - 8 * SECOND,
    offered: now - 6 * SECOND,
    expires: now + 14 * SECOND,
    why: { ready: 3, idle_ms: 7 * MINUTE + 24 * SECOND, rings_before: 0, rule: 'longest_wait' },
    asked_by: null,
  };
}

/** A talk with booth 2. */
export function boothContact(now: number): ContactCard {
  return {
    contact: 7,
    number: 'W-20260406-0007',
    channel: 'booth',
    booth: 'ブース2',
    caller: null,
    holds: 0,
    held_ms: 0,
    phase_since: now - 12 * MINUTE - 41 * SECOND,
    phase: 'live',
    arrived: now - 12 * MINUTE - 50 * SECOND,
    answered: now - 12 * MINUTE - 41 * SECOND,
    ended: null,
    end: null,
    visitor_up: true,
    visitor_since: now - 12 * MINUTE - 41 * SECOND,
    interruptions: 0,
    mask: { kind: 'off' },
    outgoing: false,
    consult: null,
    consult_end: null,
    texts: [],
    shown: null,
    screen: 'off',
    trouble: { camera: false, microphone: false, walked_away: false },
  };
}

/** Good media. */
export const TALK: TalkView = {
  contact: 7,
  muted: false,
  camera_off: false,
  media_up: true,
  loss_percent: 0.2,
  round_trip_ms: 38,
  picture_packets: 4120,
  screen_up: false,
};

/** A desk view around `state`. */
export function deskView(state: DeskState, more: Partial<DeskView> = {}, now = MONDAY): View {
  const quiet: DeskView = {
    state,
    accepting: null,
    talk: null,
    refused: null,
    leg_refused: null,
    troubles: [],
    check: null,
    wrapup_until: null,
    close_refused: false,
    notes: QUIET_NOTES,
  };
  return {
    screen: { kind: 'desk', ...quiet, ...more },
    line: { kind: 'up' },
    clock_offset_ms: now - Date.now(),
    picture: null,
  };
}

/** A talk with booth 2, a little different each time. */
export function talking(now: number, contact: Partial<ContactCard>, talk: Partial<TalkView>, more: Partial<DeskView> = {}): View {
  const state = quietState(now);
  state.me.presence = { kind: 'video' };
  state.me.since = now - 12 * MINUTE - 41 * SECOND;
  state.contact = { ...boothContact(now), ...contact };
  state.booths[1] = booth(2, { kind: 'talking', operator: 1 }, state.me.since, { quality: { loss_permille: 2, round_trip_ms: 38 } });
  return deskView(state, { talk: { ...TALK, ...talk }, ...more }, now);
}

/** After that talk. */
export function wrapping(now: number, ago: number, more: Partial<DeskView> = {}): View {
  const state = quietState(now);
  state.me.presence = { kind: 'wrapping' };
  state.me.since = now - ago;
  state.contact = { ...boothContact(now), phase: 'wrapping', ended: now - ago, end: 'visitor_ended', interruptions: 1 };
  return deskView(state, { wrapup_until: now - ago + 2 * MINUTE, ...more }, now);
}

/** Who calls in the samples, by the design's number. */
export const CALLER: CallerCard = { caller: { kind: 'number', number: '090-****-5678' }, times: 1, key: 'k-5678', digits: [] };

/** The same caller for the third time. */
export const AGAIN: CallerCard = { ...CALLER, times: 3 };

/** A call of 4 min 12 s with one hold behind it. */
export function phoneContact(now: number): ContactCard {
  return {
    ...boothContact(now),
    number: 'C-20260406-0062',
    channel: 'phone',
    booth: null,
    caller: AGAIN,
    holds: 1,
    held_ms: 20 * SECOND,
    phase_since: now - 2 * MINUTE - 5 * SECOND,
    arrived: now - 4 * MINUTE - 26 * SECOND,
    answered: now - 4 * MINUTE - 12 * SECOND,
    visitor_since: now - 4 * MINUTE - 12 * SECOND,
  };
}

/** That call, a little different each time. */
export function calling(now: number, contact: Partial<ContactCard>, talk: Partial<TalkView>, more: Partial<DeskView> = {}): View {
  const state = quietState(now);
  state.contact = { ...phoneContact(now), ...contact };
  state.me.presence = { kind: state.contact.phase === 'held' ? 'hold' : 'call' };
  state.me.since = state.contact.phase_since;
  state.queue.phone = { open: true, waiting: 1, oldest: now - 12 * SECOND, ready: 1 };
  return deskView(state, { talk: { ...TALK, picture_packets: 0, ...talk }, ...more }, now);
}

/** After that call. */
export function callWrapping(now: number, ago: number): View {
  const state = quietState(now);
  const call = phoneContact(now - ago);
  state.me.presence = { kind: 'wrapping' };
  state.me.since = now - ago;
  state.contact = { ...call, holds: 2, held_ms: 74 * SECOND, phase: 'wrapping', phase_since: now - ago, ended: now - ago, end: 'visitor_ended' };
  return deskView(state, { wrapup_until: now - ago + 2 * MINUTE }, now);
}

/** A call that rings, 6 s into its 20 s. */
export function phoneOffer(now: number, caller: CallerCard, more: Partial<OfferCard> = {}): View {
  const view = offering(now, { channel: 'phone', booth: null, number: 'C-20260406-0062', caller, ...more }, {});
  if (view.screen.kind !== 'desk') return view;
  const { state } = view.screen;
  state.booths[1] = booth(2, { kind: 'idle' }, now - 40 * MINUTE);
  state.queue.booth = { open: true, waiting: 0, oldest: null, ready: 1 };
  state.queue.phone = { open: true, waiting: 1, oldest: now - 8 * SECOND, ready: 3 };
  return view;
}

/** A ring. */
export function offering(now: number, offer: Partial<OfferCard>, more: Partial<DeskView>): View {
  const state = quietState(now);
  state.offer = { ...boothOffer(now), ...offer };
  state.me.presence = { kind: 'ringing', channel: state.offer.channel };
  state.me.since = now - 6 * SECOND;
  state.booths[1] = booth(2, { kind: 'ringing' }, now - 8 * SECOND);
  state.queue.booth = { open: true, waiting: 1, oldest: state.offer.arrived, ready: 1 };
  state.day.waiting = 1;
  return deskView(state, more, now);
}
