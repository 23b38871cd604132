// The page in every state that a visitor or staff can meet, with the design's numbers: booth 2 on one Monday. For
// looking and for tests.

import type { BoothContact } from '$generated/BoothContact';
import type { BoothContactState } from '$generated/BoothContactState';
import type { BoothState } from '$generated/BoothState';
import type { GuidanceCard } from '$generated/GuidanceCard';
import type { Standing } from '../devices';
import type { Presence } from '../idle';
import { veilOf } from '../mask';
import { alive, screenOf, type Facts } from '../screen';
import type { Shown } from '../shown';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const MONDAY_DAY = 20_549;
const HOURS = { from: 510, to: 1035 };

/** A moment of that Monday, ms. */
const at = (hour: number, minute: number): number => Date.UTC(2026, 3, 6, hour - 9, minute);

/** Pictures for a sample; tests have none. */
export interface Pictures {
  own: MediaStream | null;
  remote: MediaStream | null;
}

/** What makes a sample special. */
interface Part {
  now?: number;
  facts?: Partial<Facts>;
  state?: Partial<BoothState>;
  contact?: Partial<BoothContact>;
  camera?: Standing;
  microphone?: Standing;
  presence?: Presence;
  sharing?: boolean;
  open?: string;
  noWindow?: boolean;
}

const PAGES = [
  { label: 'マイナポータル', address: 'https://myna.go.jp/' },
  { label: '個人番号カード申請サイト', address: 'https://net.kojinbango-card.go.jp/' },
  { label: '上尾市の予約サイト', address: 'https://www.city.ageo.lg.jp/' },
];

const PHOTO: GuidanceCard = {
  card: 'application',
  title: '入力した内容をいっしょに確かめます。',
  steps: ['申請書の番号を入れます。', '顔写真を選びます。', 'お名前の欄を見ます。', '生年月日とご住所を見ます。', '「申請する」を押します。'],
  quiet: true,
  mask: false,
};

const LIVE: BoothContactState = { kind: 'live', operator: 'オペレーター01', since: at(11, 0), operator_up: true };

function state(part: Partial<BoothState>): BoothState {
  return {
    booth: 2,
    name: 'ブース2',
    city: '上尾市',
    phone_number: '0120-000-000',
    open: true,
    ready: 2,
    waiting: 0,
    exchange_up: true,
    contact: null,
    hours: { day: MONDAY_DAY, duty: 'both', booth: HOURS, phone: { from: 510, to: 1200 }, next_booth: null },
    device: 'pc',
    pages: PAGES,
    idle_ask_ms: 90 * SECOND,
    idle_end_ms: 30 * SECOND,
    ...part,
  };
}

function contact(now: number, part: Partial<BoothContact>): BoothContact {
  return {
    contact: 7,
    number: 'W-20260406-0007',
    arrived: now - 18 * SECOND,
    state: LIVE,
    mask: { kind: 'off' },
    texts: [],
    shown: null,
    screen: 'off',
    ...part,
  };
}

function sample(part: Part, pictures: Pictures): Shown {
  const now = part.now ?? at(11, 4);
  const board = state({ ...part.state, contact: part.contact === undefined ? null : contact(now, part.contact) });
  const facts: Facts = {
    now,
    enrolled: true,
    enrolling: { kind: 'asking' },
    secure: true,
    refused: null,
    state: board,
    lineDownSince: null,
    mediaDownSince: null,
    ringing: null,
    left: null,
    seen: null,
    notice: null,
    ...part.facts,
  };
  const known = facts.state?.contact ?? null;
  const here = alive(known, null) ? known : null;
  const camera = part.camera ?? 'good';
  const nothing = (): void => undefined;
  return {
    known: facts.state === null ? { city: '', name: '', phone: '' } : { city: board.city, name: board.name, phone: board.phone_number },
    screen: screenOf(facts),
    contact: here,
    state: facts.state,
    now,
    lineUp: facts.lineDownSince === null,
    veil: veilOf(here, null),
    visit: {
      presence: part.presence ?? { kind: 'here' },
      noWindow: part.noWindow ?? false,
      answered: false,
      media: {
        own: camera === 'good' && here !== null ? pictures.own : null,
        remote: here === null ? null : pictures.remote,
        camera,
        microphone: part.microphone ?? 'good',
        sharing: part.sharing ?? false,
      },
      pages: { open: part.open ?? null },
      mask: nothing,
      text: () => Promise.resolve('individual_number'),
      agree: () => Promise.resolve(),
      refuse: nothing,
      alive: nothing,
    },
    call: nothing,
    leave: nothing,
    again: nothing,
    newCode: nothing,
    enrolAnew: () => Promise.resolve(),
    open: nothing,
  };
}

const said = (place: number, from: 'visitor' | 'operator', text: string) => ({ place, from, text, at: at(11, place) });
const TEXTS = [
  said(1, 'operator', 'こんにちは。きょうは、どのようなご用件ですか。'),
  said(2, 'visitor', 'カードの更新をしたいです。\n耳が聞こえにくいので、文字でお願いします。'),
  said(3, 'operator', '通知書を、カメラの前に見せてください。'),
];

/** After 17:15 of that Monday. */
const CLOSED: Partial<BoothState> = {
  open: false,
  hours: { day: MONDAY_DAY, duty: 'phone_only', booth: HOURS, phone: { from: 510, to: 1200 }, next_booth: [MONDAY_DAY + 1, HOURS] },
};

const PARTS: Record<string, Part> = {
  enrol: { facts: { enrolled: false, state: null, enrolling: { kind: 'code', code: '7K3-QF9', until: at(11, 4) + 598 * SECOND } } },
  'enrol-asking': { facts: { enrolled: false, state: null } },
  'enrol-no-server': { facts: { enrolled: false, state: null, enrolling: { kind: 'no_server' } } },
  'enrol-no-store': { facts: { enrolled: false, state: null, enrolling: { kind: 'no_store' } } },
  start: { now: at(10, 50) },
  'start-queue': { state: { waiting: 1 } },
  'start-nobody': { state: { ready: 0, waiting: 1 } },
  'start-refused': { facts: { notice: { code: 'queue_full', at: at(11, 4) } } },
  'start-closing': { now: at(17, 4) },
  closed: { now: at(17, 20), state: CLOSED },
  holiday: { state: { ...CLOSED, hours: { day: MONDAY_DAY, duty: 'phone_only', booth: null, phone: { from: 510, to: 1200 }, next_booth: [MONDAY_DAY + 2, HOURS] } } },
  'no-exchange': { state: { exchange_up: false } },
  wait: { now: at(10, 50), contact: { state: { kind: 'waiting', ahead: 1 } } },
  'wait-troubles': { camera: 'denied', microphone: 'missing', contact: { state: { kind: 'waiting', ahead: 0 } } },
  connecting: { contact: { state: { kind: 'connecting', operator: 'オペレーター01' } } },
  talk: { contact: {} },
  held: { contact: { state: { kind: 'held', operator: 'オペレーター01' } } },
  'operator-away': { contact: { state: { ...LIVE, operator_up: false } } },
  card: { contact: { shown: { card: PHOTO, pointing: 2 } } },
  'card-whole': { contact: { shown: { card: { ...PHOTO, quiet: false }, pointing: null } } },
  mask: { contact: { mask: { kind: 'on' } } },
  'mask-pin': { contact: { mask: { kind: 'on' }, shown: { card: { ...PHOTO, mask: true }, pointing: 0 } } },
  lifting: { contact: { mask: { kind: 'lifting', at: at(11, 4) + 3 * SECOND } } },
  texts: { contact: { texts: TEXTS } },
  'share-asked': { contact: { screen: 'asked' } },
  'share-none': { contact: { screen: 'asked' }, noWindow: true },
  sharing: { contact: { screen: 'on' }, sharing: true, open: PAGES[0]?.address ?? '' },
  'sharing-masked': { contact: { screen: 'on', mask: { kind: 'on' } }, sharing: true },
  beside: { contact: { shown: { card: PHOTO, pointing: 2 } }, open: PAGES[0]?.address ?? '' },
  'still-there': { contact: {}, presence: { kind: 'asked', leaves: at(11, 4) + 23 * SECOND } },
  'talk-troubles': { camera: 'missing', microphone: 'busy', contact: {} },
  'talk-closing': { now: at(17, 20), contact: {}, state: CLOSED },
  reconnecting: { contact: {}, facts: { mediaDownSince: at(11, 4) - 15 * SECOND } },
  'waiting-line': { contact: { state: { kind: 'waiting', ahead: 0 } }, facts: { lineDownSince: at(11, 4) - 8 * SECOND } },
  line: { facts: { lineDownSince: at(11, 4) - MINUTE } },
  'line-at-first': { facts: { state: null, lineDownSince: at(11, 4) - MINUTE } },
  starting: { facts: { state: null, enrolled: null } },
  insecure: { facts: { state: null, secure: false } },
  revoked: { facts: { state: null, refused: 'unauthorised' } },
  replaced: { facts: { state: null, refused: 'replaced' } },
  'page-old': { facts: { state: null, refused: 'client_too_old' } },
  'server-old': { facts: { state: null, refused: 'server_too_old' } },
  thanks: { contact: { state: { kind: 'ended', end: 'operator_ended', at: at(11, 4) } } },
  sorry: { contact: { state: { kind: 'ended', end: 'line_lost_talking', at: at(11, 4) } } },
  'ended-closed': { now: at(17, 15), contact: { state: { kind: 'ended', end: 'out_of_hours', at: at(17, 15) } }, state: CLOSED },
  'ended-full': { contact: { state: { kind: 'ended', end: 'queue_full', at: at(11, 4) } } },
};

/** The names of all samples. */
export const NAMES = Object.keys(PARTS);

/** One sample; none of that name: undefined. */
export function sampleOf(name: string, pictures: Pictures = { own: null, remote: null }): Shown | undefined {
  const part = PARTS[name];
  return part === undefined ? undefined : sample(part, pictures);
}
