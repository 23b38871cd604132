// Camera and microphone: each is asked for by itself, may be missing, denied or taken away, and comes back by
// itself. Knows no leg and no contact.

import { after, type Cancel } from './steady';

/** A device that is not there is asked for again so often, ms: one that another program let go tells nobody. */
const RETRY_MS = 5_000;
/** Plugging in makes several events; the device answers a moment after the last, ms. */
const SETTLE_MS = 400;

const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};
const FRAME_RATE = 30;
const CAMERA: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: FRAME_RATE, max: FRAME_RATE },
};
const WISH = { audio: MICROPHONE, video: CAMERA };

/** Which of the two. */
export type Kind = 'audio' | 'video';
/** Why there is none, or that there is one; `asking`: not known yet. */
export type Standing = 'asking' | 'good' | 'missing' | 'denied' | 'busy';

/** What the devices tell. */
export interface DeviceTells {
  /** A track to send, or none (any more). */
  track(kind: Kind, track: MediaStreamTrack | null): void;
  standing(kind: Kind, standing: Standing): void;
}

/** Both devices; nothing is opened before `open`. */
export class Devices {
  #tracks: Record<Kind, MediaStreamTrack | null> = { audio: null, video: null };
  #asking: Record<Kind, boolean> = { audio: false, video: false };
  #wanted = false;
  #retry: Cancel = () => undefined;

  constructor(private readonly tells: DeviceTells) {
    navigator.mediaDevices?.addEventListener('devicechange', () => this.#again(SETTLE_MS));
  }

  /** Asks for both at once, so that a person is asked once; done when it is known what there is. */
  async open(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    const both = await this.#ask(['audio', 'video']);
    if (both !== null) await Promise.all([this.#one('audio'), this.#one('video')]);
    this.#again(RETRY_MS);
  }

  /** Lets go of both. */
  close(): void {
    this.#wanted = false;
    this.#retry();
    for (const kind of ['audio', 'video'] as const) {
      this.#drop(kind);
      this.tells.standing(kind, 'asking');
    }
  }

  async #one(kind: Kind): Promise<void> {
    if (!this.#wanted || this.#tracks[kind] !== null || this.#asking[kind]) return;
    const fault = await this.#ask([kind]);
    if (fault !== null && this.#wanted && this.#tracks[kind] === null) this.tells.standing(kind, fault);
  }

  /** Null: it was given. */
  async #ask(kinds: Kind[]): Promise<Standing | null> {
    for (const kind of kinds) this.#asking[kind] = true;
    try {
      const wish = Object.fromEntries(kinds.map((kind) => [kind, WISH[kind]]));
      const given = await navigator.mediaDevices.getUserMedia(wish);
      for (const track of given.getTracks()) this.#take(track.kind === 'audio' ? 'audio' : 'video', track);
      return null;
    } catch (fault) {
      return standingOf(fault);
    } finally {
      for (const kind of kinds) this.#asking[kind] = false;
    }
  }

  #take(kind: Kind, track: MediaStreamTrack): void {
    if (!this.#wanted || this.#tracks[kind] !== null) return track.stop();
    this.#tracks[kind] = track;
    track.onended = () => this.#gone(kind);
    this.tells.track(kind, track);
    this.tells.standing(kind, 'good');
  }

  #gone(kind: Kind): void {
    this.#drop(kind);
    this.tells.standing(kind, 'missing');
    this.#again(SETTLE_MS);
  }

  #drop(kind: Kind): void {
    const track = this.#tracks[kind];
    if (track === null) return;
    track.onended = null;
    track.stop();
    this.#tracks[kind] = null;
    this.tells.track(kind, null);
  }

  #again(ms: number): void {
    this.#retry();
    if (!this.#wanted) return;
    this.#retry = after(ms, () => {
      void this.#one('audio');
      void this.#one('video');
      this.#again(RETRY_MS);
    });
  }
}

/** What the browser's fault means. */
export function standingOf(fault: unknown): Standing {
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'missing';
}
