// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import type { BoothSays } from '$generated/BoothSays';
import { sampleOf } from './dev/samples';
import type { Present } from './screen';
import { Visit } from './visit.svelte';

const NOW = 1_000_000;

function stage() {
  const said: BoothSays[] = [];
  const world = { now: NOW, left: 0 };
  const nothing = (): void => undefined;
  const visit = new Visit({
    say: (words) => {
      said.push(words);
      return `r${said.length}`;
    },
    now: () => world.now,
    offer: nothing,
    flowing: nothing,
    changed: nothing,
    leave: () => (world.left += 1),
  });
  const state = sampleOf('talk')?.state ?? null;
  const settle = (part: Partial<Present> | null): void => visit.settle(part === null ? null : { ...CONTACT, ...part }, state);
  const kinds = (): string[] => said.map((words) => words.kind);
  return { visit, said, world, settle, kinds };
}

const CONTACT: Present = {
  contact: 7,
  number: 'W-20260406-0007',
  arrived: NOW,
  state: { kind: 'live', operator: 'x', since: NOW, operator_up: true },
  mask: { kind: 'off' },
  texts: [],
  shown: null,
  screen: 'off',
};

beforeEach(() => {
  Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: { addEventListener: () => undefined } });
});

test('what is wrong is told once a contact, again after each connection, and when it changes', () => {
  const { visit, said, settle, kinds } = stage();
  settle({});
  settle({});
  expect(kinds()).toEqual(['trouble']);
  visit.welcome();
  settle({});
  visit.media.camera = 'missing';
  settle({});
  expect(said.map((words) => words.kind === 'trouble' && words.trouble.camera)).toEqual([false, false, true]);
});

test('a press on 目隠し holds until the server knows, and ends with the visit', () => {
  const { visit, said, settle } = stage();
  settle({});
  visit.mask(true);
  expect([visit.hidden, said.at(-1)]).toEqual([7, { kind: 'mask', contact: 7, on: true }]);
  settle({ mask: { kind: 'lifting', at: NOW + 1 } });
  expect(visit.hidden).toBe(7);
  settle({ mask: { kind: 'on' } });
  expect(visit.hidden).toBe(null);
  visit.mask(true);
  settle(null);
  expect(visit.hidden).toBe(null);
});

test('a page that was loaded again tells once that it shows no second window', () => {
  const { said, settle } = stage();
  settle({ screen: 'on' });
  settle({ screen: 'on' });
  expect(said.filter((words) => words.kind === 'screen')).toEqual([{ kind: 'screen', contact: 7, shared: false }]);
});

test('a written word is answered for, and one of a visit that is over is not lost in silence', async () => {
  const { visit, settle } = stage();
  settle({});
  const first = visit.text('はい');
  visit.heard('r2', null);
  expect(await first).toBe(null);
  const second = visit.text('まだ');
  settle(null);
  expect(await second).toBe('gone');
  expect(await visit.text('だれか')).toBe('unreachable');
});

test('a visit without any sign of life is asked after, told to the desk and left', () => {
  const { visit, world, settle, said } = stage();
  settle({});
  world.now += 90_000;
  settle({});
  expect([visit.presence.kind, said.at(-1)]).toMatchObject(['asked', { kind: 'trouble', trouble: { walked_away: true } }]);
  world.now += 30_000;
  settle({});
  expect(world.left).toBe(1);
});
