// The rules behind a talk's screen: what lies over the picture, what a press means, what is written, what is measured.
import { describe, expect, it } from 'vitest';
import type { ContactCard } from '$generated/ContactCard';
import { boothContact, MONDAY, TALK } from '../dev/base';
import { CARDS } from '../dev/cards';
import { CHECK } from '../dev/samples';
import { maskPress, screenPress } from '../rooms/booth/controls';
import { notices } from '../rooms/booth/notices';
import { layout, standing } from '../rooms/booth/standing';
import { Writing } from '../rooms/booth/writing.svelte';
import { network, place, standing as deviceStanding, voice } from '../rooms/device/meter';
import { Back } from '../rooms/presence/back.svelte';

const contact = (more: Partial<ContactCard> = {}): ContactCard => ({ ...boothContact(MONDAY), ...more });
const card = (name: string) => {
  const found = CARDS.find((each) => each.card === name);
  if (found === undefined) throw new Error(`no card ${name}`);
  return { card: found, pointing: null };
};

describe('目隠し', () => {
  it('lies over the picture until it is lifted, and goes before a missing camera', () => {
    const trouble = { camera: true, microphone: false, walked_away: false };
    expect(standing(contact({ mask: { kind: 'on' }, trouble }), TALK)).toEqual({ kind: 'masked', lifting: null });
    expect(standing(contact({ mask: { kind: 'lifting', at: 9 } }), TALK)).toEqual({ kind: 'masked', lifting: 9 });
    expect(standing(contact({ trouble }), TALK)).toEqual({ kind: 'no_camera' });
  });
  it('hides the second window too', () => {
    const shared = contact({ screen: 'on' });
    expect(layout(shared, TALK, false)).toBe('screen');
    expect(layout(shared, TALK, true)).toBe('face-screen');
    expect(layout({ ...shared, mask: { kind: 'on' } }, { ...TALK, screen_up: true }, false)).toBe('face');
  });
  it('is put on, lifted, and put on again during the notice, by one key', () => {
    const intents = (['off', 'on'] as const).map((kind) => maskPress(contact({ mask: { kind } })).intent);
    expect(intents).toEqual([{ kind: 'mask', on: true }, { kind: 'mask', on: false }]);
    expect(maskPress(contact({ mask: { kind: 'lifting', at: 1 } })).intent).toEqual({ kind: 'mask', on: true });
  });
});

describe('the second window', () => {
  it('is asked for, and looked at no longer while it is waited for or seen', () => {
    expect(screenPress(contact({ screen: 'off' }))).toMatchObject({ testid: 'screen-ask', intent: { wanted: true } });
    for (const screen of ['asked', 'on'] as const) {
      expect(screenPress(contact({ screen }))).toMatchObject({ testid: 'screen-stop', intent: { wanted: false } });
    }
  });
});

describe('notices', () => {
  it('propose 目隠し with a card that has a PIN typed, until it is on', () => {
    expect(notices(contact({ shown: card('pin') })).map((notice) => notice.id)).toEqual(['mask-proposed', 'quiet']);
    expect(notices(contact({ shown: card('pin'), mask: { kind: 'on' } })).map((notice) => notice.id)).toEqual(['quiet']);
  });
  it('never hide more of the picture than three lines', () => {
    const trouble = { camera: false, microphone: true, walked_away: true };
    expect(notices(contact({ shown: card('pin'), trouble })).map((notice) => notice.id)).toEqual(['visitor-away', 'visitor-microphone', 'mask-proposed']);
  });
});

describe('a written word', () => {
  const writing = (text: string): Writing => {
    const made = new Writing();
    made.see(contact(), null);
    made.text = text;
    return made;
  };
  it('goes out once and leaves the field empty', () => {
    const made = writing(' こんにちは ');
    expect(made.take()).toBe('こんにちは');
    expect(made.text).toBe('');
    expect(made.take()).toBeNull();
  });
  it('stays when it is too long, and says by how much', () => {
    const made = writing('𠮷'.repeat(203));
    expect(made.readiness).toEqual({ kind: 'long', over: 3 });
    expect(made.take()).toBeNull();
    expect(made.text).toHaveLength(406);
  });
  it('comes back when it was refused, but not what the guard refused', () => {
    const late = writing('少々お待ちください');
    late.take();
    late.see(contact(), 'too_many');
    expect(late.text).toBe('少々お待ちください');
    const guarded = writing('1234 5678 9018');
    guarded.take();
    guarded.see(contact(), 'individual_number');
    expect(guarded.text).toBe('');
  });
  it('does not come back once it has arrived, nor over what is typed meanwhile', () => {
    const made = writing('はい');
    made.take();
    const texts = [{ place: 1, from: 'operator' as const, text: 'はい', at: MONDAY }];
    made.see(contact({ texts }), null);
    made.see(contact({ texts }), 'wrong_state');
    expect(made.text).toBe('');
    const busy = writing('一つめ');
    busy.take();
    busy.text = '二つめ';
    busy.see(contact(), 'too_many');
    expect(busy.text).toBe('二つめ');
  });
  it('never follows into the next contact', () => {
    const made = writing('途中の');
    made.see(contact({ contact: 8 }), null);
    expect(made.text).toBe('');
  });
});

describe('the device check', () => {
  const judged = (loudest: number | null) => voice(CHECK.microphones, loudest, loudest).word;
  it('praises a voice only inside the range', () => {
    expect([judged(-40), judged(-30), judged(-6), judged(-5), judged(null)]).toEqual(['話してください', '良好', '良好', '大きすぎます', '開けません']);
  });
  it('tells a device that is gone from one that was never there', () => {
    expect(deviceStanding([]).word).toBe('見つかりません');
    expect(deviceStanding([{ id: 'usb', name: 'USB', chosen: true, present: false }]).word).toBe('外れています');
  });
  it('keeps its meter between its ends', () => {
    expect([place(-90), place(-30), place(6)]).toEqual([0, 0.5, 1]);
  });
  it('says nothing good of a network that was not measured or carries no media', () => {
    expect(network(null).tone).toBe('rest');
    expect(network({ server_ms: 20, exchange_ms: 30, loss_percent: 0, media_up: false }).tone).toBe('lost');
    expect(network({ server_ms: 20, exchange_ms: 310, loss_percent: 0, media_up: true }).word).toBe('遅れがあります');
  });
});

describe('the way back', () => {
  it('leads to the channels that this seat was last ready for', () => {
    const back = new Back();
    const me = { operator: 1, name: '', since: 0, media: true, hand: null };
    back.see({ ...me, presence: { kind: 'available', channels: 'phone' }, next: { kind: 'available', channels: 'phone' } });
    back.see({ ...me, presence: { kind: 'away', why: 'no_answer' }, next: { kind: 'away' } });
    expect(back.wish).toEqual({ kind: 'available', channels: 'phone' });
  });
});
