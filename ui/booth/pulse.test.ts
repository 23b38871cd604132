import { expect, test } from 'vitest';
import { Pulse } from './pulse';

test('a leg on which bytes arrive is alive', () => {
  const pulse = new Pulse();
  expect([pulse.take(0, 10), pulse.take(1_000, 20), pulse.take(3_400, 30)]).toEqual(['alive', 'alive', 'alive']);
});

test('a leg is silent from its last byte on, and alive again with the next', () => {
  const pulse = new Pulse();
  pulse.take(0, 10);
  pulse.take(1_000, 20);
  expect(pulse.take(4_400, 20)).toBe('alive');
  expect(pulse.take(4_500, 20)).toEqual({ silentSince: 1_000 });
  expect(pulse.take(5_500, 21)).toBe('alive');
});

test('a restarted leg is believed only when something has arrived', () => {
  const pulse = new Pulse();
  pulse.take(0, 10);
  pulse.doubt();
  expect(pulse.take(1_000, 10)).toEqual({ silentSince: 0 });
  expect(pulse.take(2_000, 11)).toBe('alive');
});

test('a count that begins anew on another path is no sign of life, and its next step is', () => {
  const pulse = new Pulse();
  pulse.take(0, 10);
  pulse.take(1_000, 20);
  pulse.doubt();
  expect(pulse.take(2_000, 5)).toEqual({ silentSince: 1_000 });
  expect(pulse.take(3_000, 6)).toBe('alive');
});
