// @vitest-environment jsdom
// The rooms of paper as a person meets them: records, two heads, sheets, the manual, the work list and the offline place.
import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import type { NoteIntent } from '$generated/NoteIntent';
import { heads } from '../dev/notes';
import { PERSON } from '../dev/papers';
import { MONDAY } from '../dev/samples';
import { blocksOf } from '../rooms/manual/markdown';
import { without } from '../rooms/note/runs';
import * as normal from '../rooms/note/normal';
import { Choice } from '../rooms/records/choice.svelte';
import { partsOf } from '../rooms/records/parts';
import { base64 } from '../rooms/sheets/files';
import { bothCalendars, dateOf, draftOf, partsOf as dateParts } from '../words/birth';
import { acts, click, element, open, press, show, text, type } from './window';

const notes = (): NoteIntent[] => acts().flatMap((act) => (act.kind === 'note' ? [act.note] : []));
const last = (): NoteIntent | undefined => notes().at(-1);

describe('the records', () => {
  it('are opened and left by one key, and looked through while one types', () => {
    open('records');
    press('KeyK', { ctrlKey: true, shiftKey: true });
    expect(notes()).toMatchObject([{ kind: 'search', query: { words: '' } }]);
    type('search-words', '戸籍');
    expect(last()).toMatchObject({ kind: 'search', query: { words: '戸籍', from: '' } });
    press('KeyK', { ctrlKey: true, shiftKey: true });
    expect(last()).toEqual({ kind: 'search', query: null });
    expect(element('records')).toBeNull();
  });
  it('wait for the end of a conversion', () => {
    open('records');
    click('room-records');
    const field = element('search-words');
    if (!(field instanceof HTMLInputElement)) throw new Error('no field');
    field.value = 'こせき';
    field.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true }));
    expect(notes()).toHaveLength(1);
    field.value = '戸籍';
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
    expect(last()).toMatchObject({ query: { words: '戸籍' } });
  });
  it('take a date as it was typed, and say when it is none', () => {
    open('records');
    click('room-records');
    const from = element('search-from');
    if (!(from instanceof HTMLInputElement)) throw new Error('no field');
    from.value = '令和8年4月1日';
    from.dispatchEvent(new Event('change', { bubbles: true }));
    expect(last()).toMatchObject({ query: { from: '令和8年4月1日' } });
    show('records-none');
    expect(text('bad-date')).toContain('R8.4.1');
  });
  it('show personal fields only when asked, and are blacked out in two steps', () => {
    open('reading');
    click('room-records');
    click('show-person');
    expect(last()).toEqual({ kind: 'show_person' });
    click('redact');
    expect(last()).toEqual({ kind: 'show_person' });
    click('redact-yes');
    expect(last()).toEqual({ kind: 'redact', note: 'hit-W-20260330-0004' });
    show('reading-shown');
    expect(element('redact')).toBeNull();
    expect(text('part-name')).toBe(PERSON.name);
    expect(text('part-birth')).toBe('昭和55年4月1日(1980年)');
  });
});

describe('older records', () => {
  it('are asked of the server by one press, and the list says how far back it looks', () => {
    open('records');
    click('room-records');
    expect(text('hits-count')).toContain('送ってから7日ぶん');
    click('search-older');
    expect(last()).toEqual({ kind: 'search_older' });
    show('records-failed');
    expect(text('hits-count')).toContain('サーバーが答えませんでした');
    click('search-older');
    show('records-older');
    expect(text('hits-count')).toContain('サーバーには、ほかにもあります');
    expect(element('search-older')).toBeNull();
    show('records-none');
    expect(element('search-older')).toHaveProperty('disabled', true);
  });
});

describe('two heads', () => {
  it('become one by a person’s choice, part by part', () => {
    open('resolve');
    click('room-records');
    expect(element('differs-text')).not.toBeNull();
    expect(element('differs-party')).toBeNull();
    click('take-text-0');
    click('rewrite-text');
    type('write-text', '両方を案内した。');
    click('take-disposition-0');
    click('resolve');
    expect(last()).toMatchObject({ kind: 'resolve', heads: ['rev-1', 'rev-2'], record: { record: 'note', written: { text: '両方を案内した。', disposition: 'guided', people: 2 } } });
  });
  it('are not put together while something of them is hidden', () => {
    open('resolve-hidden');
    click('room-records');
    expect(element('resolve')?.hasAttribute('disabled')).toBe(true);
    click('show-person');
    expect(last()).toEqual({ kind: 'show_person' });
  });
  it('keep every part of the newest that nobody touched', () => {
    const reading = { note: 'n', heads: heads(MONDAY, 2), person_shown: false, person_hidden: false, refused: null, redacted: false };
    const [one, two] = reading.heads;
    if (one === undefined || two === undefined) throw new Error('samples');
    const parts = partsOf(two.record);
    const choice = new Choice();
    expect(choice.whole(reading, parts)).toEqual(two.record);
    for (const part of parts) choice.pick(part, 0);
    expect(choice.whole(reading, parts)).toEqual(one.record);
  });
});

describe('a sheet', () => {
  it('goes step by step, is checked by a lead who did not raise it, and goes out as a file', () => {
    open('sheets-lead');
    click('room-sheets');
    expect(element('move-R-20260406-9QZ2')).toBeNull();
    click('check-R-20260404-3C6V');
    expect(last()).toEqual({ kind: 'check_sheet', note: 'sheet-R-20260404-3C6V', alone: false });
    expect(element('move-R-20260404-3C6V')).toBeNull();
    click('move-R-20260406-7K3Q');
    expect(last()).toEqual({ kind: 'move_sheet', note: 'sheet-R-20260406-7K3Q', status: 'sent' });
    click('export-csv_cp932');
    expect(last()).toEqual({ kind: 'export_sheets', format: 'csv_cp932' });
    expect(text('told')).toContain('責任者の確認がまだの2件は、入れていません');
    show('sheets');
    expect(element('check-R-20260404-3C6V')).toBeNull();
    expect(text('checked-R-20260406-9QZ2')).toBe('確認待ち: 責任者01・責任者02');
    expect(text('files-out')).toContain('確認待ち 2件は入りません');
    expect(text('sheets-late')).toContain('2件');
  });
  it('is checked by its own lead in two presses alone, where it cannot wait', () => {
    open('sheets-lead');
    click('room-sheets');
    expect(element('check-R-20260406-9QZ2')).toBeNull();
    click('alone-R-20260406-9QZ2');
    expect(last()).not.toMatchObject({ kind: 'check_sheet' });
    click('alone-yes-R-20260406-9QZ2');
    expect(last()).toEqual({ kind: 'check_sheet', note: 'sheet-R-20260406-9QZ2', alone: true });
  });
  it('waits for a full disk in sight, and nothing is done with it meanwhile', () => {
    open('sheets-unsaved');
    expect(text('item-unsaved')).toBe('保存待ち');
    click('room-sheets');
    expect(text('unsaved-R-20260406-9QZ2')).toBe('保存待ち');
    expect(element('move-R-20260406-9QZ2') ?? element('check-R-20260406-9QZ2')).toBeNull();
  });
  it('is raised on its own, and leads to what is missing', () => {
    open('sheet-new');
    click('room-sheets');
    click('sheet-new');
    click('sheet-raise');
    expect(document.activeElement).toBe(element('sheet-kind'));
    const kind = element('sheet-kind');
    if (!(kind instanceof HTMLSelectElement)) throw new Error('no kind');
    kind.value = 'incident';
    kind.dispatchEvent(new Event('change', { bubbles: true }));
    flushSync();
    expect(text('sheet-form')).toContain('回答期限 当日');
    type('sheet-summary', '画面が残っていた。');
    click('sheet-raise');
    expect(last()).toMatchObject({ kind: 'raise_sheet', note: null, sheet: 'incident', summary: '画面が残っていた。' });
  });
  it('comes back from the city as bytes in base64', async () => {
    open('sheets');
    click('room-sheets');
    const field = element('import-file');
    if (!(field instanceof HTMLInputElement)) throw new Error('no field');
    Object.defineProperty(field, 'files', { value: [new File([new Uint8Array([80, 75, 3, 4])], '連絡票.xlsx')] });
    field.dispatchEvent(new Event('change', { bubbles: true }));
    await new Promise((done) => setTimeout(done, 20));
    expect(last()).toEqual({ kind: 'import_sheets', name: '連絡票.xlsx', data: 'UEsDBA==' });
    expect(base64(new Uint8Array(20_000).fill(255)).length).toBe(26_668);
  });
});

describe('the manual', () => {
  it('is one key away, opens the first hit by Enter and goes into the note', () => {
    open('manual-call');
    press('KeyF', { ctrlKey: true, shiftKey: true });
    expect(last()).toEqual({ kind: 'manual', words: '' });
    const field = element('manual-words');
    field?.focus();
    press('Enter', { key: 'Enter', isComposing: true });
    press('Enter', { key: 'Enter', keyCode: 229 });
    expect(last()).toEqual({ kind: 'manual', words: '' });
    press('Enter', { key: 'Enter' });
    expect(last()).toEqual({ kind: 'article', code: 'FAQ-012' });
    expect(text('article-version')).toContain('第4版');
    click('refer');
    expect(last()).toMatchObject({ kind: 'edit', written: { articles: ['FAQ-012'] } });
  });
  it('draws foreign text as text', () => {
    open('manual');
    click('room-manual');
    expect(element('article')?.querySelector('b, a, img, script')).toBeNull();
    expect(text('article')).toContain('<b>太字</b>');
    const [block] = blocksOf('<script>alert(1)</script>', '');
    expect(block).toEqual({ kind: 'paragraph', line: [{ kind: 'text', text: '<script>alert(1)</script>' }] });
    expect(blocksOf('![絵](http://x/y.png)', '')).toHaveLength(1);
  });
});

describe('the work at hand', () => {
  it('shows the last shift’s words first, then what is due, and each line has its verb', () => {
    open('work');
    const sorts = [...document.querySelectorAll('[data-testid^="item-"]')].map((line) => line.getAttribute('data-testid'));
    expect(sorts.slice(0, 2)).toEqual(['item-handover', 'item-handover']);
    expect(sorts).toHaveLength(11);
    click('handover-settle');
    expect(last()).toMatchObject({ kind: 'settle_handover' });
    click('work-promise');
    expect(document.querySelectorAll('[data-testid="item-sheet"]')).toHaveLength(0);
    click('promise-close');
    click('promise-折返し済');
    expect(last()).toEqual({ kind: 'settle_promise', note: 'promise-C-20260406-0041', result: '折返し済' });
    click('work-draft');
    click('draft-go-on');
    expect(last()).toMatchObject({ kind: 'change' });
    click('new-note');
    expect(last()).toEqual({ kind: 'new' });
  });
  it('hands a word over to the next shift, once it is written', () => {
    open('work');
    click('handover-open');
    click('handover-write');
    expect(notes()).toEqual([]);
    type('handover-text', ' 棚を見てください。 ');
    press('Enter', { key: 'Enter', ctrlKey: true, isComposing: true });
    expect(notes()).toEqual([]);
    press('Enter', { key: 'Enter', ctrlKey: true });
    expect(last()).toEqual({ kind: 'handover', text: '棚を見てください。', note: null });
  });
  it('says beside the tag what only this machine has, and leads to what needs somebody', () => {
    open('work-callbacks');
    expect(text('unsynced')).toBe('未送信 2件');
    click('attend');
    expect(element('records')).not.toBeNull();
    expect(text('attention')).toContain('個人番号と思われる数字は記録できません');
    click('attend-W-20260330-0004');
    expect(last()).toEqual({ kind: 'read', note: 'hit-W-20260330-0004' });
  });
  it('goes on without a line', () => {
    open('offline-local');
    expect(text('local-unsynced')).toBe('未送信 3件');
    expect(text('local-C-20260406-0074')).toContain('入力中');
    click('new-note');
    expect(last()).toEqual({ kind: 'new' });
    click('room-manual');
    expect(element('manual')).not.toBeNull();
  });
});

describe('what is put right', () => {
  it('is a number as it is written', () => {
    expect(['０９０１２３４５６７８', '+81 90-1234-5678', '048(782)9922', '0487829922', '0463-12-3456', '03-1234-5678', '782-992'].map(normal.phone)).toEqual([
      '090-1234-5678', '090-1234-5678', '048-782-9922', '048-782-9922', '0463-12-3456', '03-1234-5678', '782-992',
    ]);
    expect(normal.phoneFault('782-992')).toContain('048-782-9922');
    expect(normal.postcode('３６２８５０１')).toBe('362-8501');
    expect(normal.kana('ﾐﾎﾝ はなこ゛ー')).toBe('ミホン　ハナゴー');
  });
  it('is a date of any era, and none that never was', () => {
    const typed = (year: string): string => dateOf({ era: '昭和', year, month: '', day: '' });
    expect(['S55.4.1', '昭55.4.1', '昭和55年4月1日', '1980/4/1', '平成元年1月8日', 'R8.4.1'].map(typed)).toEqual(['1980-04-01', '1980-04-01', '1980-04-01', '1980-04-01', '1989-01-08', '2026-04-01']);
    expect(dateOf({ era: '昭和', year: '64', month: '1', day: '8' })).toBe('');
    expect(dateOf({ era: '平成', year: '2', month: '2', day: '30' })).toBe('');
    expect(dateParts('1989-01-07')).toEqual({ era: '昭和', year: '64', month: '1', day: '7' });
    expect(bothCalendars('1980-04-07', MONDAY)).toContain('45歳');
  });
  it('is kept as it is typed, and read back so', () => {
    const typed = { era: '昭和', year: '55', month: '4', day: '' };
    for (const [parts, text] of [
      [typed, '昭和55年4月'],
      [{ ...typed, month: '' }, '昭和55年'],
      [{ ...typed, year: '', day: '1' }, '昭和年4月1日'],
      [{ ...typed, year: 'S55.4', month: '' }, '昭和S55.4年'],
      [{ ...typed, year: '昭和55年4月', month: '' }, '昭和昭和55年4月年'],
      [{ ...typed, era: '西暦', year: '198', month: '' }, '西暦198年'],
      [{ ...typed, day: '31' }, '昭和55年4月31日'],
    ] as const) {
      expect(draftOf(parts)).toBe(text);
      expect(dateParts(text)).toEqual(parts);
      expect(bothCalendars(text, MONDAY)).toBe('');
    }
    expect(draftOf({ ...typed, day: '１' })).toBe('1980-04-01');
    expect(draftOf({ era: '明治', year: '', month: '', day: '' })).toBe('');
    expect(dateParts('')).toEqual({ era: '昭和', year: '', month: '', day: '' });
  });
  it('takes away every run that may be a number, in any writing', () => {
    for (const run of ['1234 5678 9018', '１２３４－５６７８－９０１８', '一二三四五六七八九〇一八', '123456789018']) expect(without(`番号${run}です`, 'individual_number')).toBe('番号です');
    expect(without('電話 048-782-9922', 'individual_number')).toBe('電話 048-782-9922');
  });
});
