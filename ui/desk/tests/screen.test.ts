// @vitest-environment jsdom
// The window as a person meets it: keys, focus and what is sent.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { Intent } from '$generated/Intent';
import type { View } from '$generated/View';
import { samples } from '../dev/samples';
import App from '../views/App.svelte';

const sent: Intent[] = [];
let draw: (view: View) => void = () => undefined;
let app: ReturnType<typeof mount> | null = null;

function open(name: string): void {
  const shell = {
    watch: (next: (view: View) => void) => {
      draw = next;
      return Promise.resolve(() => undefined);
    },
    send: (intent: Intent) => {
      sent.push(intent);
      return Promise.resolve();
    },
  };
  HTMLCanvasElement.prototype.getContext = () => null;
  app = mount(App, { target: document.body, props: { shell } });
  flushSync();
  show(name);
}

function show(name: string): void {
  const view = samples(Date.now())[name];
  if (view === undefined) throw new Error(`no sample ${name}`);
  draw(view);
  flushSync();
}

function press(code: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { code, bubbles: true, cancelable: true, ...more });
  (document.activeElement ?? document.body).dispatchEvent(event);
  flushSync();
  return event;
}

const element = (id: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const acts = (): Intent[] => sent.filter((intent) => intent.kind !== 'picture');

afterEach(async () => {
  if (app !== null) await unmount(app);
  app = null;
  sent.length = 0;
});

describe('F2', () => {
  it('does nothing when nothing rings', () => {
    open('idle');
    expect(press('F2').defaultPrevented).toBe(false);
    expect(acts()).toEqual([]);
  });
  it('answers also in the middle of a conversion', () => {
    open('offer');
    press('F2', { isComposing: true, key: 'Process', keyCode: 229 });
    expect(acts()).toEqual([{ kind: 'answer' }]);
  });
});

describe('an offer', () => {
  it('takes no focus and closes with its ring', () => {
    open('wrapup');
    element('disposition')?.focus();
    const view = samples(Date.now());
    const { offer, wrapup } = view;
    if (offer?.screen.kind !== 'desk' || wrapup?.screen.kind !== 'desk') throw new Error('samples');
    const both = { ...wrapup.screen, state: { ...wrapup.screen.state, offer: offer.screen.state.offer } };
    draw({ ...wrapup, screen: both });
    flushSync();
    expect(element('offer-card')?.getAttribute('role')).toBe('alert');
    expect(document.activeElement).toBe(element('disposition'));
    show('wrapup');
    expect(element('offer-card')).toBeNull();
  });
  it('cannot be answered twice while the first answer is on its way', () => {
    open('accepting');
    expect(element('answer')?.hasAttribute('disabled')).toBe(true);
  });
});

describe('the switch', () => {
  it('asks by Alt and a digit, and opens the rest by 6', () => {
    open('idle');
    press('Digit4', { altKey: true });
    expect(acts()).toEqual([{ kind: 'choose', chosen: { kind: 'away' } }]);
    press('Digit6', { altKey: true });
    element('other-lunch')?.click();
    expect(acts().at(-1)).toEqual({ kind: 'choose', chosen: { kind: 'lunch' } });
  });
  it('is closed while the line is down', () => {
    open('offline');
    press('Digit1', { altKey: true });
    expect(acts()).toEqual([]);
    expect(element('tag-word')?.textContent).toBe('接続断');
  });
});

describe('finishing', () => {
  it('leads to what is missing, then sends the result', () => {
    open('wrapup');
    element('finish')?.click();
    flushSync();
    expect(acts()).toEqual([]);
    expect(document.activeElement).toBe(element('disposition'));
    const field = document.querySelector('select');
    if (field === null) throw new Error('no field');
    field.value = 'guided';
    field.dispatchEvent(new Event('change', { bubbles: true }));
    flushSync();
    element('finish')?.click();
    expect(acts()).toEqual([{ kind: 'finish', disposition: 'guided' }]);
  });
});

describe('signing in', () => {
  it('is not done by the Enter that ends a conversion', () => {
    open('sign-in');
    element('sign-in-password')?.focus();
    for (const more of [{ isComposing: true }, { keyCode: 229 }]) {
      expect(press('Enter', { key: 'Enter', ...more }).defaultPrevented).toBe(true);
    }
    expect(press('Enter', { key: 'Enter' }).defaultPrevented).toBe(false);
  });
});

describe('the canvas', () => {
  it('stays the same from the first view to the talk', () => {
    open('idle');
    const before = element('picture');
    show('talk');
    expect(element('picture')).toBe(before);
    expect(element('talk')?.hasAttribute('hidden')).toBe(false);
  });
});
