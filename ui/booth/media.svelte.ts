// Everything of a visit that is seen and heard: devices, leg, what may go out of them, and the second window.
// Knows no contact: it is told when media is wanted and whether pictures may leave.

import { Devices, type Standing } from './devices';
import { Peer, type PeerTells } from './peer';

/** Words stay sharp; a page does not move like a face. */
const SCREEN: DisplayMediaStreamOptions = { video: { frameRate: { ideal: 10, max: 15 } }, audio: false };

/** What media tells its owner. */
export interface MediaTells extends Pick<PeerTells, 'offer' | 'flowing' | 'voice'> {
  /** The second window is shown no longer. */
  screenEnded(): void;
  /** A device came or went. */
  standing(): void;
}

/** Media of one visit after the other. */
export class Media {
  /** The own picture, for the own eyes. */
  own = $state.raw<MediaStream | null>(null);
  remote = $state.raw<MediaStream | null>(null);
  camera = $state<Standing>('asking');
  microphone = $state<Standing>('asking');
  /** The second window is given by the browser. */
  sharing = $state(false);
  readonly peer: Peer;

  #devices: Devices;
  #wanted = false;
  #mayShow = false;
  #face: MediaStreamTrack | null = null;
  #screen: MediaStreamTrack | null = null;

  constructor(private readonly tells: MediaTells) {
    this.peer = new Peer({ ...tells, remote: (stream) => (this.remote = stream) });
    this.#devices = new Devices({
      track: (kind, track) => (kind === 'audio' ? this.peer.send('audio', track) : this.#camera(track)),
      standing: (kind, standing) => this.#standing(kind === 'audio' ? 'microphone' : 'camera', standing),
    });
  }

  /** Opens devices and leg, unless they are. A leg waits for the devices: a person may be asked for them. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#devices.open().then(() => (this.#wanted ? this.peer.want() : undefined));
  }

  /** Lets go of everything. */
  close(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.stopShare();
    this.peer.close();
    this.#devices.close();
  }

  /** Whether face and screen may leave this machine. */
  show(allowed: boolean): void {
    this.#mayShow = allowed;
    this.#send();
  }

  /** Asks the browser for the second window; must follow a press. False: the person chose none. */
  async share(): Promise<boolean> {
    const given = await chosenWindow();
    const track = given?.getVideoTracks()[0];
    if (track === undefined) return false;
    this.stopShare();
    if (!this.#wanted) {
      track.stop();
      return false;
    }
    track.contentHint = 'detail';
    track.onended = () => {
      this.stopShare();
      this.tells.screenEnded();
    };
    this.#screen = track;
    this.sharing = true;
    this.#send();
    return true;
  }

  stopShare(): void {
    if (this.#screen === null) return;
    this.#screen.onended = null;
    this.#screen.stop();
    this.#screen = null;
    this.sharing = false;
    this.#send();
  }

  #camera(track: MediaStreamTrack | null): void {
    // Frames go before size: a card that is held up stays readable.
    if (track !== null) track.contentHint = 'motion';
    this.#face = track;
    this.own = track === null ? null : new MediaStream([track]);
    this.#send();
  }

  #standing(which: 'camera' | 'microphone', standing: Standing): void {
    if (this[which] === standing) return;
    this[which] = standing;
    this.tells.standing();
  }

  /** Held back, a track is dark and is not sent at all. */
  #send(): void {
    for (const [way, track] of [['face', this.#face], ['screen', this.#screen]] as const) {
      if (track !== null) track.enabled = this.#mayShow;
      this.peer.send(way, this.#mayShow ? track : null);
    }
  }
}

async function chosenWindow(): Promise<MediaStream | null> {
  try {
    return await navigator.mediaDevices.getDisplayMedia(SCREEN);
  } catch {
    return null;
  }
}
