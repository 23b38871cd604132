import { expect, test } from 'vitest';
import { seenOf, turned } from './leaf';

const NOTHING = seenOf(null, 'off');

test('what is new comes to the top, and 目隠し before everything', () => {
  expect(turned(NOTHING, { ...NOTHING, words: 1 })).toBe('texts');
  expect(turned(NOTHING, { ...NOTHING, card: 'photo null' })).toBe('guide');
  expect(turned(NOTHING, { veiled: true, card: '', words: 1 })).toBe('guide');
});

test('a step that is pointed at is new, and what goes away turns nothing', () => {
  const photo = { ...NOTHING, card: 'photo null', words: 2 };
  expect(turned(photo, { ...photo, card: 'photo 1' })).toBe('guide');
  expect(turned(photo, { ...photo, card: '' })).toBe(null);
  expect(turned({ ...photo, veiled: true }, photo)).toBe(null);
  expect(turned(photo, photo)).toBe(null);
});
