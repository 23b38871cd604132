import { expect, test } from 'vitest';
import { Idle } from './idle';

const LIMITS = { ask_ms: 60_000, end_ms: 30_000, beside: false };

test('a quiet visit is asked after, and left when nobody answers', () => {
  const idle = new Idle(0);
  expect(idle.look(59_999, LIMITS)).toEqual({ kind: 'here' });
  expect(idle.look(60_000, LIMITS)).toEqual({ kind: 'asked', leaves: 90_000 });
  expect(idle.look(89_999, LIMITS)).toEqual({ kind: 'asked', leaves: 90_000 });
  expect(idle.look(90_000, LIMITS)).toEqual({ kind: 'gone' });
});

test('any sign of life takes the question back', () => {
  const idle = new Idle(0);
  idle.look(60_000, LIMITS);
  idle.alive(70_000);
  expect(idle.look(129_999, LIMITS)).toEqual({ kind: 'here' });
});

test('a page that slept over the whole time asks first', () => {
  const idle = new Idle(0);
  expect(idle.look(3_600_000, LIMITS)).toEqual({ kind: 'asked', leaves: 3_630_000 });
});

test('beside a page of the city, where touches are not seen, the question waits three times as long', () => {
  const idle = new Idle(0);
  expect(idle.look(179_999, { ...LIMITS, beside: true })).toEqual({ kind: 'here' });
  expect(idle.look(180_000, { ...LIMITS, beside: true }).kind).toBe('asked');
});
