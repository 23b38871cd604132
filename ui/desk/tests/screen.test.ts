// @vitest-environment jsdom
// The window as a person meets it: keys, focus and what is sent.
import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import { acts, desk, draw, element, fail, open, press, show, text, type, within } from './window';

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
    draw(within('wrapup', { offer: desk('offer').state.offer }));
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

describe('two versions that do not speak with each other', () => {
  it.each([
    ['sign-in-desk-old', '新しくするのはこのアプリです'],
    ['sign-in-server-old', '新しくするのはサーバーです'],
  ])('%s: says which one must be updated, and that the notes are safe', (name, which) => {
    open(name);
    expect(text('sign-in-error')).toContain(which);
    expect(text('sign-in-error')).toContain('このパソコンに保存した対応記録は残っていて');
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

describe('目隠し', () => {
  it('goes on by F4, also in the middle of a conversion, and only in a talk', () => {
    open('talk');
    press('F4', { isComposing: true });
    expect(acts()).toEqual([{ kind: 'mask', on: true }]);
    show('idle');
    expect(press('F4').defaultPrevented).toBe(false);
  });
  it('is said in words and lifted by its button', () => {
    open('mask');
    expect(element('mask-state')?.textContent).toContain('目隠し中');
    element('mask-lift')?.click();
    expect(acts()).toEqual([{ kind: 'mask', on: false }]);
    show('mask-lifting');
    expect(element('mask-state')?.dataset['mask']).toBe('lifting');
  });
});

describe('a written word', () => {
  const field = (): HTMLTextAreaElement => {
    const found = element('text-input');
    if (!(found instanceof HTMLTextAreaElement)) throw new Error('no field');
    return found;
  };
  it('is sent by Ctrl+Enter, never by Enter and never during a conversion', () => {
    open('talk');
    type('text-input', 'お待ちください');
    expect(press('Enter', { key: 'Enter' }).defaultPrevented).toBe(false);
    press('Enter', { key: 'Enter', ctrlKey: true, isComposing: true });
    press('Enter', { key: 'Enter', ctrlKey: true, keyCode: 229 });
    expect(acts()).toEqual([]);
    press('Enter', { key: 'Enter', ctrlKey: true });
    expect(acts()).toEqual([{ kind: 'send_text', text: 'お待ちください' }]);
    expect(field().value).toBe('');
  });
  it('stays in its field when a view comes in between', () => {
    open('talk');
    type('text-input', '書きかけ');
    show('guide');
    expect(field().value).toBe('書きかけ');
    expect(document.activeElement).toBe(field());
  });
});

describe('F2 during a conversion', () => {
  it('commits the text, keeps it and leaves the caret where it is', () => {
    open('offer');
    const find = element('find');
    if (!(find instanceof HTMLInputElement)) throw new Error('no field');
    find.focus();
    find.value = 'がいこく';
    // A webview that throws the conversion away when the field is left.
    find.addEventListener('blur', () => (find.value = ''), { once: true });
    press('F2', { isComposing: true, keyCode: 229 });
    expect(acts()).toEqual([{ kind: 'answer' }]);
    expect(find.value).toBe('がいこく');
    expect(document.activeElement).toBe(find);
    show('talk');
    show('idle');
    expect(element('find')).toHaveProperty('value', 'がいこく');
  });
});

describe('guidance', () => {
  it('sends a card, points at a step, takes the hand and the card away', () => {
    open('talk');
    element('guide-photo')?.click();
    show('texts');
    element('guide-step-0')?.click();
    element('guide-step-3')?.click();
    element('guide-hide')?.click();
    expect(acts()).toEqual([
      { kind: 'guide', card: 'photo', pointing: null },
      { kind: 'guide', card: 'apply', pointing: 0 },
      { kind: 'guide', card: 'apply', pointing: null },
      { kind: 'guide', card: null, pointing: null },
    ]);
  });
});

describe('離席(不応答)', () => {
  it('is left by one press', () => {
    open('missed');
    element('return')?.click();
    expect(acts()).toEqual([{ kind: 'choose', chosen: { kind: 'available', channels: 'both' } }]);
  });
});

describe('the break after a contact', () => {
  it('is asked for and taken back while the contact goes on', () => {
    open('talk');
    element('break-after')?.click();
    expect(acts()).toEqual([{ kind: 'choose', chosen: { kind: 'break' } }]);
    show('idle');
    expect(element('break-after')).toBeNull();
  });
});

describe('the device check', () => {
  it('keeps the talk’s pictures in the page and an offer in sight', () => {
    open('talk');
    const canvas = element('picture');
    show('check');
    expect(element('picture')).toBe(canvas);
    expect(element('check')).not.toBeNull();
    element('check-close')?.click();
    expect(acts()).toEqual([{ kind: 'check', open: false }]);
  });
});

describe('a sign-in in a talk elsewhere', () => {
  it('asks, and moves nothing by itself', () => {
    open('take-over');
    expect(acts()).toEqual([]);
    element('take-over-no')?.click();
    element('take-over-yes')?.click();
    expect(acts()).toEqual([{ kind: 'take_over', agreed: false }, { kind: 'take_over', agreed: true }]);
  });
});

describe('an intent that the desk did not take', () => {
  it('is said, until the next one is taken', async () => {
    open('idle');
    fail(true);
    element('choose-4')?.click();
    await Promise.resolve();
    await Promise.resolve();
    flushSync();
    expect(element('untold')).not.toBeNull();
    fail(false);
    element('choose-4')?.click();
    flushSync();
    expect(element('untold')).toBeNull();
  });
});
