// @vitest-environment jsdom
// The page as a visitor meets it: what is seen, pressed and said.

import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import type { Code } from '$generated/Code';
import App from './App.svelte';
import { NAMES, sampleOf } from './dev/samples';
import type { Shown } from './shown';

let app: ReturnType<typeof mount> | null = null;

function open(name: string, extras: Partial<Shown['visit']> = {}): Shown {
  const sample = sampleOf(name);
  if (sample === undefined) throw new Error(`no sample ${name}`);
  const booth = { ...sample, visit: { ...sample.visit, ...extras } };
  app = mount(App, { target: document.body, props: { booth } });
  flushSync();
  return booth;
}

const element = (id: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

function press(id: string): void {
  element(id)?.click();
  flushSync();
}

function write(words: string): HTMLTextAreaElement {
  const field = document.querySelector<HTMLTextAreaElement>('[data-testid="text-input"]');
  if (field === null) throw new Error('there is no place to write');
  field.value = words;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  flushSync();
  return field;
}

afterEach(async () => {
  if (app !== null) await unmount(app);
  app = null;
});

test.each(NAMES)('%s has a heading and a name for every control', (name) => {
  open(name);
  expect(document.querySelectorAll('h1').length).toBe(1);
  for (const button of document.querySelectorAll('button')) {
    expect((button.getAttribute('aria-label') ?? button.textContent).trim()).not.toBe('');
  }
});

test.each([
  ['page-old', 'この画面', 'サーバーより古くなっています'],
  ['server-old', 'サーバー', 'この画面より古くなっています'],
])('%s: says which of the two must be updated', (name, which, than) => {
  open(name);
  expect(element('why')?.textContent).toContain(than);
  expect(element('why')?.querySelector('b')?.textContent).toBe(which);
});

test('the operator’s words come to the top by themselves, and the newest are the largest', () => {
  open('texts');
  expect(element('leaf-texts')?.getAttribute('aria-selected')).toBe('true');
  expect(element('texts')?.querySelector('.last')?.textContent).toContain('通知書');
});

test('Enter sends a written word, but not while it ends a conversion or makes a line', async () => {
  const text = vi.fn((_words: string): Promise<Code | null> => Promise.resolve(null));
  open('texts', { text });
  const field = write('はい');
  const enter = (more: KeyboardEventInit): boolean =>
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more }));
  enter({ isComposing: true });
  enter({ keyCode: 229 });
  enter({ shiftKey: true });
  expect(text).not.toHaveBeenCalled();
  enter({});
  await vi.waitFor(() => expect(field.value).toBe(''));
  expect(text.mock.calls).toEqual([['はい']]);
});

test('refused words stay in the field and the reason is said', async () => {
  open('texts', { text: () => Promise.resolve('individual_number') });
  const field = write('123456789018');
  press('text-send');
  await vi.waitFor(() => expect(element('text-refused')?.textContent).toContain('個人番号'));
  expect(field.value).toBe('123456789018');
});

test('目隠し covers the own picture, and one press lifts it', () => {
  const mask = vi.fn();
  open('mask-pin', { mask });
  expect(element('veil')?.textContent).toContain('目隠し中');
  expect(element('mask-done')?.textContent).toContain('入れ終わりました');
  press('mask-off');
  expect(mask.mock.calls).toEqual([[false]]);
});

test('before the picture returns the visitor may keep it away', () => {
  const mask = vi.fn();
  open('lifting', { mask });
  expect(element('lifting')?.getAttribute('role')).toBe('alert');
  expect(element('veil')).not.toBe(null);
  press('mask-on');
  expect(mask.mock.calls).toEqual([[true]]);
});

test('a question takes the focus and keeps Tab within', () => {
  open('share-asked');
  expect(document.activeElement).toBe(element('share-agree'));
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true, cancelable: true }));
  expect(document.activeElement).toBe(element('share-refuse'));
});

test('whoever is asked whether somebody is there answers with one press', () => {
  const alive = vi.fn();
  open('still-there', { alive });
  expect(element('still-there')?.textContent).toContain('あと23秒');
  press('still-here');
  expect(alive).toHaveBeenCalled();
});

test('a closed booth tells the next opening, and a page that was never told a number names the State’s line', () => {
  open('closed');
  expect(element('next-opening')?.textContent).toBe('4月7日(火) 8:30–17:15');
  void unmount(app ?? {});
  app = null;
  open('line-at-first');
  expect(document.body.textContent).toContain('0120-95-0178');
});

test('the step that is pointed at is told apart, and quiet cards ask for silence', () => {
  open('card');
  expect(element('card-step-2')?.getAttribute('aria-current')).toBe('step');
  expect(element('card-step-1')?.getAttribute('aria-current')).toBe(null);
  expect(element('quiet')).not.toBe(null);
});
