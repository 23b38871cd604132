// @vitest-environment jsdom
// 折返しが要る電話: what a line says, what its buttons send, what is left off, and what the lead sees of it.
import { describe, expect, it } from 'vitest';
import { dayAndClock } from '$shared/time';
import { MINUTE } from '../dev/base';
import { MONDAY } from '../dev/samples';
import { dueWords } from '../rooms/callbacks/due';
import { needs, needWords } from '../rooms/lead/needs';
import { lostWord } from '../rooms/note/words';
import { faceOf } from '../rooms/presence/words';
import { cannotCall, linesFor } from '../views/room';
import { acts, click, desk, element, open, rests, show, text } from './window';

describe('the list of callbacks', () => {
  it('says calmly that there is nothing to do, and keeps the keys', () => {
    open('idle');
    expect(text('callbacks')).toContain('いま折返しが要る電話はありません');
    expect(element('callbacks-count')).toBeNull();
    expect(document.body.textContent).toContain('キー操作');
  });
  it('says who, how often, why, and that the time is over', () => {
    open('callbacks');
    expect(text('callbacks-count')).toBe('6件');
    expect(text('callback-3')).toContain('期限超過');
    expect(text('callback-3')).toContain('048-***-9922');
    expect(text('callback-3')).toContain('着信 3回');
    expect(text('callback-3')).toContain('不通 2回');
    expect(text('callback-3')).toContain(lostWord('queue_full'));
    expect(element('callback-3')?.dataset['hurry']).toBe('over');
    expect(element('callback-9')?.dataset['hurry']).toBe('soon');
    expect(text('callback-24')).not.toContain('着信');
    expect(element('callbacks-rest')).toBeNull();
  });
  it('tells as a number what there is no room for', () => {
    open('callbacks-more');
    expect(text('callbacks-count')).toBe('22件');
    expect(document.querySelectorAll('[data-hurry]')).toHaveLength(6);
    expect(text('callbacks-rest')).toContain('ほか 16件');
    expect([0, 2, 4, 9].map((troubles) => linesFor(troubles, 0))).toEqual([6, 4, 2, 2]);
    expect([1, 3, 20].map((work) => linesFor(0, work))).toEqual([5, 3, 3]);
  });
  it('sends what came of it, once for a double click', () => {
    open('callbacks');
    element('callback-3-not_reached')?.click();
    element('callback-9-reached')?.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 2 }));
    element('callback-9-not_needed')?.click();
    expect(acts()).toEqual([
      { kind: 'settle_callback', contact: 3, result: 'not_reached' },
      { kind: 'settle_callback', contact: 9, result: 'not_needed' },
    ]);
  });
  it('calls back, once for a double click', () => {
    open('callbacks');
    expect(element('callbacks-blocked')).toBeNull();
    click('callback-3-call');
    element('callback-9-call')?.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 2 }));
    expect(acts()).toEqual([{ kind: 'call_back', contact: 3 }]);
  });
  it('calls nobody while the hands are full or the line is down, and says why', () => {
    open('callbacks-blocked');
    expect(rests('callback-3-call')).toBe(true);
    expect(text('callbacks-blocked')).toContain('音声の回線がつながると');
    expect(rests('callback-3-reached')).toBe(false);
    const { state } = desk('callbacks');
    expect(cannotCall(state)).toBeNull();
    expect(cannotCall({ ...state, exchange_up: false })).toContain('交換機');
    expect(cannotCall({ ...state, offer: desk('offer').state.offer })).toContain('応答してから');
    expect(cannotCall({ ...state, contact: desk('call').state.contact })).toContain('対応が終わると');
    expect(cannotCall({ ...state, guest: desk('guest').state.guest })).toContain('対応が終わると');
  });
  it('is not there in a talk, nor while the line is down', () => {
    open('call');
    expect(element('callbacks')).toBeNull();
    show('offline');
    expect(element('callbacks')).toBeNull();
  });
});

describe('the time by which somebody is called back', () => {
  it('is over, soon, today or on another day', () => {
    expect(dueWords(MONDAY - 1, MONDAY)).toEqual({ hurry: 'over', word: '期限超過', more: '10:41 まで' });
    expect(dueWords(MONDAY + 18 * MINUTE, MONDAY)).toEqual({ hurry: 'soon', word: '11:00 まで', more: 'あと18分' });
    expect(dueWords(MONDAY + 31 * MINUTE, MONDAY)).toEqual({ hurry: 'later', word: '11:13 まで', more: '' });
    expect(dueWords(MONDAY + 24 * 60 * MINUTE, MONDAY)).toEqual({ hurry: 'later', word: '4月7日(火)', more: '10:42 まで' });
    expect(dueWords(MONDAY - 24 * 60 * MINUTE, MONDAY).more).toBe('4月5日(日) 10:42 まで');
  });
  it('changes its day at midnight in Japan', () => {
    const midnight = MONDAY + (13 * 60 + 18) * MINUTE;
    expect(dayAndClock(midnight, midnight - 1)).toBe('4月7日(火) 0:00');
    expect(dayAndClock(midnight, midnight)).toBe('0:00');
  });
});

describe('the lead', () => {
  it('sees in one line how many callbacks are over their time, and none when none is', () => {
    const { state } = desk('wall-callbacks', MONDAY);
    const found = (more: typeof state): string[] =>
      needs(more, state.wall ?? { seats: [], waiting: [], trunks: [], suspended: null }, MONDAY)
        .filter(({ kind }) => kind === 'callbacks')
        .map((need) => needWords(need, faceOf, MONDAY).who);
    expect(found(state)).toEqual(['1件']);
    const [first, ...rest] = state.callbacks.cards;
    if (first === undefined) throw new Error('samples');
    expect(found({ ...state, callbacks: { cards: rest, more: 0 } })).toEqual([]);
    expect(found({ ...state, callbacks: { cards: [first], more: 4 } })).toEqual(['1件以上']);
  });
});
