// Sample views with the design's numbers: one Monday at the desk of オペレーター01. For looking and for tests.
import type { ContactCard } from '$generated/ContactCard';
import type { DeskState } from '$generated/DeskState';
import type { DeskView } from '$generated/DeskView';
import type { OfferCard } from '$generated/OfferCard';
import type { TalkView } from '$generated/TalkView';
import type { View } from '$generated/View';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** 10:42 of that Monday, ms. */
export const MONDAY = Date.UTC(2026, 3, 6, 1, 42, 0);

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
    },
    offer: null,
    notice: null,
    contact: null,
    queue: {
      phone: { open: true, waiting: 0, oldest: null, ready: 3 },
      booth: { open: true, waiting: 0, oldest: null, ready: 1 },
    },
    booths: [
      { booth: 1, name: 'ブース1', doing: { kind: 'talking', operator: 3 }, since: now - 12 * MINUTE - 6 * SECOND },
      { booth: 2, name: 'ブース2', doing: { kind: 'idle' }, since: now - 40 * MINUTE },
      { booth: 3, name: 'ブース3', doing: { kind: 'offline' }, since: now - 37 * MINUTE - 2 * SECOND },
      { booth: 4, name: 'ブース4', doing: { kind: 'idle' }, since: null },
    ],
    day: { arrived: 61, answered: 57, abandoned: 4, waiting: 0 },
    exchange_up: true,
    ring_timeout_ms: 20 * SECOND,
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
    arrived: now - 8 * SECOND,
    offered: now - 6 * SECOND,
    expires: now + 14 * SECOND,
    why: { ready: 3, idle_ms: 7 * MINUTE + 24 * SECOND, rings_before: 0 },
  };
}

/** A talk with booth 2. */
export function boothContact(now: number): ContactCard {
  return {
    contact: 7,
    number: 'W-20260406-0007',
    channel: 'booth',
    booth: 'ブース2',
    phase: 'live',
    arrived: now - 12 * MINUTE - 50 * SECOND,
    answered: now - 12 * MINUTE - 41 * SECOND,
    ended: null,
    end: null,
    visitor_up: true,
    visitor_since: now - 12 * MINUTE - 41 * SECOND,
    interruptions: 0,
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
};

/** A desk view around `state`. */
export function deskView(state: DeskState, more: Partial<DeskView> = {}, now = MONDAY): View {
  return {
    screen: { kind: 'desk', state, accepting: null, talk: null, refused: null, leg_refused: null, troubles: [], ...more },
    line: { kind: 'up' },
    clock_offset_ms: now - Date.now(),
    picture: null,
  };
}

function talking(now: number, contact: Partial<ContactCard>, talk: Partial<TalkView>): View {
  const state = quietState(now);
  state.me.presence = { kind: 'video' };
  state.me.since = now - 12 * MINUTE - 41 * SECOND;
  state.contact = { ...boothContact(now), ...contact };
  state.booths[1] = { booth: 2, name: 'ブース2', doing: { kind: 'talking', operator: 1 }, since: state.me.since };
  return deskView(state, { talk: { ...TALK, ...talk } }, now);
}

function wrapping(now: number): View {
  const state = quietState(now);
  state.me.presence = { kind: 'wrapping' };
  state.me.since = now - 84 * SECOND;
  state.contact = { ...boothContact(now), phase: 'wrapping', ended: now - 84 * SECOND, end: 'visitor_ended', interruptions: 1 };
  return deskView(state, {}, now);
}

function offering(now: number, offer: Partial<OfferCard>, more: Partial<DeskView>): View {
  const state = quietState(now);
  state.offer = { ...boothOffer(now), ...offer };
  state.me.presence = { kind: 'ringing', channel: state.offer.channel };
  state.me.since = now - 6 * SECOND;
  state.booths[1] = { booth: 2, name: 'ブース2', doing: { kind: 'ringing' }, since: now - 8 * SECOND };
  state.queue.booth = { open: true, waiting: 1, oldest: now - 8 * SECOND, ready: 1 };
  state.day.waiting = 1;
  return deskView(state, more, now);
}

function missed(now: number): View {
  const state = quietState(now);
  state.me.presence = { kind: 'away', why: 'no_answer' };
  state.me.since = now - 11 * SECOND;
  state.me.next = { kind: 'away' };
  state.me.media = false;
  state.notice = { offer: 71, end: { kind: 'taken_by', name: 'オペレーター02' }, at: now - 11 * SECOND };
  state.queue.phone.open = false;
  return deskView(state, { refused: 'too_late', troubles: ['camera', 'no_keyring'] }, now);
}

function cutOff(now: number): View {
  const view = deskView(quietState(now), {}, now);
  return { ...view, line: { kind: 'down', since: Date.now() - 42 * SECOND, fenced: true } };
}

function signIn(busy: boolean, error: 'wrong_password' | null): View {
  return {
    screen: { kind: 'sign_in', busy, error, name: 'op01' },
    line: { kind: 'idle' },
    clock_offset_ms: MONDAY - Date.now(),
    picture: null,
  };
}

/** Every sample by its name. */
export function samples(now = MONDAY): Record<string, View> {
  return {
    'sign-in': signIn(false, null),
    'sign-in-wrong': signIn(false, 'wrong_password'),
    idle: deskView(quietState(now), {}, now),
    missed: missed(now),
    offer: offering(now, {}, {}),
    accepting: offering(now, { why: { ready: 1, idle_ms: 3000, rings_before: 2 } }, { accepting: 71 }),
    talk: talking(now, {}, {}),
    muted: talking(now, {}, { muted: true, camera_off: true, loss_percent: 6.4 }),
    'visitor-lost': talking(now, { visitor_up: false, visitor_since: now - 15 * SECOND, interruptions: 1 }, {}),
    'own-lost': talking(now, {}, { media_up: false }),
    wrapup: wrapping(now),
    offline: cutOff(now),
  };
}
