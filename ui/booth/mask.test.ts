import { expect, test } from 'vitest';
import type { Mask } from '$generated/Mask';
import { mayShow, veilOf } from './mask';
import type { Present } from './screen';

const contact = (mask: Mask): Present => ({
  contact: 7,
  number: 'W-20260406-0007',
  arrived: 0,
  state: { kind: 'waiting', ahead: 0 },
  mask,
  texts: [],
  shown: null,
  screen: 'off',
});

test('no picture leaves before the server has said that the contact is not masked', () => {
  expect(mayShow(null, null)).toBe(false);
  expect(mayShow(contact({ kind: 'on' }), null)).toBe(false);
  expect(mayShow(contact({ kind: 'lifting', at: 9 }), null)).toBe(false);
  expect(mayShow(contact({ kind: 'off' }), null)).toBe(true);
});

test('a press stops the pictures before the server knows, and also in the seconds before they return', () => {
  expect(mayShow(contact({ kind: 'off' }), 7)).toBe(false);
  expect(veilOf(contact({ kind: 'lifting', at: 9 }), 7)).toBe('on');
});

test('a press of the visit before stops nothing', () => {
  expect(mayShow(contact({ kind: 'off' }), 6)).toBe(true);
});
