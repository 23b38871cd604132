// The small rules behind the screens.
import { describe, expect, it } from 'vitest';
import { composing } from '$shared/ime';
import { lineQuality } from '$shared/quality';
import { clockWithSeconds, elapsed, reiwaDate, secondsUntil } from '$shared/time';
import { boothContact, boothOffer, MONDAY, TALK } from '../dev/samples';
import { paint } from '../picture/colour';
import { parseFrame } from '../picture/frame';
import { standing } from '../rooms/booth/standing';
import { Draft } from '../rooms/note/draft.svelte';
import { DISPOSITIONS, isDisposition } from '../words/results';
import { arc } from '../rooms/queue/offer';
import { meaning, type Pressed } from '../views/keys';

const key = (code: string, more: Partial<Pressed> = {}): Pressed => ({
  code, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, repeat: false, isComposing: false, keyCode: 0, ...more,
});

describe('time', () => {
  it('keeps its column until the hour is full', () => {
    expect(elapsed(0, 372_999)).toBe('06:12');
    expect(elapsed(0, 3_599_999)).toBe('59:59');
    expect(elapsed(0, 3_723_000)).toBe('1:02:03');
  });
  it('never runs backwards when the clocks differ a little', () => expect(elapsed(1000, 0)).toBe('00:00'));
  it('counts the last second until it is over', () => {
    expect(secondsUntil(1000, 1)).toBe(1);
    expect(secondsUntil(1000, 1000)).toBe(0);
  });
  it('is read in Japan whatever the machine thinks', () => {
    expect(reiwaDate(MONDAY)).toBe('令和8年4月6日(月)');
    expect(clockWithSeconds(MONDAY)).toBe('10:42:00');
    expect(reiwaDate(Date.UTC(2026, 3, 6, 15, 0))).toBe('令和8年4月7日(火)');
  });
});

describe('keys', () => {
  it('answers by F2, also when the input method hides its name', () => {
    expect(meaning(key('F2'))).toEqual({ kind: 'answer' });
    expect(meaning(key('F2', { ctrlKey: true }))).toBeNull();
    expect(meaning(key('F2', { repeat: true }))).toBeNull();
  });
  it('leads to papers, cards and the reservation system, and locks', () => {
    expect(meaning(key('Digit8', { altKey: true }))).toEqual({ kind: 'reservation' });
    expect(meaning(key('Digit9', { altKey: true }))).toEqual({ kind: 'card', card: 'foreign' });
    expect(meaning(key('Digit0', { altKey: true }))).toEqual({ kind: 'card', card: 'loss' });
    const both = { ctrlKey: true, shiftKey: true };
    expect(meaning(key('KeyF', both))).toEqual({ kind: 'room', room: 'manual' });
    expect(meaning(key('KeyK', both))).toEqual({ kind: 'room', room: 'records' });
    expect(meaning(key('KeyL', both))).toEqual({ kind: 'lock' });
    expect(meaning(key('KeyF', { ctrlKey: true }))).toBeNull();
    expect(meaning(key('KeyF', { ...both, altKey: true }))).toBeNull();
  });
  it('chooses by Alt and a digit from 1 to 6, and opens the transfer by 7', () => {
    expect(meaning(key('Digit6', { altKey: true }))).toEqual({ kind: 'choose', place: 6 });
    expect(meaning(key('Digit7', { altKey: true }))).toEqual({ kind: 'transfer' });
    expect(meaning(key('Digit1'))).toBeNull();
  });
  it('leaves the keys of Japanese input alone', () => {
    for (const code of ['F6', 'F7', 'F8', 'F9', 'F10', 'Space', 'Tab', 'Enter', 'Convert', 'NonConvert']) {
      expect(meaning(key(code))).toBeNull();
    }
  });
  it('knows a key of the input method by either sign', () => {
    expect(composing({ isComposing: true, keyCode: 13 })).toBe(true);
    expect(composing({ isComposing: false, keyCode: 229 })).toBe(true);
    expect(composing({ isComposing: false, keyCode: 13 })).toBe(false);
  });
});

describe('picture', () => {
  const message = (kind: number, width: number): ArrayBuffer =>
    new Uint8Array([kind, 0, width, 0, 1, 0, 0x80, 2, 0xe0, 1, 7, 8, 9, 10, 11, 12, 13]).buffer;
  it('is read from its header; an odd column has its own colour', () => {
    const frame = parseFrame(message(0, 3))?.frame;
    expect(frame?.source).toEqual({ width: 640, height: 480 });
    const { y, u, v } = frame!.planes;
    expect([[...y], [...u], [...v]]).toEqual([[7, 8, 9], [10, 11], [12, 13]]);
  });
  it('says whose it is by its first byte', () => {
    expect([0, 1, 2].map((kind) => parseFrame(message(kind, 3))?.kind)).toEqual(['face', 'screen', 'own']);
    expect(parseFrame(message(3, 3))).toBeNull();
  });
  it('is nothing when its planes do not fill it, or there are none', () => {
    expect(parseFrame(message(0, 2))).toBeNull();
    expect(parseFrame(new ArrayBuffer(10))).toBeNull();
  });
});

describe('colours', () => {
  const coloured = (y: number, u: number, v: number): number[] => {
    const pixels = new Int32Array(9);
    const flat = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
    paint({ width: 3, height: 3, y: flat(9, y), u: flat(4, u), v: flat(4, v) }, pixels);
    expect(new Set(pixels).size).toBe(1);
    return [...new Uint8Array(pixels.buffer, 32, 4)];
  };
  it('are those of BT.601 in limited range', () => {
    expect(coloured(16, 128, 128)).toEqual([0, 0, 0, 255]);
    expect(coloured(235, 128, 128)).toEqual([255, 255, 255, 255]);
    expect(coloured(81, 90, 240)).toEqual([254, 0, 0, 255]);
    expect(coloured(41, 240, 110)).toEqual([0, 0, 255, 255]);
  });
  it('stay within their bytes for any values', () => {
    for (const y of [0, 128, 255]) for (const u of [0, 255]) for (const v of [0, 255]) expect(coloured(y, u, v)[3]).toBe(255);
    expect(coloured(255, 255, 255)).toEqual([255, 125, 255, 255]);
    expect(coloured(0, 0, 0)).toEqual([0, 135, 0, 255]);
  });
});

describe('a talk', () => {
  it('shows the own side first when both are away', () => {
    const lost = { ...boothContact(MONDAY), visitor_up: false };
    expect(standing(lost, { ...TALK, media_up: false }).kind).toBe('own_lost');
    expect(standing(lost, TALK).kind).toBe('visitor_lost');
    expect(standing(boothContact(MONDAY), TALK).kind).toBe('clear');
  });
  it('calls the line good up to the loss that repair hides', () => {
    expect(lineQuality(3.75).tone).toBe('avail');
    expect(lineQuality(3.76).tone).toBe('work');
    expect(lineQuality(11.3).tone).toBe('lost');
    expect(lineQuality(null).tone).toBe('rest');
  });
});

describe('an offer', () => {
  it('empties its circle with its figure', () => {
    const offer = boothOffer(MONDAY);
    expect(arc(offer, 20)).toBeCloseTo(2 * Math.PI * 44);
    expect(arc(offer, 0)).toBe(0);
  });
});

describe('a result', () => {
  it('belongs to one contact', () => {
    const draft = new Draft();
    draft.choose(7, 'guided');
    expect(draft.of(7)).toBe('guided');
    expect(draft.of(8)).toBeNull();
  });
  it('is one of the field’s 21', () => {
    expect(DISPOSITIONS).toHaveLength(21);
    expect(isDisposition('toString')).toBe(false);
  });
});
