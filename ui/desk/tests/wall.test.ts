// @vitest-environment jsdom
// 責任者室: who sees it, what is framed, and in which order things need the lead.
import { describe, expect, it } from 'vitest';
import type { DeskState } from '$generated/DeskState';
import type { Wall } from '$generated/Wall';
import { MINUTE, SECOND } from '../dev/base';
import { MONDAY } from '../dev/samples';
import { health } from '../rooms/lead/health';
import { needs, needWords } from '../rooms/lead/needs';
import { line } from '../rooms/lead/queues';
import { density, frame, tight, what } from '../rooms/lead/seats';
import { faceOf } from '../rooms/presence/words';
import { click, desk, draw, element, open, sample, show, text } from './window';

/** A sample's state and its wall, at that Monday. */
function of(name: string): { state: DeskState; wall: Wall } {
  const { state } = desk(name, MONDAY);
  if (state.wall === null) throw new Error(`no wall in ${name}`);
  return { state, wall: state.wall };
}

const kinds = (state: DeskState, wall: Wall): string[] => needs(state, wall, MONDAY).map((need) => needWords(need, faceOf, MONDAY).id);

describe('責任者室', () => {
  it('is a room for the lead alone', () => {
    open('idle');
    expect(element('room-lead')).toBeNull();
    show('wall');
    expect(element('wall')).toBeNull();
    click('room-lead');
    expect(element('wall')).not.toBeNull();
    expect(element('room-lead')?.getAttribute('aria-current')).toBe('page');
    click('room-desk');
    expect(element('wall')).toBeNull();
  });
  it('keeps the rail, and gives way when the line is down', () => {
    open('wall');
    click('room-lead');
    expect(text('tag-word')).toBe('業務責任者対応');
    draw({ ...sample('wall'), line: sample('offline').line });
    expect(element('room-lead')).toBeNull();
    expect(element('wall')).toBeNull();
    expect(element('offline')).not.toBeNull();
  });
  it('keeps the talk’s pictures in the page', () => {
    open('wall');
    const canvas = element('picture');
    click('room-lead');
    expect(element('picture')).toBe(canvas);
  });
  it('shows everybody but the lead, whose state is the tag', () => {
    open('wall');
    click('room-lead');
    expect(document.querySelectorAll('[data-presence]')).toHaveLength(8);
    expect(element('seat-9')).toBeNull();
    expect(element('seat-8')?.dataset['frame']).toBe('lost');
  });
});

describe('a seat', () => {
  const [call, , , , , , rest] = of('wall').wall.seats;
  if (call === undefined || rest === undefined) throw new Error('samples');
  it('is framed for the most urgent reason only', () => {
    expect(frame(call)).toBe('calm');
    expect(frame({ ...call, presence: { kind: 'ringing', channel: 'phone' } })).toBe('ring');
    expect(frame({ ...call, presence: { kind: 'ringing', channel: 'phone' }, hand: 1 })).toBe('hand');
    expect(frame({ ...call, presence: { kind: 'lost' }, hand: 1 })).toBe('lost');
  });
  it('says what it is busy with', () => {
    expect(what(call)).toBe('電話');
    expect(what({ ...call, contact: ['booth', 'ブース1'] })).toBe('ブース1');
    expect(what({ ...rest, presence: { kind: 'ringing', channel: 'booth' } })).toBe('窓口');
    expect(what(rest)).toBe('');
  });
  it('writes a long word small', () => {
    expect(['受付可(兼務)', '折返し発信中', '業務責任者対応', '事務処理(連絡票)'].map(tight)).toEqual([false, false, true, true]);
  });
  it('leaves no other off the wall: more than sixteen roll in their place', () => {
    expect([8, 9, 12, 13, 16, 17].map((count) => density(count).seats)).toEqual(['roomy', 'dense', 'dense', 'dense', 'dense', 'rolling']);
  });
});

describe('what needs the lead', () => {
  it('comes hands first and the longest before the others, then lost seats, waits, lines and booths', () => {
    const { state, wall } = of('wall-troubles');
    expect(kinds(state, wall)).toEqual(['hand-6', 'hand-2', 'lost-8', 'long-phone', 'long-booth', 'trunk-主回線', 'booth-3']);
  });
  it('names the exchange before the trunks behind it', () => {
    const { state, wall } = of('wall-troubles');
    expect(kinds({ ...state, exchange_up: false }, { ...wall, seats: [], waiting: [] })).toEqual(['exchange', 'trunk-主回線', 'booth-3']);
  });
  it('counts a channel’s long waits in one line, from the longest', () => {
    const { state, wall } = of('wall-troubles');
    const long = needs(state, wall, MONDAY).find((need) => need.kind === 'long_wait');
    expect(long).toEqual({ kind: 'long_wait', channel: 'phone', count: 2, since: MONDAY - 6 * MINUTE - 2 * SECOND });
    expect(kinds({ ...state, long_wait_ms: 7 * MINUTE }, wall)).not.toContain('long-phone');
  });
  it('is no booth without power after hours', () => {
    const { state, wall } = of('wall');
    const shut = { ...state, queue: { ...state.queue, booth: { ...state.queue.booth, open: false } } };
    expect(kinds(shut, wall)).not.toContain('booth-3');
    expect(health(shut, wall).at(-1)).toMatchObject({ state: 'none', more: '受付時間外' });
  });
  it('is never one’s own hand', () => {
    const { state, wall } = of('wall');
    expect(kinds({ ...state, me: { ...state.me, operator: 2 } }, wall)).not.toContain('hand-2');
  });
  it('says in words that nothing does', () => {
    open('wall-quiet');
    click('room-lead');
    expect(element('needs')?.textContent).toContain('いま対応が要ることはありません');
  });
});

describe('the queues', () => {
  const { waiting } = of('wall-troubles').wall;
  it('keep the server’s order, channel by channel, and count whom they do not name', () => {
    const phone = line(waiting, 'phone', 5);
    expect(phone.shown.map(({ contact }) => contact)).toEqual([71, 73, 74, 75, 77]);
    expect([phone.all, phone.more]).toEqual([6, 1]);
    expect(line(waiting, 'booth', 5)).toMatchObject({ all: 2, more: 0 });
  });
});

describe('the lines', () => {
  it('tell how many of how many stand, and which do not', () => {
    const { state, wall } = of('wall-troubles');
    expect(health(state, wall).map(({ figure, more }) => `${figure} ${more}`)).toEqual(['接続 つながっています', '1/2 主回線 切断', '3/4 ブース3 接続なし']);
    expect(health(state, { ...wall, trunks: [] })[1]).toMatchObject({ state: 'none', more: '登録されていません' });
  });
});
