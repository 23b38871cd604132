// Hours, waits and booths in words: what the queues and the strip say.
import { describe, expect, it } from 'vitest';
import { EVENING, MINUTE, MONDAY, OPEN, quietState, SUNDAY } from '../dev/base';
import { guideTime, spanText } from '../rooms/note/guide-time';
import { boothWord, closing, nextOpening, phoneWord } from '../rooms/queue/hours';
import { queueWaitsLong, wifi } from '../rooms/queue/words';
import { today } from '../views/today';

/** That Monday at a time of day. */
const at = (hour: number, minute: number): number => MONDAY + (hour * 60 + minute - (10 * 60 + 42)) * MINUTE;
const { phone, booth } = quietState(MONDAY).queue;
const shut = { ...booth, open: false };

describe('closing time', () => {
  it('is told ten minutes ahead, channel by channel, and afterwards while the telephone goes on', () => {
    expect(closing(OPEN, at(17, 4))).toBeNull();
    expect(closing(OPEN, at(17, 5))).toEqual({ ahead: true, text: '窓口の受付は 17:15 に終わります(あと10分)' });
    expect(closing(EVENING, at(17, 15))).toEqual({ ahead: false, text: '窓口は 17:15 に閉じました。電話は 20:00 まで続きます' });
    expect(closing(EVENING, at(19, 59))?.text).toBe('電話の受付は 20:00 に終わります(あと1分)');
    expect(closing(EVENING, at(20, 0))).toBeNull();
  });
  it('is no matter on a day on which the booths stay closed', () => expect(closing(SUNDAY, at(17, 10))).toBeNull());
});

describe('a queue’s hours', () => {
  it('say until when it is open, from when, or that it is closed', () => {
    expect(phoneWord(phone, OPEN, MONDAY)).toEqual({ open: true, text: '受付中 20:00まで' });
    expect(boothWord(booth, OPEN, MONDAY)).toEqual({ open: true, text: '開庁 17:15まで' });
    expect(boothWord(shut, OPEN, at(8, 0)).text).toBe('閉庁 8:30から');
    expect(boothWord(shut, EVENING, at(18, 0)).text).toBe('閉庁');
    expect(boothWord(shut, SUNDAY, MONDAY).text).toBe('閉庁日');
  });
  it('believe the server’s switch, not the clock', () => expect(boothWord(shut, OPEN, MONDAY).open).toBe(false));
  it('tell the next opening only while the booths are closed', () => {
    expect(nextOpening(shut, EVENING)).toBe('4月7日(火) 8:30');
    expect(nextOpening(booth, EVENING)).toBeNull();
  });
  it('stand before the sign-in', () => {
    expect(today(OPEN)).toEqual({ word: '開庁日', phone: '8:30–20:00', booth: '8:30–17:15', next: null });
    expect(today(SUNDAY)).toMatchObject({ word: '閉庁日', booth: '閉庁', next: '4月6日(月) 8:30' });
  });
});

describe('a wait', () => {
  it('is long only after the setting’s time, and only while somebody waits', () => {
    const board = { ...booth, waiting: 1, oldest: MONDAY };
    expect(queueWaitsLong(board, 3 * MINUTE, MONDAY + 3 * MINUTE)).toBe(false);
    expect(queueWaitsLong(board, 3 * MINUTE, MONDAY + 3 * MINUTE + 1)).toBe(true);
    expect(queueWaitsLong({ ...board, waiting: 0 }, 3 * MINUTE, MONDAY + 9 * MINUTE)).toBe(false);
    expect(queueWaitsLong(null, 3 * MINUTE, MONDAY)).toBe(false);
  });
});

describe('a booth’s Wi-Fi', () => {
  it('is judged by loss per mille in the bands of the line', () => {
    expect(wifi({ loss_permille: 37, round_trip_ms: 40 })).toMatchObject({ bars: 4, figures: '40ミリ秒 損失3.7%' });
    expect(wifi({ loss_permille: 38, round_trip_ms: null }).word).toBe('やや不安定');
    expect(wifi({ loss_permille: 113, round_trip_ms: null }).tone).toBe('lost');
  });
});

describe('the wrap-up’s guide', () => {
  it('counts down to its time, then up, and never stops', () => {
    expect(guideTime(0, 120_000, 84_000)).toEqual({ over: false, text: '目安まで 00:36', used: 0.7 });
    expect(guideTime(0, 120_000, 120_000)).toMatchObject({ over: true, text: '目安を 00:00 過ぎました' });
    expect(guideTime(0, 120_000, 3_720_000).text).toBe('目安を 1:00:00 過ぎました');
  });
  it('names the span of one press', () => {
    expect(spanText(120_000)).toBe('2分');
    expect(spanText(90_000)).toBe('90秒');
  });
});
