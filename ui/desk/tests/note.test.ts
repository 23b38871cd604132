// @vitest-environment jsdom
// The note pane as a person meets it: typing, the input method, the guard's words, and the way to what is missing.
import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import type { NoteIntent } from '$generated/NoteIntent';
import type { NotePane } from '$generated/NotePane';
import type { View } from '$generated/View';
import { facts, PERSON, written } from '../dev/papers';
import { acts, draw, element, open, press, rests, sample, show, text, type, visited } from './window';

/** What was meant with notes. */
const notes = (): NoteIntent[] => acts().flatMap((act) => (act.kind === 'note' ? [act.note] : []));
const last = (): NoteIntent => {
  const found = notes().at(-1);
  if (found === undefined) throw new Error('nothing was meant');
  return found;
};
const area = (): HTMLTextAreaElement => {
  const found = element('note-text');
  if (!(found instanceof HTMLTextAreaElement)) throw new Error('no text');
  return found;
};
/** The sample with its pane a little different. */
function panel(name: string, more: Partial<NotePane>): View {
  const view = sample(name);
  if (view.screen.kind !== 'desk' || view.screen.notes.pane === null) throw new Error('no pane');
  return { ...view, screen: { ...view.screen, notes: { ...view.screen.notes, pane: { ...view.screen.notes.pane, ...more } } } };
}
function choose(id: string, value: string): void {
  const field = element(id);
  if (!(field instanceof HTMLSelectElement)) throw new Error(`no list ${id}`);
  field.value = value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
}
const leave = (id: string): void => {
  element(id)?.dispatchEvent(new FocusEvent('blur'));
  flushSync();
};

describe('typing', () => {
  it('sends every field with the caret in characters, and no caret once the field is left', () => {
    open('note-empty');
    area().focus();
    area().value = '𠮷野さん。折返し';
    area().setSelectionRange(3, 3);
    area().dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    expect(last()).toMatchObject({ kind: 'edit', written: { text: '𠮷野さん。折返し', party: null }, caret: ['text', 2] });
    leave('note-text');
    expect(last()).toMatchObject({ kind: 'edit', caret: null });
  });
  it('keeps the page’s own text while the version stays, and takes the desk’s over when it changes', () => {
    open('note');
    type('note-text', '書きかけ');
    draw(panel('note', { saved: { kind: 'writing' } }));
    expect(area().value).toBe('書きかけ');
    draw(panel('note', { version: 2 }));
    expect(area().value).toContain('交付申請書の発送依頼');
  });
  it('begins anew with another note', () => {
    open('note');
    type('note-text', '書きかけ');
    show('note-loss');
    draw(panel('note-loss', { note: '01890000-0000-7000-8000-000000000002' }));
    expect(area().value).toBe('');
  });
  it('never writes one note’s text into another', () => {
    open('note');
    const old = area();
    type('note-text', '前の人の話');
    draw(panel('note', { note: '01890000-0000-7000-8000-000000000002', version: 1 }));
    expect(area()).not.toBe(old);
    expect(area().value).toContain('交付申請書の発送依頼');
    const before = notes().length;
    old.dispatchEvent(new FocusEvent('blur'));
    old.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    expect(notes()).toHaveLength(before);
  });
  it('counts characters after the conversion, one kanji as one', () => {
    open('note-empty');
    area().focus();
    area().dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
    type('note-text', 'かんじ');
    expect(text('text-length')).toBe('0 / 500字');
    type('note-text', '𠮷漢字');
    area().dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
    flushSync();
    expect(text('text-length')).toBe('3 / 500字');
    type('note-text', 'あ'.repeat(503));
    expect(text('text-length')).toBe('3字多いです');
  });
  it('puts kana and numbers right when the field is left, never while it is typed', () => {
    open('wrapup-dispatch');
    type('field-kana', 'みほん ﾊﾅｺ');
    expect(element('field-kana')).toHaveProperty('value', 'みほん ﾊﾅｺ');
    leave('field-kana');
    expect(last()).toMatchObject({ written: { person: { kana: 'ミホン　ハナコ' } }, caret: null });
    type('field-phone', '０４８(７８２)９９２２');
    leave('field-phone');
    expect(last()).toMatchObject({ written: { person: { phone: '048-782-9922' } } });
    type('field-name', '神﨑 ㈱');
    leave('field-name');
    expect(last()).toMatchObject({ written: { person: { name: '神﨑 ㈱'.normalize('NFC') } } });
  });
  it('submits nothing by Enter and saves by Ctrl+Enter, but not in a conversion', () => {
    open('note');
    area().focus();
    expect(press('Enter', { key: 'Enter' }).defaultPrevented).toBe(false);
    press('Enter', { key: 'Enter', ctrlKey: true, isComposing: true });
    press('Enter', { key: 'Enter', ctrlKey: true, keyCode: 229 });
    expect(notes()).toEqual([]);
    press('Enter', { key: 'Enter', ctrlKey: true });
    expect(last()).toEqual({ kind: 'save', note: '01890000-0000-7000-8000-000000000001' });
  });
  it('keeps the text of a conversion when F2 answers in its middle', () => {
    open('note-aside');
    type('note-text', 'へんかん');
    press('F2', { isComposing: true, keyCode: 229 });
    expect(acts().some(({ kind }) => kind === 'answer')).toBe(false);
    expect(area().value).toBe('へんかん');
  });
});

describe('choosing', () => {
  it('asks for the small category of the large one', () => {
    open('note-empty');
    expect(element('category')?.querySelectorAll('option')).toHaveLength(1);
    choose('category-group', '4');
    choose('category', '401');
    expect(last()).toMatchObject({ written: { categories: [401] } });
    choose('category-more', '206');
    expect(last()).toMatchObject({ written: { categories: [401, 206] } });
    choose('party', 'self');
    choose('disposition', 'guided');
    expect(last()).toMatchObject({ written: { categories: [401, 206], party: 'self', disposition: 'guided' }, caret: null });
  });
  it('offers the pieces of its category and puts one at the end', () => {
    open('note');
    expect(element('chip-更新は無料と案内')).toBeNull();
    element('chip-発送を案内')?.click();
    flushSync();
    expect(area().value).toMatch(/了承。\n交付申請書を市から/);
    expect(last()).toMatchObject({ kind: 'edit', caret: null });
  });
  it('reads a birth date of an era', () => {
    open('note-dispatch');
    const year = element('birth-year');
    if (!(year instanceof HTMLInputElement)) throw new Error('no year');
    year.value = 'S55.4.1';
    year.dispatchEvent(new Event('change', { bubbles: true }));
    flushSync();
    expect(last()).toMatchObject({ written: { person: { birth: '1980-04-01' } } });
    expect(text('birth-both')).toContain('昭和55年 西暦 1980年4月1日');
    expect(element('birth-month')).toHaveProperty('value', '4');
  });
  it('drafts a birth date with each key, and goes on with what was drafted', () => {
    open('note-dispatch');
    type('birth-year', '55');
    expect(last()).toMatchObject({ written: { person: { birth: '昭和55年' } }, caret: ['birth', 4] });
    type('birth-month', '4');
    expect(last()).toMatchObject({ written: { person: { birth: '昭和55年4月' } }, caret: ['birth', 6] });
    draw(panel('note-dispatch', { version: 2, written: written({ disposition: 'dispatch_requested', person: { ...PERSON, birth: '昭和55年4月' } }) }));
    expect(['year', 'month', 'day'].map((part) => element(`birth-${part}`))).toMatchObject([{ value: '55' }, { value: '4' }, { value: '' }]);
    type('birth-day', '1');
    expect(last()).toMatchObject({ written: { person: { birth: '1980-04-01' } }, caret: null });
    type('birth-day', '12');
    expect(last()).toMatchObject({ written: { person: { birth: '1980-04-12' } } });
  });
  it('asks for the number of the call with one press, and says where there is none', () => {
    open('note-promise');
    expect(text('take-number')).toBe('発信番号を使う 090-****-5678');
    element('take-number')?.click();
    expect(last()).toEqual({ kind: 'take_number', note: '01890000-0000-7000-8000-000000000001' });
    draw(panel('note-promise', { facts: facts(Date.now(), { channel: 'callback' }) }));
    expect(text('take-number')).toContain('かけた番号を使う');
    draw(panel('note-promise', { facts: facts(Date.now(), { caller: '非通知', caller_key: null }) }));
    expect(element('take-number')).toBeNull();
    expect(text('no-number')).toContain('発信番号なし(非通知)');
    draw(panel('note-promise', { facts: facts(Date.now(), { channel: 'aside', caller: null, caller_key: null }) }));
    expect([element('take-number'), element('no-number')]).toEqual([null, null]);
  });
  it('promises a day and a time in Japan', () => {
    open('note-promise');
    const days = element('promise-day')?.querySelectorAll('option');
    choose('promise-day', days?.[2]?.getAttribute('value') ?? '');
    choose('promise-time', '810');
    const meant = last();
    if (meant.kind !== 'edit' || meant.written.promise.due === null) throw new Error('no promise');
    expect(new Date(meant.written.promise.due + 9 * 3_600_000).toISOString()).toContain('T13:30:00');
  });
});

describe('finishing', () => {
  it('counts what is missing, leads to the first, and goes out when nothing is', () => {
    open('note-empty');
    expect(text('finish')).toBe('対応を完了あと4項目');
    element('finish')?.click();
    expect(document.activeElement).toBe(element('category-group'));
    show('note');
    element('finish')?.click();
    expect(document.activeElement).toBe(element('disposition'));
    expect(notes()).toEqual([]);
    draw(panel('note', { missing: [] }));
    element('finish')?.click();
    expect(last()).toEqual({ kind: 'finish', note: '01890000-0000-7000-8000-000000000001' });
  });
  it('says that the sheet is not made yet, and leads there', () => {
    open('wrapup-sheet');
    expect(text('finish-badge')).toBe('連絡票が未作成');
    element('finish')?.click();
    expect(document.activeElement).toBe(element('raise-sheet'));
    element('raise-sheet')?.click();
    expect(last()).toMatchObject({ kind: 'raise_sheet', sheet: 'dispatch', urgency: 'usual', household: 1 });
  });
  it('works without a vault: the contact is ended by its result', () => {
    open('note-broken');
    expect(element('vault-trouble')).not.toBeNull();
    expect(element('note-pane')).toBeNull();
    expect(element('disposition')).not.toBeNull();
  });
});

describe('the guard', () => {
  it('says what cannot be kept and takes the digits away', () => {
    open('note-blocked');
    expect(text('blocked-text')).toBe('個人番号と思われる数字は記録できません');
    expect(element('note-text')?.getAttribute('aria-invalid')).toBe('true');
    element('finish')?.click();
    expect(document.activeElement).toBe(element('note-text'));
    element('clear-text')?.click();
    flushSync();
    expect(last()).toMatchObject({ written: { text: '番号は  とのこと。' } });
    expect(area().value).not.toMatch(/\d/);
  });
  it('takes a secret away and leaves the sentence', () => {
    open('note-secret');
    element('clear-text')?.click();
    expect(last()).toMatchObject({ written: { text: '署名用の暗証番号は' } });
  });
  it('asks for a reason for what is doubtful', () => {
    open('note-doubt');
    expect(text('doubt-text')).toContain('12桁');
    element('finish')?.click();
    expect(document.activeElement).toBe(element('field-doubt_reason'));
  });
  it('warns of what was pasted', () => {
    open('note');
    area().dispatchEvent(new Event('paste', { bubbles: true }));
    area().value += '1234 5678 9018';
    area().dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));
    draw(panel('note', { findings: [{ field: 'text', blocked: 'individual_number', doubts: [] }] }));
    expect(element('pasted')).not.toBeNull();
    type('note-text', '消した');
    expect(element('pasted')).toBeNull();
  });
  it('lets nothing of a person go to the clipboard', () => {
    open('wrapup-dispatch');
    for (const kind of ['copy', 'cut']) {
      const event = new Event(kind, { bubbles: true, cancelable: true });
      element('field-name')?.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(true);
    }
    flushSync();
    expect(text('not-copied')).toContain('コピーできません');
  });
});

describe('a note', () => {
  it('says how safe it is', () => {
    open('note');
    expect(text('saved')).toMatch(/^下書き保存済み \d+:\d\d$/);
    show('note-ready');
    expect(text('saved')).toMatch(/^保存済み \d+:\d\d:\d\d$/);
    show('offline-notes');
    expect(text('saved')).toMatch(/^PCに保存 /);
    show('note-failed');
    expect(text('saved')).toBe('保存できません');
    expect(text('vault-trouble')).toContain('空き容量');
    show('note-blocked');
    expect(element('held-back')).not.toBeNull();
  });
  it('shows the number that stops a lost card before every field', () => {
    open('note-loss');
    const pane = element('note-pane');
    expect(pane?.firstElementChild).toBe(element('loss'));
    expect(text('loss')).toContain('0120-95-0178');
  });
  it('shows what the result needs, and no field of a person else', () => {
    open('note');
    for (const id of ['group-person', 'group-reservation', 'group-promise', 'group-booth']) expect(element(id)).toBeNull();
    show('note-reservation');
    expect(element('registered')).not.toBeNull();
    show('note-booth');
    expect(element('check-card_returned')).not.toBeNull();
    show('note-dispatch');
    expect(element('group-person')?.closest('aside')).not.toBeNull();
    show('wrapup-dispatch');
    expect(element('group-person')?.closest('main')).not.toBeNull();
  });
  it('shows what the number was told before, and leads to it', () => {
    open('note');
    expect(text('earlier')).toContain('C-20260331-0058');
    element('earlier-C-20260331-0058')?.querySelector('button')?.click();
    flushSync();
    expect(notes().map(({ kind }) => kind)).toEqual(['search', 'read']);
    expect(element('records')).not.toBeNull();
  });
});

describe('the keys beside the switch', () => {
  it('open the reservation system, and the cards over the centre', () => {
    open('note-reservation');
    press('Digit8', { altKey: true });
    expect(visited).toEqual(['https://reservation.example/']);
    press('Digit9', { altKey: true });
    expect(text('card-foreign')).toContain('0120-0178-27');
    element('card-note')?.click();
    flushSync();
    expect(last()).toMatchObject({ kind: 'edit', written: { disposition: 'sent_to_foreign_language_line' } });
    press('Digit0', { altKey: true });
    expect(text('card-loss')).toContain('0120-95-0178');
    press('Escape', { isComposing: true });
    expect(element('card-loss')).not.toBeNull();
    press('Escape');
    expect(element('card-loss')).toBeNull();
  });
  it('show a sentence to the visitor at a booth', () => {
    open('note-booth');
    press('Digit9', { altKey: true });
    element('card-show-en')?.click();
    expect(acts().at(-1)).toMatchObject({ kind: 'send_text' });
  });
});

describe('a locked desk', () => {
  it('shows no name, no text and no room, and takes the password alone', () => {
    open('locked');
    expect(document.body.textContent).not.toContain('継続利用');
    expect(element('room-records')).toBeNull();
    press('Digit4', { altKey: true });
    expect(acts()).toEqual([]);
    type('unlock-password', 'secret');
    element('unlock')?.click();
    flushSync();
    expect(last()).toEqual({ kind: 'unlock', password: 'secret' });
    expect(element('unlock-password')).toHaveProperty('value', '');
    show('locked-refused');
    expect(element('unlock-refused')).not.toBeNull();
  });
  it('still says that somebody rings, and not who', () => {
    open('locked-offer');
    expect(text('lock-offer')).toContain('窓口が呼び出しています');
    press('F2');
    expect(acts()).toEqual([]);
  });
  it('is locked by its key, also in a conversion', () => {
    open('idle');
    press('KeyL', { ctrlKey: true, shiftKey: true, isComposing: true });
    expect(last()).toEqual({ kind: 'lock' });
    expect(rests('lock-now')).toBe(false);
  });
});
