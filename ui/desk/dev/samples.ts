// Sample views, by name: the states that a person can meet, one by one. For looking and for tests.
import type { CheckView } from '$generated/CheckView';
import type { Code } from '$generated/Code';
import type { DeviceChoice } from '$generated/DeviceChoice';
import type { Digit } from '$generated/Digit';
import type { Presence } from '$generated/Presence';
import type { PublicHours } from '$generated/PublicHours';
import type { TextCard } from '$generated/TextCard';
import type { View } from '$generated/View';
import { owing, owingWall } from './callbacks';
import { CARDS } from './cards';
import { consults } from './consults';
import {
  AGAIN, CALLER, calling, callWrapping, deskView, EVENING, MINUTE, MONDAY, offering, OPEN, phoneOffer, quietState, SECOND, SUNDAY, talking,
  wrapping,
} from './base';
import { NOTE_PRESSED, notes } from './notes';
import { crowdedWall, leading, mondayWall, quietWall, ringingWall, troubledWall } from './walls';

export { boothContact, boothOffer, deskView, MONDAY, phoneContact, quietState, TALK, talking } from './base';

const CLOSING = MONDAY + (17 * 60 + 8 - 10 * 60 - 42) * MINUTE;

function present(now: number, presence: Presence): View {
  const state = quietState(now);
  state.me.presence = presence;
  return deskView(state, {}, now);
}

function missed(now: number): View {
  const state = quietState(now);
  state.me.presence = { kind: 'away', why: 'no_answer' };
  state.me.since = now - 11 * SECOND;
  state.me.next = { kind: 'away' };
  state.me.media = false;
  state.notice = { offer: 71, end: { kind: 'taken_by', name: 'オペレーター02' }, at: now - 11 * SECOND };
  return deskView(state, { refused: 'too_late', troubles: ['camera', 'no_keyring'] }, now);
}

function cutOff(now: number): View {
  const view = deskView(quietState(now), {}, now);
  return { ...view, line: { kind: 'down', since: Date.now() - 42 * SECOND, fenced: true } };
}

function longWait(now: number): View {
  const state = quietState(now);
  state.queue.booth = { open: true, waiting: 2, oldest: now - 4 * MINUTE - 20 * SECOND, ready: 0 };
  state.queue.phone = { open: true, waiting: 3, oldest: now - 3 * MINUTE - 5 * SECOND, ready: 0 };
  state.me.presence = { kind: 'admin' };
  state.me.next = { kind: 'admin' };
  return deskView(state, {}, now);
}

function evening(now: number, closed: boolean): View {
  const at = closed ? now + 20 * MINUTE : now;
  const state = quietState(at);
  if (closed) {
    state.hours = EVENING;
    state.queue.booth = { open: false, waiting: 0, oldest: null, ready: 0 };
    state.me.presence = { kind: 'available', channels: 'phone' };
  }
  return deskView(state, {}, at);
}

function sunday(now: number): View {
  const state = quietState(now);
  state.hours = SUNDAY;
  state.queue.booth = { open: false, waiting: 0, oldest: null, ready: 0 };
  return deskView(state, {}, now);
}

function pastClosing(now: number): View {
  const at = now + 20 * MINUTE;
  const view = talking(at, {}, {});
  if (view.screen.kind === 'desk') {
    view.screen.state.hours = EVENING;
    view.screen.state.queue.booth = { open: false, waiting: 0, oldest: null, ready: 0 };
  }
  return view;
}

const TEXTS = (now: number): TextCard[] => [
  { place: 1, from: 'operator', text: '少し小さな声でお話しください。画面に文字でもお伝えします。', at: now - 4 * MINUTE },
  { place: 2, from: 'visitor', text: '耳が聞こえにくいので、文字でお願いします', at: now - 3 * MINUTE },
  { place: 3, from: 'operator', text: '承知しました。申請サイトの緑のボタンを押してください。', at: now - 2 * MINUTE },
];

const device = (id: string, name: string, chosen: boolean, present = true): DeviceChoice => ({ id, name, chosen, present });

/** The device check with everything well. */
export const CHECK: CheckView = {
  microphones: [device('', 'システムの設定', false), device('usb', 'ヘッドセット(USB)', true)],
  speakers: [device('', 'システムの設定', false), device('usb', 'ヘッドセット(USB)', true)],
  ringers: [device('', 'システムの設定', false), device('pc', 'パソコンのスピーカー', true)],
  cameras: [device('cam', '内蔵カメラ', true)],
  level_dbfs: -22,
  loudest_dbfs: -14,
  sounding: null,
  camera_size: [640, 480],
  network: { server_ms: 24, exchange_ms: 38, loss_percent: 0, media_up: true },
};

const TROUBLED: CheckView = {
  ...CHECK,
  microphones: [device('', 'システムの設定', false), device('usb', 'ヘッドセット(USB)', true, false)],
  cameras: [],
  camera_size: null,
  level_dbfs: null,
  loudest_dbfs: null,
  sounding: 'ringer',
  network: { server_ms: 210, exchange_ms: null, loss_percent: 7.5, media_up: true },
};

function signIn(more: { busy?: boolean; error?: Code | null; hours?: PublicHours | null; take_over?: boolean }): View {
  return {
    screen: { kind: 'sign_in', busy: false, error: null, name: 'op01', hours: { city: '上尾市', hours: OPEN, now: MONDAY }, take_over: false, ...more },
    line: { kind: 'idle' },
    clock_offset_ms: MONDAY - Date.now(),
    picture: null,
  };
}

function gates(): Record<string, View> {
  return {
    'sign-in': signIn({}),
    'sign-in-unknown': signIn({ hours: null }),
    'sign-in-sunday': signIn({ hours: { city: '上尾市', hours: SUNDAY, now: MONDAY } }),
    'sign-in-busy': signIn({ busy: true }),
    'sign-in-wrong': signIn({ error: 'wrong_password' }),
    'sign-in-locked': signIn({ error: 'locked' }),
    'sign-in-desk-old': signIn({ error: 'client_too_old' }),
    'sign-in-server-old': signIn({ error: 'server_too_old' }),
    'take-over': signIn({ take_over: true }),
  };
}

function seats(now: number): Record<string, View> {
  return {
    idle: deskView(quietState(now), {}, now),
    'idle-phone': present(now, { kind: 'available', channels: 'phone' }),
    'idle-booth': present(now, { kind: 'available', channels: 'booth' }),
    admin: present(now, { kind: 'admin' }),
    lead: present(now, { kind: 'lead' }),
    away: present(now, { kind: 'away', why: 'chosen' }),
    break: present(now, { kind: 'break' }),
    lunch: present(now, { kind: 'lunch' }),
    training: present(now, { kind: 'training' }),
    meeting: present(now, { kind: 'meeting' }),
    missed: missed(now),
    'long-wait': longWait(now),
    closing: evening(CLOSING, false),
    evening: evening(CLOSING, true),
    sunday: sunday(now),
    offline: cutOff(now),
    troubles: deskView(quietState(now), { troubles: ['microphone', 'speaker', 'ringer', 'camera', 'no_keyring'] }, now),
    check: deskView(quietState(now), { check: CHECK }, now),
    'check-troubles': deskView(quietState(now), { check: TROUBLED, troubles: ['microphone', 'camera'] }, now),
  };
}

function talks(now: number): Record<string, View> {
  const [apply, , pin] = CARDS;
  const shown = (card: (typeof CARDS)[number] | undefined, pointing: number | null) => (card === undefined ? null : { card, pointing });
  return {
    talk: talking(now, {}, {}),
    connecting: talking(now, { phase: 'connecting' }, { media_up: false }),
    texts: talking(now, { texts: TEXTS(now), shown: shown(apply, 3) }, {}),
    guide: talking(now, { shown: shown(pin, 1) }, {}),
    mask: talking(now, { mask: { kind: 'on' }, shown: shown(pin, 2) }, {}),
    'mask-lifting': talking(now, { mask: { kind: 'lifting', at: now + 3 * SECOND } }, {}),
    'screen-asked': talking(now, { screen: 'asked' }, {}),
    screen: talking(now, { screen: 'on' }, { screen_up: true }),
    'visitor-troubles': talking(now, { trouble: { camera: true, microphone: true, walked_away: true } }, {}),
    muted: talking(now, {}, { muted: true, camera_off: true, loss_percent: 6.4 }),
    'talk-troubles': talking(now, {}, {}, { troubles: ['microphone'] }),
    'close-refused': talking(now, {}, {}, { close_refused: true, refused: 'individual_number' }),
    'visitor-lost': talking(now, { visitor_up: false, visitor_since: now - 15 * SECOND, interruptions: 1 }, {}),
    'own-lost': talking(now, {}, { media_up: false }),
    'past-closing': pastClosing(CLOSING),
  };
}

function calls(now: number): Record<string, View> {
  const held = { phase: 'held' as const, phase_since: now - 9 * SECOND };
  const pressed = { ...AGAIN, digits: ['1', '2', '#'] satisfies Digit[] };
  return {
    'offer-phone': phoneOffer(now, CALLER),
    'offer-repeated': phoneOffer(now, AGAIN, { arrived: now - 4 * MINUTE - 8 * SECOND, why: { ready: 2, idle_ms: 95 * SECOND, rings_before: 3, rule: 'longest_wait' } }),
    'offer-withheld': phoneOffer(now, { ...CALLER, caller: { kind: 'withheld' } }),
    call: calling(now, {}, {}),
    'call-connecting': calling(now, { phase: 'connecting', holds: 0, held_ms: 0 }, { media_up: false, loss_percent: null }),
    'call-muted': calling(now, {}, { muted: true, loss_percent: 6.4 }),
    'call-held': calling(now, held, {}),
    'call-keypad': calling(now, { caller: pressed }, {}),
    'call-lost': calling(now, { visitor_up: false, visitor_since: now - 15 * SECOND }, {}, { troubles: ['microphone', 'speaker'] }),
    'call-own-lost': calling(now, { caller: { ...CALLER, caller: { kind: 'out_of_area' } } }, { media_up: false }),
    'wrapup-call': callWrapping(now, 84 * SECOND),
  };
}

function walls(now: number): Record<string, View> {
  const hand = deskView({ ...quietState(now), me: { ...quietState(now).me, hand: now - 42 * SECOND } }, {}, now);
  return {
    hand,
    'lead-desk': leading(now, mondayWall(now)),
    wall: leading(now, mondayWall(now)),
    'wall-callbacks': owingWall(now),
    'wall-troubles': troubledWall(now),
    'wall-offer': ringingWall(now),
    'wall-quiet': quietWall(now),
    'wall-crowded': crowdedWall(now),
  };
}

/** What is pressed before a sample is looked at, test ids one after the other: states that the page itself holds. */
export const PRESSED: Readonly<Record<string, string>> = {
  'call-keypad': 'keypad',
  'call-transfer': 'transfer to-operator-4',
  'call-transfer-long': 'transfer',
  'call-transfer-empty': 'transfer',
  'call-transfer-held': 'transfer to-typed',
  'call-transfer-refused': 'transfer to-operator-4',
  wall: 'room-lead',
  'wall-callbacks': 'room-lead',
  'wall-troubles': 'room-lead',
  'wall-offer': 'room-lead',
  'wall-quiet': 'room-lead',
  'wall-crowded': 'room-lead',
  ...NOTE_PRESSED,
};

/** Every sample by its name. */
export function samples(now = MONDAY): Record<string, View> {
  return {
    ...gates(),
    ...seats(now),
    ...talks(now),
    ...calls(now),
    ...consults(now),
    ...walls(now),
    ...notes(now),
    callbacks: owing(now, 6),
    'callbacks-one': owing(now, 1),
    'callbacks-more': owing(now, 8, 14),
    offer: offering(now, {}, {}),
    'offer-long': offering(now, { arrived: now - 4 * MINUTE - 8 * SECOND, why: { ready: 2, idle_ms: 95 * SECOND, rings_before: 3, rule: 'longest_wait' } }, {}),
    accepting: offering(now, { why: { ready: 1, idle_ms: 3000, rings_before: 2, rule: 'longest_wait' } }, { accepting: 71 }),
    wrapup: wrapping(now, 84 * SECOND),
    'wrapup-over': wrapping(now, 132 * SECOND, { troubles: ['speaker'] }),
  };
}
