import { expect, test } from 'vitest';
import type { BoothContactState } from '$generated/BoothContactState';
import type { BoothState } from '$generated/BoothState';
import { screenOf, LINE_GRACE_MS, MEDIA_GRACE_MS, SORRY_MS, THANKS_MS, type Facts } from './screen';

const NOW = 1_000_000;
const PLAIN = {
  contact: 7,
  number: 'W-20260406-0007',
  arrived: NOW - 18_000,
  mask: { kind: 'off' },
  texts: [],
  shown: null,
  screen: 'off',
} as const;

function state(part: Partial<BoothState> = {}): BoothState {
  return {
    booth: 2,
    name: 'ブース2',
    city: '上尾市',
    phone_number: '0120-000-000',
    open: true,
    ready: 2,
    waiting: 0,
    exchange_up: true,
    contact: null,
    hours: { day: 11, duty: 'both', booth: { from: 0, to: 1440 }, phone: null, next_booth: null },
    device: 'pc',
    pages: [],
    idle_ask_ms: 90_000,
    idle_end_ms: 30_000,
    ...part,
  };
}

function facts(part: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    enrolled: true,
    enrolling: { kind: 'asking' },
    secure: true,
    refused: null,
    state: state(),
    lineDownSince: null,
    mediaDownSince: null,
    ringing: null,
    left: null,
    seen: null,
    notice: null,
    ...part,
  };
}

function inContact(contact: BoothContactState, part: Partial<Facts> = {}): Facts {
  const board = state({ contact: { ...PLAIN, texts: [], state: contact } });
  return facts({ state: board, ...part });
}

const live: BoothContactState = { kind: 'live', operator: 'オペレーター01', since: NOW - 5_000, operator_up: true };
const ended = (end: 'operator_ended' | 'line_lost_talking' | 'abandoned_waiting', ago: number): BoothContactState => ({
  kind: 'ended',
  end,
  at: NOW - ago,
});

test('a page that belongs to no booth shows its enrolment, and one that was revoked waits for a press', () => {
  const code = { kind: 'code', code: '7K3-QF9', until: NOW } as const;
  expect(screenOf(facts({ enrolled: null, state: null }))).toMatchObject({ kind: 'trouble', why: 'starting' });
  expect(screenOf(facts({ enrolled: false, enrolling: code, state: null }))).toEqual({ kind: 'enrol', step: code });
  expect(screenOf(facts({ refused: 'unauthorised', state: null }))).toMatchObject({ kind: 'trouble', why: 'revoked' });
});

test.each([
  [{}, 'ready'],
  [{ waiting: 1 }, 'queue'],
  [{ ready: 0, waiting: 1 }, 'nobody'],
  [{ exchange_up: false }, 'no_exchange'],
  [{ open: false, exchange_up: false }, 'closed'],
] as const)('at rest the door is as the board says: %j is %s', (board, door) => {
  expect(screenOf(facts({ state: state(board) }))).toMatchObject({ kind: 'start', door });
});

test('a press shows the wait at once, and the server then says how many are before', () => {
  expect(screenOf(facts({ ringing: NOW }))).toEqual({ kind: 'wait', ahead: null, since: NOW });
  expect(screenOf(inContact({ kind: 'waiting', ahead: 1 }))).toEqual({ kind: 'wait', ahead: 1, since: NOW - 18_000 });
});

test('a press over an old goodbye shows the wait, not the goodbye', () => {
  expect(screenOf(inContact(ended('operator_ended', 100), { ringing: NOW })).kind).toBe('wait');
});

test('a talk goes on without the line to the server, and silence is what is called trouble', () => {
  const longAgo = NOW - 20_000;
  expect(screenOf(inContact(live, { lineDownSince: longAgo }))).toMatchObject({ kind: 'talk', stage: 'live' });
  expect(screenOf(inContact(live, { mediaDownSince: NOW - MEDIA_GRACE_MS + 1 })).kind).toBe('talk');
  expect(screenOf(inContact(live, { mediaDownSince: longAgo }))).toEqual({
    kind: 'trouble',
    why: 'reconnecting',
    since: longAgo,
    inTalk: true,
  });
});

test('a visitor in a talk sees why the operator is not there', () => {
  expect(screenOf(inContact({ ...live, operator_up: false }))).toMatchObject({ kind: 'talk', stage: 'operator_away' });
  expect(screenOf(inContact({ kind: 'held', operator: 'x' }))).toMatchObject({ kind: 'talk', stage: 'held' });
});

test('a line that is away for a moment is not mentioned', () => {
  const short = { lineDownSince: NOW - LINE_GRACE_MS + 1 };
  const long = { lineDownSince: NOW - LINE_GRACE_MS };
  expect(screenOf(facts(short)).kind).toBe('start');
  expect(screenOf(facts(long))).toMatchObject({ kind: 'trouble', why: 'line' });
  expect(screenOf(inContact({ kind: 'waiting', ahead: 0 }, short)).kind).toBe('wait');
  expect(screenOf(inContact({ kind: 'waiting', ahead: 0 }, long))).toMatchObject({ kind: 'trouble', why: 'waiting_line' });
});

test('a goodbye stays long enough to be read and makes room by itself or by a press', () => {
  expect(screenOf(inContact(ended('operator_ended', THANKS_MS - 1)))).toEqual({ kind: 'ended', goodbye: 'thanks' });
  expect(screenOf(inContact(ended('operator_ended', THANKS_MS))).kind).toBe('start');
  expect(screenOf(inContact(ended('line_lost_talking', SORRY_MS - 1)))).toEqual({ kind: 'ended', goodbye: 'sorry' });
  expect(screenOf(inContact(ended('operator_ended', 0), { seen: 7 })).kind).toBe('start');
});

test('who leaves the queue gets the start screen, who leaves a talk gets thanks, both before the server says so', () => {
  expect(screenOf(inContact({ kind: 'waiting', ahead: 0 }, { left: 7 })).kind).toBe('start');
  expect(screenOf(inContact(ended('abandoned_waiting', 0))).kind).toBe('start');
  expect(screenOf(inContact(live, { left: 7 }))).toEqual({ kind: 'ended', goodbye: 'thanks' });
});

test('a refusal for good never shows a button that cannot work', () => {
  expect(screenOf(facts({ refused: 'replaced' }))).toMatchObject({ kind: 'trouble', why: 'replaced' });
  expect(screenOf(facts({ refused: 'too_large' }))).toMatchObject({ kind: 'trouble', why: 'refused' });
});
