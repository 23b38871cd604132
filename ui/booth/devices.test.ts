// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Devices, type Kind, type Standing } from './devices';

/** What is plugged in; a name of a fault stands for a device that refuses. */
const plugged: Record<Kind, true | string> = { audio: true, video: true };
let replug: () => void = () => undefined;

class Track {
  onended: (() => void) | null = null;
  stopped = false;
  constructor(readonly kind: Kind) {}
  stop(): void {
    this.stopped = true;
  }
}

const given: Track[] = [];

function getUserMedia(wish: Partial<Record<Kind, unknown>>): Promise<{ getTracks: () => Track[] }> {
  const kinds = (['audio', 'video'] as const).filter((kind) => wish[kind] !== undefined);
  const fault = kinds.map((kind) => plugged[kind]).find((state) => state !== true);
  if (fault !== undefined) return Promise.reject(new DOMException('', String(fault)));
  const tracks = kinds.map((kind) => new Track(kind));
  given.push(...tracks);
  return Promise.resolve({ getTracks: () => tracks });
}

function stage() {
  const now: Record<Kind, Standing> = { audio: 'asking', video: 'asking' };
  const sent: Record<Kind, boolean> = { audio: false, video: false };
  const devices = new Devices({
    track: (kind, track) => (sent[kind] = track !== null),
    standing: (kind, standing) => (now[kind] = standing),
  });
  return { devices, now, sent, wait: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(plugged, { audio: true, video: true });
  given.length = 0;
  Object.defineProperty(navigator, 'mediaDevices', {
    configurable: true,
    value: { getUserMedia, addEventListener: (_on: string, then: () => void) => (replug = then) },
  });
});
afterEach(() => void vi.useRealTimers());

test('both devices are asked for at once', async () => {
  const { devices, now, sent } = stage();
  await devices.open();
  expect([now, sent, given.length]).toEqual([{ audio: 'good', video: 'good' }, { audio: true, video: true }, 2]);
});

test.each([
  ['NotFoundError', 'missing'],
  ['NotAllowedError', 'denied'],
  ['NotReadableError', 'busy'],
] as const)('without the camera (%s) the microphone serves alone', async (fault, standing) => {
  plugged.video = fault;
  const { devices, now, sent } = stage();
  await devices.open();
  expect([now, sent]).toEqual([{ audio: 'good', video: standing }, { audio: true, video: false }]);
});

test('a microphone that is pulled out in a talk is told, and comes back by itself when it is plugged in', async () => {
  const { devices, now, sent, wait } = stage();
  await devices.open();
  plugged.audio = 'NotFoundError';
  given.find((track) => track.kind === 'audio')?.onended?.();
  await wait(1_000);
  expect([now.audio, sent.audio, now.video]).toEqual(['missing', false, 'good']);
  plugged.audio = true;
  replug();
  await wait(1_000);
  expect([now.audio, sent.audio]).toEqual(['good', true]);
});

test('a camera that another program lets go comes back without any sign', async () => {
  plugged.video = 'NotReadableError';
  const { devices, now, wait } = stage();
  await devices.open();
  plugged.video = true;
  await wait(6_000);
  expect(now.video).toBe('good');
});

test('after the visit both are let go and asked for no more', async () => {
  const { devices, wait } = stage();
  await devices.open();
  devices.close();
  replug();
  await wait(60_000);
  expect([given.length, given.every((track) => track.stopped)]).toEqual([2, true]);
});
