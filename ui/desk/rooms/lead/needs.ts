// 対応が要ること: what needs the lead, in the order of hurry. Tells only what the server told; decides nothing.
import type { BoothCard } from '$generated/BoothCard';
import type { Channel } from '$generated/Channel';
import type { DeskState } from '$generated/DeskState';
import type { SeatCard } from '$generated/SeatCard';
import type { Wall } from '$generated/Wall';
import type { LineName } from '$shared/icons';
import { elapsed } from '$shared/time';
import { channelWord, what, type Faces } from './seats';

/** One thing that needs the lead; times are server time, ms. */
export type Need =
  | { readonly kind: 'hand'; readonly seat: SeatCard; readonly since: number }
  | { readonly kind: 'lost'; readonly seat: SeatCard; readonly since: number }
  | { readonly kind: 'long_wait'; readonly channel: Channel; readonly count: number; readonly since: number }
  | { readonly kind: 'callbacks'; readonly count: number; readonly atLeast: boolean; readonly since: number }
  | { readonly kind: 'exchange'; readonly since: null }
  | { readonly kind: 'trunk'; readonly name: string; readonly since: null }
  | { readonly kind: 'booth'; readonly booth: BoothCard; readonly since: number | null };

/** Hands first, the longest raised before the others; then lost seats, long waits, late callbacks, lines and booths. A channel's long
 *  waits are one line: its queue names them one by one. */
export function needs(state: DeskState, wall: Wall, now: number): Need[] {
  const seats = others(state, wall);
  return [
    ...seats.flatMap((seat): Need[] => (seat.hand === null ? [] : [{ kind: 'hand', seat, since: seat.hand }])).sort(older),
    ...seats.flatMap((seat): Need[] => (seat.presence.kind === 'lost' ? [{ kind: 'lost', seat, since: seat.since }] : [])).sort(older),
    ...longWaits(state, wall, now),
    ...lateCallbacks(state, now),
    ...(state.exchange_up ? [] : [{ kind: 'exchange', since: null } satisfies Need]),
    ...wall.trunks.filter((trunk) => !trunk.up).map(({ name }): Need => ({ kind: 'trunk', name, since: null })),
    ...brokenBooths(state).map((booth): Need => ({ kind: 'booth', booth, since: booth.since })),
  ];
}

/** Every seat but one's own: that one is the tag at the left. */
export function others({ me }: DeskState, { seats }: Wall): SeatCard[] {
  return seats.filter(({ operator }) => operator !== me.operator);
}

/** The booths that should be there: after hours a booth without power is no news. */
export function brokenBooths({ booths, queue }: DeskState): BoothCard[] {
  return queue.booth.open ? booths.filter(({ doing }) => doing.kind === 'offline') : [];
}

/** A line of the list. */
export interface NeedWords {
  readonly id: string;
  readonly icon: LineName;
  readonly tone: 'lead' | 'lost' | 'learn';
  readonly title: string;
  /** Whose it is, or where. */
  readonly who: string;
  readonly text: string;
}

/** The line in words. */
export function needWords(need: Need, faces: Faces, now: number): NeedWords {
  switch (need.kind) {
    case 'hand': {
      const { seat } = need;
      const text = `${what(seat)} ${faces(seat.presence).word} ${elapsed(seat.since, now)}`.trim();
      return { id: `hand-${seat.operator}`, icon: 'hand', tone: 'lead', title: '手上げ', who: seat.name, text };
    }
    case 'lost': return { id: `lost-${need.seat.operator}`, icon: 'x', tone: 'lost', title: '接続断', who: need.seat.name, text: lostText(need.seat) };
    case 'long_wait': {
      const word = channelWord(need.channel);
      return { id: `long-${need.channel}`, icon: 'clock', tone: 'learn', title: '長い待ち', who: `${word} ${need.count}件`, text: `${word}に出られる人がいるか、確かめてください` };
    }
    case 'callbacks': {
      const who = `${need.count}件${need.atLeast ? '以上' : ''}`;
      return { id: 'callbacks', icon: 'phone', tone: 'learn', title: '折返し 期限超過', who, text: '「受付」の折返しを、手の空いた席に頼んでください' };
    }
    case 'exchange': return { id: 'exchange', icon: 'alert', tone: 'lost', title: '交換機 切断', who: '', text: '新しい呼び出しはつながりません。自動でつなぎ直しています' };
    case 'trunk': return { id: `trunk-${need.name}`, icon: 'alert', tone: 'lost', title: '電話回線 切断', who: need.name, text: 'この回線では電話を受けられません。自動でつなぎ直しています' };
    case 'booth': {
      const { name, place, booth } = need.booth;
      return { id: `booth-${booth}`, icon: 'booth', tone: 'lost', title: `${name} 接続なし`, who: place ?? '', text: '電源とネットワークを確かめてください' };
    }
  }
}

function lostText(seat: SeatCard): string {
  const held = what(seat);
  return held === '' ? '席との接続が切れています' : `${held}の対応中に切れました。戻らないとき、話の相手は待ちの先頭へ回ります`;
}

function longWaits(state: DeskState, { waiting }: Wall, now: number): Need[] {
  const channels: readonly Channel[] = ['phone', 'booth'];
  return channels.flatMap((channel): Need[] => {
    const long = waiting.filter((card) => card.channel === channel && isLong(card.arrived, state.long_wait_ms, now));
    return long.length === 0 ? [] : [{ kind: 'long_wait', channel, count: long.length, since: Math.min(...long.map(({ arrived }) => arrived)) }];
  });
}

/** Callbacks that are over their time, one line for all. A desk is told of those that are due first, and how many more
 *  there are. */
function lateCallbacks({ callbacks }: DeskState, now: number): Need[] {
  const late = callbacks.cards.filter(({ due }) => due < now);
  const [first] = late;
  if (first === undefined) return [];
  return [{ kind: 'callbacks', count: late.length, atLeast: late.length === callbacks.cards.length && callbacks.more > 0, since: first.due }];
}

/** True when somebody has waited longer than the setting allows; `long` in ms. */
export function isLong(arrived: number, long: number, now: number): boolean {
  return now - arrived > long;
}

function older(one: Need, other: Need): number {
  return (one.since ?? 0) - (other.since ?? 0);
}
