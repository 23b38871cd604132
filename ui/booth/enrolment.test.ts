import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ASK_EVERY_MS, Enrolment, type Enrolling } from './enrolment';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const VALID_MS = 600_000;

function stage() {
  const shown: Enrolling[] = [];
  const world: { away: boolean; codes: number; approved: number | null; done: number[] } = { away: false, codes: 0, approved: null, done: [] };
  const ask = {
    code: () => (world.away ? Promise.reject(new Error()) : Promise.resolve({ code: `C${(world.codes += 1)}`, valid_ms: VALID_MS })),
    challenge: () => (world.away ? Promise.reject(new Error()) : Promise.resolve({ challenge: 'x', booth: world.approved })),
  };
  const enrolment = new Enrolment(ask, (now) => shown.push(now), (booth) => world.done.push(booth));
  const last = () => shown.at(-1);
  return { world, enrolment, last, wait: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

test('a code stays until it is approved, and then the page has its booth', async () => {
  const { world, last, wait } = stage();
  await wait(ASK_EVERY_MS * 5);
  expect([last(), world.codes]).toMatchObject([{ kind: 'code', code: 'C1' }, 1]);
  world.approved = 2;
  await wait(ASK_EVERY_MS);
  expect(world.done).toEqual([2]);
  await wait(60_000);
  expect(world.done).toEqual([2]);
});

test('a code that ran out gives way to a new one', async () => {
  const { last, wait } = stage();
  await wait(VALID_MS + ASK_EVERY_MS);
  expect(last()).toMatchObject({ kind: 'code', code: 'C2' });
});

test('a new code can be asked for before', async () => {
  const { enrolment, last, wait } = stage();
  await wait(10);
  enrolment.renew();
  await wait(10);
  expect(last()).toMatchObject({ kind: 'code', code: 'C2' });
});

test('a server that is away for a moment takes no code from the screen, and without a code it is said', async () => {
  const { world, last, wait } = stage();
  await wait(10);
  world.away = true;
  await wait(60_000);
  expect(last()).toMatchObject({ kind: 'code', code: 'C1' });
  await wait(VALID_MS);
  expect(last()).toEqual({ kind: 'no_server' });
  world.away = false;
  await wait(ASK_EVERY_MS);
  expect(last()).toMatchObject({ kind: 'code', code: 'C2' });
});

test('a stopped enrolment asks and tells no more', async () => {
  const { world, enrolment, wait } = stage();
  world.approved = 2;
  enrolment.stop();
  await wait(60_000);
  expect(world.done).toEqual([]);
});
