// Consultation, transfer and calls of ours for the samples: whom one can ask, how far it is, and the other side of it.
import type { Colleague } from '$generated/Colleague';
import type { ConsultCard } from '$generated/ConsultCard';
import type { ConsultGuest } from '$generated/ConsultGuest';
import type { ContactCard } from '$generated/ContactCard';
import type { DeskView } from '$generated/DeskView';
import type { DirectoryEntry } from '$generated/DirectoryEntry';
import type { TalkView } from '$generated/TalkView';
import type { View } from '$generated/View';
import { AGAIN, CALLER, calling, callWrapping, deskView, MINUTE, phoneOffer, quietState, SECOND, TALK } from './base';
import { owing } from './callbacks';

const entry = (name: string, label: string, number: string, more: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  entry: name,
  label,
  number,
  city: false,
  note: null,
  ...more,
});

const colleague = (operator: number, presence: Colleague['presence'], more: Partial<Colleague> = {}): Colleague => ({
  operator,
  name: `オペレーター${String(operator).padStart(2, '0')}`,
  presence,
  ready: presence.kind === 'available',
  lead: false,
  ...more,
});

/** The city and two others. */
export const DIRECTORY: DirectoryEntry[] = [
  entry('issue', '交付・更新窓口', '048-782-9922', { city: true, note: '開庁日 8:30–17:15' }),
  entry('support', '支援窓口', '048-775-5111', { city: true }),
  entry('national', '国のコールセンター', '0120-95-0178'),
];

/** Who else is signed in on that Monday. */
export const COLLEAGUES: Colleague[] = [
  colleague(9, { kind: 'lead' }, { name: '責任者01', lead: true }),
  colleague(2, { kind: 'call' }),
  colleague(3, { kind: 'video' }),
  colleague(4, { kind: 'available', channels: 'both' }),
];

const MORE: DirectoryEntry[] = ['マイナンバー・パスポートセンター', '市民課', '保険年金課', '納税課', '介護保険課', '子ども支援課', '障害福祉課'].map((label, at) => entry(`more-${at}`, label, `048-775-51${20 + at}`, { city: true, note: at === 1 ? '住民票・戸籍 開庁日 8:30–17:15' : null }));
const CROWD: Colleague[] = [10, 11, 12, 13, 14, 15, 16, 17].map((operator) => colleague(operator, operator % 3 === 0 ? { kind: 'wrapping' } : { kind: 'available', channels: 'phone' }));

/** A call in which somebody may be asked. */
function asking(now: number, contact: Partial<ContactCard>, talk: Partial<TalkView> = {}, more: Partial<DeskView> = {}): View {
  const view = calling(now, contact, talk, more);
  if (view.screen.kind === 'desk') [view.screen.state.directory, view.screen.state.colleagues] = [DIRECTORY, COLLEAGUES];
  return view;
}

function crowded(now: number): View {
  const view = asking(now, {});
  if (view.screen.kind !== 'desk') return view;
  const { state } = view.screen;
  state.directory = [...DIRECTORY, ...MORE];
  state.colleagues = [...COLLEAGUES, ...CROWD];
  return view;
}

function alone(now: number): View {
  const view = asking(now, {});
  if (view.screen.kind === 'desk') view.screen.state.directory = view.screen.state.colleagues = [];
  return view;
}

function consulting(now: number, consult: Partial<ConsultCard>, talk: Partial<TalkView> = {}): View {
  const known: ConsultCard = { with: { kind: 'operator', name: 'オペレーター04' }, stage: 'ringing', blind: false, since: now - 7 * SECOND, ...consult };
  return asking(now, { consult: known }, talk);
}

function guest(now: number, more: Partial<ConsultGuest>, talk: Partial<TalkView> = {}): View {
  const state = quietState(now);
  state.guest = { contact: 7, number: 'C-20260406-0062', operator: 'オペレーター04', caller: AGAIN, joined: false, since: now - 48 * SECOND, ...more };
  state.me.presence = { kind: 'call' };
  state.me.since = now - 48 * SECOND;
  return deskView(state, { talk: { ...TALK, picture_packets: 0, ...talk } }, now);
}

function dialling(now: number): View {
  const since = now - 12 * SECOND;
  const view = calling(now, { outgoing: true, phase: 'connecting', number: 'O-20260406-0003', caller: CALLER, holds: 0, held_ms: 0, arrived: since, answered: since, phase_since: since, visitor_up: false }, {});
  if (view.screen.kind === 'desk') view.screen.state.me = { ...view.screen.state.me, presence: { kind: 'callback' }, since };
  return view;
}

function reached(now: number): View {
  const since = now - 96 * SECOND;
  return calling(now, { outgoing: true, number: 'O-20260406-0003', caller: CALLER, holds: 0, held_ms: 0, arrived: since - 14 * SECOND, answered: since - 14 * SECOND, phase_since: since }, {});
}

function unreached(now: number): View {
  const view = callWrapping(now, 9 * SECOND);
  if (view.screen.kind !== 'desk' || view.screen.state.contact === null) return view;
  const at = now - 40 * SECOND;
  view.screen.state.contact = { ...view.screen.state.contact, outgoing: true, number: 'O-20260406-0003', caller: CALLER, holds: 0, held_ms: 0, arrived: at, answered: at, end: 'callee_busy' };
  return view;
}

function blocked(now: number): View {
  const view = owing(now, 6);
  if (view.screen.kind === 'desk') view.screen.state.me.media = false;
  return view;
}

/** The samples by their names. */
export function consults(now: number): Record<string, View> {
  const city = { with: { kind: 'directory' as const, label: 'マイナンバー・パスポートセンター', city: true } };
  return {
    'call-transfer': asking(now, {}),
    'call-transfer-long': crowded(now),
    'call-transfer-empty': alone(now),
    'call-transfer-held': asking(now, { phase: 'held', phase_since: now - 9 * SECOND }, {}, { troubles: ['microphone'] }),
    'call-transfer-refused': asking(now, {}, {}, { refused: 'not_ready' }),
    'consult-ringing': consulting(now, {}),
    'consult-blind': consulting(now, { with: { kind: 'number', number: '048-***-9922' }, blind: true }),
    'consult-talking': consulting(now, { ...city, stage: 'talking', since: now - 72 * SECOND }),
    'consult-joined': consulting(now, { stage: 'joined', since: now - 31 * SECOND }, { muted: true }),
    'consult-failed': asking(now, { consult_end: { kind: 'failed', why: 'emergency' } }),
    'consult-declined': asking(now, { consult_end: { kind: 'declined' } }, {}, { troubles: ['speaker'] }),
    'offer-asked': phoneOffer(now, AGAIN, { arrived: now - 4 * MINUTE - 26 * SECOND, asked_by: 'オペレーター04', why: { ready: 1, idle_ms: 95 * SECOND, rings_before: 0, rule: 'asked' } }),
    guest: guest(now, {}),
    'guest-joined': guest(now, { joined: true, since: now - 20 * SECOND }, { muted: true }),
    'guest-lost': guest(now, { caller: { ...CALLER, caller: { kind: 'withheld' } } }, { media_up: false }),
    'callback-dialling': dialling(now),
    'callback-call': reached(now),
    'wrapup-callback': unreached(now),
    'callbacks-blocked': blocked(now),
  };
}
