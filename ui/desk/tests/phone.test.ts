// @vitest-environment jsdom
// The telephone as a person meets it: the offer, F4, F12, the keypad, and what its words say.
import { describe, expect, it } from 'vitest';
import type { Caller } from '$generated/Caller';
import type { CallerCard } from '$generated/CallerCard';
import type { ContactCard } from '$generated/ContactCard';
import type { Digit } from '$generated/Digit';
import type { EndReason } from '$generated/EndReason';
import { MONDAY, phoneContact, TALK } from '../dev/samples';
import { endWord } from '../rooms/note/words';
import { course } from '../rooms/phone/course';
import { DIGITS, digitOf, Keypad } from '../rooms/phone/keypad.svelte';
import { standing } from '../rooms/phone/standing';
import { callerWord, repeated } from '../words/caller';
import { acts, click, desk, draw, element, open, press, rests, sample, show, text, within } from './window';

/** A call in the hand of somebody who has the wall beside it. */
function leadsCall(): void {
  draw(within('call', { wall: desk('wall').state.wall }));
}

describe('an offer of a call', () => {
  it('says the masked number, and how often the caller has come', () => {
    open('offer-repeated');
    expect(text('offer-who')).toBe('090-****-5678');
    expect(text('offer-repeated')).toBe('再入電 3回目');
    expect(text('tag-word')).toBe('着信中');
    show('offer-phone');
    expect(element('offer-repeated')).toBeNull();
    show('offer-withheld');
    expect(text('offer-who')).toBe('非通知');
  });
  it('can be answered from the lead’s wall, and leads to the call', () => {
    open('wall-offer');
    click('room-lead');
    expect(element('wall')).not.toBeNull();
    press('F2');
    expect(acts()).toEqual([{ kind: 'answer' }]);
    leadsCall();
    expect(element('call')).not.toBeNull();
    expect(element('wall')).toBeNull();
  });
});

describe('F4', () => {
  it('holds a call and takes it back, also in the middle of a conversion', () => {
    open('call');
    press('F4', { isComposing: true, keyCode: 229 });
    show('call-held');
    expect(text('tag-word')).toBe('保留中');
    expect(text('hold-time')).toBe('00:09');
    press('F4');
    click('hold');
    expect(acts()).toEqual([{ kind: 'hold', held: true }, { kind: 'hold', held: false }, { kind: 'hold', held: false }]);
  });
  it('puts 目隠し on in a booth talk, and does nothing in 後処理', () => {
    open('talk');
    press('F4');
    expect(acts()).toEqual([{ kind: 'mask', on: true }]);
    show('wrapup-call');
    expect(press('F4').defaultPrevented).toBe(false);
  });
});

describe('the tag', () => {
  it('counts a call from its answer, whatever holds lie between', () => {
    open('call');
    expect(text('tag-time')).toBe('04:12');
    show('call-held');
    expect(text('tag-time')).toBe('00:09');
    expect(element('tag')?.textContent).toContain('通話 04:12');
  });
});

describe('手上げ', () => {
  it('goes up and down by F12 and by its button, and tells since when', () => {
    open('idle');
    expect(press('F12').defaultPrevented).toBe(true);
    expect(element('hand-time')).toBeNull();
    show('hand');
    expect(text('hand-time')).toBe('00:42');
    click('hand');
    expect(acts()).toEqual([{ kind: 'raise_hand', up: true }, { kind: 'raise_hand', up: false }]);
  });
  it('is not asked for while the line is down', () => {
    open('offline');
    press('F12');
    expect(rests('hand')).toBe(true);
    expect(acts()).toEqual([]);
  });
});

describe('the keypad', () => {
  it('dials by mouse and by the keyboard’s digits while it is open, and shows what went out', () => {
    open('call');
    press('Digit1', { key: '1' });
    expect(acts()).toEqual([]);
    click('keypad');
    press('Digit1', { key: '1' });
    press('Digit3', { key: '#', shiftKey: true });
    click('digit-*');
    expect(acts()).toEqual(['1', '#', '*'].map((digit) => ({ kind: 'digit', digit })));
    expect(text('digits-sent')).toBe('1 # *');
  });
  it('shows what the caller pressed', () => {
    open('call-keypad');
    expect(text('step-digits')).toBe('1 2 #');
    click('keypad');
    expect(text('digits-heard')).toBe('1 2 #');
  });
  it('leaves digits to a field, to a conversion and to the switch', () => {
    open('call');
    click('keypad');
    press('Digit1', { key: '1', isComposing: true });
    press('Digit1', { key: '1', keyCode: 229 });
    press('Digit4', { key: '4', altKey: true });
    element('disposition')?.focus();
    expect(press('Digit1', { key: '1' }).defaultPrevented).toBe(false);
    expect(acts()).toEqual([{ kind: 'choose', chosen: { kind: 'away' } }]);
  });
  it('dials nothing while something else lies over it', () => {
    open('call');
    click('keypad');
    draw({ ...sample('call'), screen: { kind: 'desk', ...desk('call'), check: desk('check').check } });
    press('Digit1', { key: '1' });
    leadsCall();
    click('room-lead');
    press('Digit1', { key: '1' });
    expect(acts()).toEqual([]);
    click('room-desk');
    press('Digit1', { key: '1' });
    expect(acts()).toEqual([{ kind: 'digit', digit: '1' }]);
  });
  it('is closed by Esc, and forgotten with the call', () => {
    open('call');
    click('keypad');
    press('Digit5', { key: '5' });
    press('Escape', { isComposing: true });
    expect(element('keypad-panel')).not.toBeNull();
    press('Escape');
    expect(element('keypad-panel')).toBeNull();
    show('wrapup-call');
    show('call');
    click('keypad');
    expect(text('digits-sent')).toBe('―');
  });
  it('knows twelve keys and keeps as many as it shows', () => {
    const plain = { altKey: false, ctrlKey: false, metaKey: false, repeat: false, isComposing: false, keyCode: 0 };
    expect(DIGITS.map((key) => digitOf({ ...plain, key }))).toEqual(DIGITS);
    for (const key of ['a', 'F4', '１', 'Process', '10']) expect(digitOf({ ...plain, key })).toBeNull();
    const keypad = new Keypad();
    for (let count = 0; count < 30; count += 1) keypad.pressed(count < 29 ? '0' : '9');
    expect(keypad.sent).toHaveLength(24);
    expect(keypad.sent.at(-1)).toBe<Digit>('9');
  });
});

describe('a caller', () => {
  const card = (caller: Caller, times = 1): CallerCard => ({ caller, times, key: null, digits: [] });
  it('has a number or the reason why there is none', () => {
    const words = [card({ kind: 'number', number: '048-***-9922' }), card({ kind: 'withheld' }), card({ kind: 'payphone' }), card({ kind: 'out_of_area' }), null].map(callerWord);
    expect(words).toEqual(['048-***-9922', '非通知', '公衆電話', '表示圏外', '電話']);
  });
  it('comes again from the second time on', () => {
    expect([1, 2].map((times) => repeated(card({ kind: 'withheld' }, times)))).toEqual([null, '再入電 2回目']);
  });
});

describe('a call', () => {
  const contact = (more: Partial<ContactCard> = {}): ContactCard => ({ ...phoneContact(MONDAY), ...more });
  it('tells its own side’s trouble first, then the caller’s, then the hold, then the microphone', () => {
    const all = contact({ phase: 'held', visitor_up: false });
    expect(standing(all, { ...TALK, media_up: false, muted: true }).kind).toBe('own_lost');
    expect(standing(all, { ...TALK, muted: true }).kind).toBe('caller_lost');
    expect(standing({ ...all, visitor_up: true }, { ...TALK, muted: true }).kind).toBe('held');
    expect(standing(contact(), { ...TALK, muted: true }).kind).toBe('muted');
    expect(standing(contact(), TALK).kind).toBe('clear');
  });
  it('counts its holds, and says nothing of a call without one', () => {
    expect(course(contact(), null).at(-1)).toEqual({ id: 'holds', what: '保留', figure: '1回', more: '合わせて 00:20' });
    expect(course(contact({ holds: 0, held_ms: 0 }), null).map(({ id }) => id)).toEqual(['arrived', 'answered']);
  });
  it('has its facts in 後処理', () => {
    open('wrapup-call');
    expect(element('facts')?.textContent).toContain('電話(着信)');
    expect(text('fact-caller')).toBe('090-****-5678');
    expect(text('fact-holds')).toBe('2回 01:14');
    expect(text('end-word')).toBe('相手が電話を切りました');
  });
  it('ends in words that know no booth and no picture', () => {
    const reasons: EndReason[] = [
      'operator_ended', 'visitor_ended', 'abandoned_waiting', 'abandoned_ringing', 'abandoned_connecting', 'line_lost_waiting', 'line_lost_talking',
      'media_failed', 'exchange_lost', 'out_of_hours', 'year_end', 'suspended', 'queue_full', 'transferred_out',
      'callee_busy', 'callee_not_answered', 'callee_not_found', 'callee_refused', 'dial_forbidden', 'dial_failed', 'dial_given_up',
    ];
    for (const reason of reasons) expect(endWord(reason, 'phone')).not.toMatch(/来庁者|ブース|映像/);
  });
});

describe('the rail', () => {
  const waiting = (channel: 'phone' | 'booth'): string => text(`queue-${channel}-waiting`);
  it('shows the other channel’s queue during a contact', () => {
    open('call');
    expect([waiting('phone'), waiting('booth')]).toEqual(['1件', '0件']);
    draw(within('talk', { queue: desk('long-wait').state.queue }));
    expect([waiting('phone'), waiting('booth')]).toEqual(['3件', '2件']);
  });
});
