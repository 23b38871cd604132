// @vitest-environment jsdom
// 相談, 転送 and 三者通話 as a person meets them: the panel, the strip, the other side, and what their words say.
import { describe, expect, it } from 'vitest';
import type { ConsultEnd } from '$generated/ConsultEnd';
import type { DialFailure } from '$generated/DialFailure';
import type { Intent } from '$generated/Intent';
import { COLLEAGUES, DIRECTORY } from '../dev/consults';
import { consultEndWord, dialWord } from '../rooms/phone/consult';
import { groups, isLong } from '../rooms/phone/targets';
import { codeText } from '../views/codes';
import { acts, click, desk, draw, element, open, press, rests, show, text, type, within } from './window';

/** Everything that was to come after the key has come. */
const settled = (): Promise<void> => new Promise((wake) => setTimeout(wake));
const ask = (to: object, blind: boolean): unknown => ({ kind: 'consult', to, blind });

describe('the transfer panel', () => {
  it('has the city on top, then other numbers, then colleagues, of whom only the ready can be chosen', () => {
    open('call-transfer');
    click('transfer');
    expect([...document.querySelectorAll('[data-testid="transfer-panel"] h3')].map((head) => head.textContent)).toEqual(['市へ転送', 'そのほかの番号', 'ほかの担当者']);
    expect(['to-operator-2', 'to-operator-4', 'to-entry-issue'].map(rests)).toEqual([true, false, false]);
    expect(text('transfer-panel')).toContain('048-782-9922');
    expect(text('transfer-panel')).toContain('開庁日 8:30–17:15');
    expect(text('transfer-panel')).toContain('映像対応中');
    expect(element('transfer-find')).toBeNull();
  });
  it('asks in two ways, and asks nobody before somebody is chosen', () => {
    open('call-transfer');
    click('transfer');
    expect([rests('consult'), rests('transfer-blind')]).toEqual([true, true]);
    click('to-operator-4');
    expect(text('transfer-choice')).toBe('オペレーター04 へ');
    click('consult');
    click('to-entry-issue');
    click('transfer-blind');
    expect(acts()).toEqual([ask({ kind: 'operator', operator: 4 }, false), ask({ kind: 'directory', entry: 'issue' }, true)]);
  });
  it('takes a number as it is typed, full width or not', () => {
    open('call-transfer');
    click('transfer');
    click('to-typed');
    expect(rests('consult')).toBe(true);
    type('transfer-number', ' ０４８－７８２－９９２２ ');
    click('transfer-blind');
    expect(acts()).toEqual([ask({ kind: 'number', number: '０４８－７８２－９９２２' }, true)]);
  });
  it('chooses the number by writing one, and leaves digits to the field', () => {
    open('call-transfer');
    click('transfer');
    type('transfer-number', '0');
    press('Digit4', { key: '4' });
    expect(text('transfer-choice')).toBe('0 へ');
    expect(acts()).toEqual([]);
  });
  it('is submitted by Enter, never by one that ends a conversion', () => {
    open('call-transfer');
    click('transfer');
    type('transfer-number', '048');
    for (const more of [{ isComposing: true }, { keyCode: 229 }]) expect(press('Enter', { key: 'Enter', ...more }).defaultPrevented).toBe(true);
    expect(press('Enter', { key: 'Enter' }).defaultPrevented).toBe(false);
  });
  it('follows the view: who is no longer ready is no longer asked', () => {
    open('call-transfer');
    click('transfer');
    click('to-operator-4');
    draw(within('call-transfer', { colleagues: COLLEAGUES.map((each) => ({ ...each, ready: false })) }));
    expect(text('transfer-choice')).toContain('いま受けられません');
    click('transfer-blind');
    expect(acts()).toEqual([]);
  });
  it('is searched only when it is long, and Enter there leads to what was found', () => {
    open('call-transfer-long');
    click('transfer');
    type('transfer-find', 'ﾉｳｾﾞｲ');
    expect(text('transfer-panel')).toContain('見つかりません');
    type('transfer-find', '納税');
    expect(press('Enter', { key: 'Enter' }).defaultPrevented).toBe(true);
    expect(document.activeElement).toBe(element('to-entry-more-3'));
    type('transfer-find', '０４８７７５５１２３');
    expect(element('to-entry-more-3')).not.toBeNull();
    expect(element('to-operator-4')).toBeNull();
  });
  it('counts what is long', () => {
    const twelve = Array.from({ length: 12 }, (_, at) => ({ entry: String(at), label: String(at), number: '', city: false, note: null }));
    expect([isLong({ directory: twelve, colleagues: [] }), isLong({ directory: twelve, colleagues: COLLEAGUES })]).toEqual([false, true]);
    expect(groups({ directory: DIRECTORY, colleagues: [] }, '').map(({ id }) => id)).toEqual(['city', 'outside']);
  });
});

describe('Alt+7', () => {
  it('opens the panel, gives it the keyboard, and gives that back', async () => {
    open('call-transfer');
    element('disposition')?.focus();
    press('Digit7', { altKey: true });
    await settled();
    expect(document.activeElement).toBe(element('to-entry-issue'));
    press('Escape');
    expect(element('transfer-panel')).toBeNull();
    expect(document.activeElement).toBe(element('disposition'));
  });
  it('leaves a conversion where it is, and takes the keypad’s place', async () => {
    open('call-transfer');
    click('keypad');
    element('disposition')?.focus();
    press('Digit7', { altKey: true, isComposing: true });
    await settled();
    expect(document.activeElement).toBe(element('disposition'));
    expect([element('keypad-panel'), element('transfer-panel') !== null]).toEqual([null, true]);
    press('Escape', { keyCode: 229 });
    expect(element('transfer-panel')).not.toBeNull();
  });
  it('does nothing where nobody can be asked', () => {
    open('consult-talking');
    expect(press('Digit7', { altKey: true }).defaultPrevented).toBe(false);
    show('callback-dialling');
    press('Digit7', { altKey: true });
    show('idle');
    press('Digit7', { altKey: true });
    expect(element('transfer-panel')).toBeNull();
  });
  it('takes no focus when a view comes, and is forgotten with its call', () => {
    open('call-transfer');
    element('disposition')?.focus();
    click('transfer');
    type('transfer-number', '0487829922');
    element('disposition')?.focus();
    show('call-transfer');
    expect(document.activeElement).toBe(element('disposition'));
    show('wrapup-call');
    show('call-transfer');
    expect(element('transfer-panel')).toBeNull();
    click('transfer');
    expect(element('transfer-number')).toHaveProperty('value', '');
  });
});

describe('a consultation', () => {
  const deeds = (): string[] => [...document.querySelectorAll('[data-testid="consult-strip"] button')].map((button) => button.textContent ?? '');
  it('says with whom, how far, and where the caller is', () => {
    open('consult-ringing');
    expect([text('consult-with'), text('consult-stage'), text('consult-time')]).toEqual(['オペレーター04さん', '呼出中…', '00:07']);
    expect(text('consult-caller')).toContain('お客様は保留中です');
    expect(deeds()).toEqual(['取りやめて戻る']);
    show('consult-blind');
    expect(text('consult-with')).toBe('048-***-9922');
    expect(text('consult-caller')).toContain('つながりしだい転送します');
    show('consult-talking');
    expect(deeds()).toEqual(['電話に戻る', '三者通話にする', '転送する']);
    show('consult-joined');
    expect(text('consult-caller')).toContain('三者で通話中です');
    expect(deeds()).toEqual(['二者に戻す', '転送して抜ける']);
  });
  it('sends what its buttons say', () => {
    open('consult-talking');
    for (const id of ['back', 'join', 'transfer']) click(`consult-${id}`);
    show('consult-joined');
    for (const id of ['part', 'transfer']) click(`consult-${id}`);
    const said: Intent[] = [{ kind: 'end_consult' }, { kind: 'join_consult', joined: true }, { kind: 'transfer' }, { kind: 'join_consult', joined: false }, { kind: 'transfer' }];
    expect(acts()).toEqual(said);
  });
  it('rests what would cut it, with the reason in words, and F4 with it', () => {
    open('consult-talking');
    expect(['hold', 'keypad', 'transfer', 'end', 'mute'].map(rests)).toEqual([true, true, true, true, false]);
    expect(element('end')?.getAttribute('aria-describedby')).toBe(element('rests')?.id);
    expect(press('F4').defaultPrevented).toBe(false);
    expect(acts()).toEqual([]);
    show('call');
    expect([rests('hold'), rests('end'), element('rests')]).toEqual([false, false, null]);
  });
  it('takes the panel’s place, and the keyboard goes on from there', () => {
    open('call-transfer');
    click('transfer');
    click('to-operator-4');
    element('consult')?.focus();
    click('consult');
    show('consult-ringing');
    expect(element('transfer-panel')).toBeNull();
    expect(document.activeElement).toBe(element('consult-strip'));
  });
  it('takes the keyboard from nobody who writes', () => {
    open('call-transfer');
    click('transfer');
    click('to-operator-4');
    click('consult');
    element('disposition')?.focus();
    show('consult-ringing');
    expect(document.activeElement).toBe(element('disposition'));
  });
});

describe('a consultation that came to nothing', () => {
  it('is told with its name until the next deed, and told again the next time', () => {
    open('consult-blind');
    show('consult-failed');
    expect(text('consult-end')).toContain('048-***-9922: 緊急通報(110・118・119)は、一般の電話からお願いします。');
    show('consult-failed');
    click('mute');
    expect(element('consult-end')).toBeNull();
    show('consult-failed');
    expect(element('consult-end')).toBeNull();
    show('consult-ringing');
    show('consult-failed');
    expect(element('consult-end')?.dataset['end']).toBe('emergency');
    press('F4');
    show('consult-failed');
    expect(element('consult-end')).toBeNull();
  });
  it('is no news when the operator went back', () => {
    open('consult-ringing');
    const { contact } = desk('consult-ringing').state;
    if (contact === null) throw new Error('samples');
    draw(within('call', { contact: { ...contact, consult: null, consult_end: { kind: 'taken_back' } } }));
    expect(element('consult-end')).toBeNull();
  });
  it('has words for every reason, each its own where it can be helped', () => {
    const reasons: DialFailure[] = [
      'busy', 'not_answered', 'not_found', 'refused', 'carrier_trouble', 'not_a_number', 'foreign', 'emergency', 'special', 'refused_here', 'limit_reached', 'not_set_up',
      'exchange_lost',
    ];
    expect(new Set(reasons.map(dialWord)).size).toBe(reasons.length);
    const ends: ConsultEnd[] = [{ kind: 'left' }, { kind: 'declined' }, { kind: 'not_answered' }, { kind: 'seat_gone' }, { kind: 'talk_over' }, ...reasons.map((why): ConsultEnd => ({ kind: 'failed', why }))];
    for (const end of ends) expect(consultEndWord(end)).toMatch(/[。2]$/);
    expect(codeText('not_ready')).toContain('受けられません');
  });
});

describe('who is asked', () => {
  it('sees by whom, in place of the queue’s reason', () => {
    open('offer-asked');
    expect(text('offer-why')).toBe('オペレーター04さんから相談・転送の呼び出し');
    expect(text('offer-card')).toContain('受付から 04:26');
    expect(element('offer-long')).toBeNull();
    click('decline');
    expect(text('offer-card')).toContain('オペレーター04さんに、受けられないと伝えます');
  });
  it('hears whose call it is, and leaves it', () => {
    open('guest');
    expect([text('guest-who'), text('guest-number'), text('guest-time')]).toEqual(['オペレーター04さんからの相談', 'C-20260406-0062', '00:48']);
    expect(text('guest-from')).toContain('090-****-5678');
    expect(text('guest-caller')).toContain('お客様には聞こえません');
    click('mute');
    click('leave-consult');
    press('F4');
    expect(acts()).toEqual([{ kind: 'mute', muted: true }, { kind: 'end_consult' }]);
    show('guest-joined');
    expect(text('guest')).toContain('三者で通話中');
    expect(text('guest')).toContain('マイクを切っています');
    show('guest-lost');
    expect(text('guest')).toContain('つなぎ直しています');
  });
  it('stays in the call when the line to the server breaks', () => {
    open('guest');
    const { screen, ...rest } = within('guest', {});
    draw({ ...rest, screen, line: { kind: 'down', since: Date.now() - 42_000, fenced: true } });
    expect(element('guest')).not.toBeNull();
    expect(element('offline')).toBeNull();
  });
});

describe('a call of ours', () => {
  it('says that it rings, since when, and has one way out', () => {
    open('callback-dialling');
    expect(text('tag-word')).toBe('折返し発信中');
    expect(text('call-state')).toContain('折返し発信中(呼出中…) 00:12');
    expect([element('hold'), element('keypad'), element('transfer')]).toEqual([null, null, null]);
    expect(text('end')).toBe('取りやめ');
    click('end');
    expect(press('F4').defaultPrevented).toBe(false);
    expect(acts()).toEqual([{ kind: 'end' }]);
  });
  it('is a call like another once it is answered, and tells its own facts', () => {
    open('callback-call');
    expect(text('tag-time')).toBe('01:36');
    expect([rests('hold'), rests('transfer')]).toEqual([false, false]);
    expect(text('facts')).toContain('電話(折返し)');
    expect(text('facts')).not.toContain('待ち');
    expect([element('step-dialled') === null, element('step-arrived')]).toEqual([false, null]);
  });
  it('says why it was not answered', () => {
    open('wrapup-callback');
    expect(text('end-word')).toBe('話し中で、つながりませんでした');
  });
});
