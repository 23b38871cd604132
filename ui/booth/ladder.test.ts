import { expect, test } from 'vitest';
import { Ladder, type LegInput, type Rung } from './ladder';

/** Plays `[time, input]` in order, letting due timeouts come first, and lists what was wanted and when. */
function played(...inputs: [number, LegInput | 'nothing'][]): string[] {
  const ladder = new Ladder();
  const wanted: string[] = [];
  const note = (now: number, rung: Rung): void => void (rung !== null && wanted.push(`${now} ${rung}`));
  for (const [now, input] of inputs) {
    for (let due = ladder.due(); due !== null && due <= now; due = ladder.due()) note(due, ladder.timeout(due));
    if (input !== 'nothing') note(now, ladder.handle(now, input));
  }
  return wanted;
}

const OPENED: [number, LegInput][] = [[0, 'want'], [10, 'offered'], [50, 'answered'], [100, 'up']];

test('a leg is opened once', () => {
  expect(played(...OPENED, [200, 'want'], [99_000, 'nothing'])).toEqual(['0 open']);
});

test('an outage that heals within two seconds is left in peace', () => {
  expect(played(...OPENED, [20_000, 'shaky'], [21_999, 'up'], [90_000, 'nothing'])).toEqual(['0 open']);
});

test('a longer outage restarts ICE on the same leg', () => {
  expect(played(...OPENED, [20_000, 'shaky'], [22_100, 'offered'], [22_200, 'answered'], [22_300, 'up'])).toEqual([
    '0 open',
    '22000 restart',
  ]);
});

test('the exchange may ask for a restart while the page believes that all is well', () => {
  expect(played(...OPENED, [5_000, 'restart_asked'], [5_010, 'restart_asked'])).toEqual(['0 open', '5000 restart']);
});

test('a restart without an answer leads to a new leg', () => {
  expect(played(...OPENED, [20_000, 'failed'], [20_010, 'offered'], [30_000, 'nothing'])).toEqual([
    '0 open',
    '20000 restart',
    '24260 open',
  ]);
});

test('two restarts that do not help lead to a new leg', () => {
  const fruitless: [number, LegInput | 'nothing'][] = [
    [20_000, 'failed'], [20_010, 'offered'], [20_020, 'answered'],
    [26_030, 'offered'], [26_040, 'answered'],
    [40_000, 'nothing'],
  ];
  expect(played(...OPENED, ...fruitless)).toEqual(['0 open', '20000 restart', '26020 restart', '32290 open']);
});

test('restarts that only seem to help are counted too', () => {
  const seeming: [number, LegInput | 'nothing'][] = [
    [20_000, 'restart_asked'], [20_010, 'offered'], [20_020, 'answered'], [20_030, 'up'],
    [23_000, 'restart_asked'], [23_010, 'offered'], [23_020, 'answered'], [23_030, 'up'],
    [26_000, 'restart_asked'],
    [30_000, 'nothing'],
  ];
  expect(played(...OPENED, ...seeming)).toEqual(['0 open', '20000 restart', '23000 restart', '26250 open']);
});

test('an exchange that refuses is asked again after growing pauses', () => {
  const refused: [number, LegInput | 'nothing'][] = [
    [0, 'want'], [1, 'offered'], [10, 'refused'],
    [261, 'offered'], [300, 'refused'],
    [801, 'offered'], [900, 'refused'],
    [2_000, 'nothing'],
  ];
  expect(played(...refused)).toEqual(['0 open', '260 open', '800 open', '1900 open']);
});

test('a leg that the exchange does not know is opened anew', () => {
  expect(played(...OPENED, [500, 'gone'], [600, 'up'], [2_000, 'nothing'])).toEqual(['0 open', '750 open']);
});

test('without the line nothing is offered, and with its return the leg is mended at once', () => {
  const cut: [number, LegInput | 'nothing'][] = [
    [20_000, 'line_down'], [21_000, 'shaky'], [40_000, 'failed'], [41_000, 'line_up'],
  ];
  expect(played(...OPENED, ...cut)).toEqual(['0 open', '41000 restart']);
});

test('a line that comes back during a good talk disturbs nothing', () => {
  expect(played(...OPENED, [20_000, 'line_down'], [25_000, 'line_up'], [60_000, 'nothing'])).toEqual(['0 open']);
});

test('an offer that the line has not carried yet costs no leg, which may heal alone', () => {
  expect(played(...OPENED, [20_000, 'shaky'], [22_100, 'nothing'], [35_000, 'up'], [35_100, 'refused'], [60_000, 'nothing'])).toEqual([
    '0 open',
    '22000 restart',
  ]);
});

test('a person who is asked for the microphone has all the time', () => {
  expect(played([0, 'want'], [60_000, 'nothing'])).toEqual(['0 open']);
});
