// The small rules behind the screens.
import { describe, expect, it } from 'vitest';
import { composing } from '$shared/ime';
import { lineQuality } from '$shared/quality';
import { clockWithSeconds, elapsed, reiwaDate, secondsUntil } from '$shared/time';
import { boothContact, boothOffer, MONDAY, TALK } from '../dev/samples';
import { parseFrame, pictureSize } from '../picture/frame';
import { standing } from '../rooms/booth/standing';
import { warmFrame } from '../picture/warm';
import { Draft } from '../rooms/note/draft.svelte';
import { DISPOSITIONS, isDisposition } from '../rooms/note/words';
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
  it('chooses by Alt and a digit from 1 to 6, and opens the transfer by 7', () => {
    expect(meaning(key('Digit6', { altKey: true }))).toEqual({ kind: 'choose', place: 6 });
    expect(meaning(key('Digit7', { altKey: true }))).toEqual({ kind: 'transfer' });
    expect(meaning(key('Digit8', { altKey: true }))).toBeNull();
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
  const message = (kind: number, flag: number): ArrayBuffer => {
    const bytes = new Uint8Array(13);
    bytes.set([kind, flag, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0, 7, 8, 9]);
    return bytes.buffer;
  };
  it('is read from its header', () => {
    const got = parseFrame(message(0, 1));
    expect(got?.frame.key).toBe(true);
    expect(got?.frame.timestampUs).toBe(1_000_000);
    expect([...(got?.frame.data ?? [])]).toEqual([7, 8, 9]);
    expect(parseFrame(message(0, 0))?.frame.key).toBe(false);
  });
  it('says whose it is by its first byte', () => {
    expect([0, 1, 2].map((kind) => parseFrame(message(kind, 1))?.kind)).toEqual(['face', 'screen', 'own']);
    expect(parseFrame(message(3, 1))).toBeNull();
  });
  it('tells its size in a key frame only', () => {
    expect(pictureSize(warmFrame().data)).toBe('640x480');
    expect(pictureSize(new Uint8Array(12))).toBe('');
  });
  it('is nothing when the message holds no picture', () => expect(parseFrame(new ArrayBuffer(10))).toBeNull());
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
