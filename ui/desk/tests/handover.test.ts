// What is drawn between the answer and the picture.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { View } from '$generated/View';
import { samples } from '../dev/samples';
import { Handover } from '../views/handover';

const views = samples(Date.now());
const sample = (name: string): View => {
  const view = views[name];
  if (view === undefined) throw new Error(`no sample ${name}`);
  return view;
};

const drawn: View[] = [];
let waiting = false;
let handover: Handover;

beforeEach(() => {
  vi.useFakeTimers();
  drawn.length = 0;
  waiting = false;
  handover = new Handover((view) => void drawn.push(view), (now) => (waiting = now));
});
afterEach(() => vi.useRealTimers());

describe('the handover', () => {
  it('draws every view at once while nobody answers', () => {
    handover.take(sample('idle'));
    handover.take(sample('offer'));
    expect(drawn).toEqual([sample('idle'), sample('offer')]);
  });
  it('keeps the views of an answer back until the picture stands, and draws the last one only', () => {
    handover.take(sample('offer'));
    handover.meant({ kind: 'answer' });
    expect(waiting).toBe(true);
    handover.take(sample('accepting'));
    handover.take(sample('talk'));
    expect(drawn).toEqual([sample('offer')]);
    handover.over();
    expect(drawn).toEqual([sample('offer'), sample('talk')]);
    expect(waiting).toBe(false);
  });
  it('waits a moment and no longer when no picture comes', () => {
    handover.take(sample('offer'));
    handover.meant({ kind: 'answer' });
    handover.take(sample('accepting'));
    vi.advanceTimersByTime(150);
    expect(drawn.at(-1)).toBe(sample('accepting'));
    handover.take(sample('talk'));
    expect(drawn.at(-1)).toBe(sample('talk'));
  });
  it('shows a refusal and a broken line at once', () => {
    for (const trouble of ['missed', 'offline']) {
      handover.take(sample('offer'));
      handover.meant({ kind: 'answer' });
      handover.take(sample(trouble));
      expect(drawn.at(-1)).toBe(sample(trouble));
      expect(waiting).toBe(false);
    }
  });
  it('does not wait when no visitor rings', () => {
    handover.take(sample('idle'));
    handover.meant({ kind: 'answer' });
    expect(waiting).toBe(false);
  });
});
