// The booth's media leg: camera and microphone out, the operator's sound and picture in, over one
// RTCPeerConnection that ends at the exchange. Carries what the ladder decides; knows no contact.

import type { LegOffer } from '$generated/LegOffer';
import type { LegSignal } from '$generated/LegSignal';
import { Ladder, type LegInput, type Rung } from './ladder';
import { Pulse } from './pulse';

/** Speech in Opus mono, bit/s: the middle of 24-40 kbit/s that bad Wi-Fi still carries. */
const AUDIO_BITRATE = 32_000;
/** A face and a card in 640×480 at 30 frames, bit/s. */
const VIDEO_BITRATE = 800_000;
const FRAME_RATE = 30;
/** The shortest jitter buffers; they grow by themselves when the Wi-Fi jitters. */
const JITTER_TARGET_MS = 0;
/** How often the pulse is felt, ms: one reading costs about a millisecond. */
const PULSE_MS = 500;

const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};
const CAMERA: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: FRAME_RATE, max: FRAME_RATE },
};

/** What a peer tells its owner. */
export interface PeerTells {
  /** To be said to the server; every earlier offer is void. */
  offer(offer: LegOffer): void;
  /** The own picture, and null when there is none (any more). */
  own(stream: MediaStream | null): void;
  /** What comes from the exchange; sound and picture are in it from the start, silent and dark at first. */
  remote(stream: MediaStream | null): void;
  /** Media flows, or has not since a moment of this machine's clock. */
  flowing(up: boolean, since: number): void;
  /** There is no microphone to be had. */
  noMicrophone(): void;
}

/** The way to the exchange. Idle until `want`. */
export class Peer {
  #ladder = new Ladder();
  #wanted = false;
  #line = false;
  #leg = 0;
  #connection: RTCPeerConnection | null = null;
  #own: MediaStream | null = null;
  #camera = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pulse = new Pulse();
  #watch: ReturnType<typeof setInterval> | undefined;
  #alive = false;

  constructor(private readonly tells: PeerTells) {}

  /** Opens a leg, unless there is one. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#camera = true;
    this.#ladder = new Ladder();
    if (!this.#line) this.#ladder.handle(Date.now(), 'line_down');
    this.#feed('want');
  }

  /** Ends the leg and lets go of camera and microphone. */
  close(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#hangUp();
    this.#letGo();
    this.tells.remote(null);
    this.tells.own(null);
  }

  /** Shows or hides the visitor's picture; hidden, black frames go out. */
  camera(on: boolean): void {
    this.#camera = on;
    for (const track of this.#own?.getVideoTracks() ?? []) track.enabled = on;
  }

  /** The line to the server came or went. */
  line(up: boolean): void {
    this.#line = up;
    if (this.#wanted) this.#feed(up ? 'line_up' : 'line_down');
  }

  /** The server has the last offer, or does not want it. */
  delivered(refused: boolean): void {
    if (this.#wanted) this.#feed(refused ? 'refused' : 'offered');
  }

  /** What the exchange lets say about a leg; words about an older one are void. */
  hear(signal: LegSignal): void {
    if (!this.#wanted || signal.leg !== this.#leg) return;
    switch (signal.kind) {
      case 'answer':
        void this.#answered(signal.sdp);
        return;
      case 'refused':
        return this.#feed('refused');
      case 'restart_ice':
        return this.#feed('restart_asked');
      case 'unknown':
        return this.#feed('gone');
    }
  }

  #feed(input: LegInput): void {
    this.#take(this.#ladder.handle(Date.now(), input));
  }

  #take(rung: Rung): void {
    if (rung === 'open') void this.#open();
    if (rung === 'restart') void this.#offer(true);
    clearTimeout(this.#timer);
    const due = this.#ladder.due();
    if (due === null) return;
    this.#timer = setTimeout(() => this.#take(this.#ladder.timeout(Date.now())), Math.max(0, due - Date.now()));
  }

  async #open(): Promise<void> {
    this.#hangUp();
    const leg = Math.max(Date.now(), this.#leg + 1);
    this.#leg = leg;
    const own = await this.#devices();
    if (!this.#wanted || this.#leg !== leg) return;
    if (own === null) return this.tells.noMicrophone();
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#connection = connection;
    connection.onconnectionstatechange = () => this.#changed(connection);
    this.#pulse = new Pulse();
    this.#watch = setInterval(() => void this.#feel(connection), PULSE_MS);
    const tracks = [addAudio(connection, own), addVideo(connection, own)].map((way) => way.receiver.track);
    this.tells.remote(new MediaStream(tracks));
    await this.#offer(false);
  }

  async #offer(restart: boolean): Promise<void> {
    const connection = this.#connection;
    const leg = this.#leg;
    if (connection === null) return;
    try {
      await connection.setLocalDescription(await connection.createOffer({ iceRestart: restart }));
    } catch {
      return this.#feed('refused');
    }
    if (this.#connection !== connection || connection.localDescription === null) return;
    this.tells.offer({ leg, restart, sdp: sendable(connection.localDescription.sdp) });
  }

  async #answered(sdp: string): Promise<void> {
    const connection = this.#connection;
    if (connection?.signalingState !== 'have-local-offer') return;
    try {
      await connection.setRemoteDescription({ type: 'answer', sdp });
    } catch {
      return this.#feed('refused');
    }
    if (this.#connection !== connection) return;
    // After an ICE restart no change of state need be told: what arrives is the proof.
    this.#pulse.doubt();
    this.#feed('answered');
  }

  #changed(connection: RTCPeerConnection): void {
    if (this.#connection !== connection) return;
    if (connection.connectionState === 'connected') return this.#living();
    if (connection.connectionState === 'disconnected') this.#silent('shaky', Date.now());
    if (connection.connectionState === 'failed') this.#silent('failed', Date.now());
  }

  async #feel(connection: RTCPeerConnection): Promise<void> {
    if (connection.connectionState !== 'connected') return;
    const bytes = await bytesReceived(connection);
    if (this.#connection !== connection || connection.connectionState !== 'connected') return;
    const beat = this.#pulse.take(Date.now(), bytes);
    if (beat === 'alive') this.#living();
    else this.#silent('shaky', beat.silentSince);
  }

  #living(): void {
    this.#feed('up');
    if (!this.#alive) this.tells.flowing(true, Date.now());
    this.#alive = true;
  }

  #silent(input: 'shaky' | 'failed', since: number): void {
    if (this.#alive) this.tells.flowing(false, since);
    this.#alive = false;
    this.#feed(input);
  }

  #hangUp(): void {
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    clearInterval(this.#watch);
    connection.onconnectionstatechange = null;
    connection.close();
    if (this.#alive) this.tells.flowing(false, Date.now());
    this.#alive = false;
  }

  /** Camera and microphone; the microphone alone where there is no camera; null where there is none. */
  async #devices(): Promise<MediaStream | null> {
    if (this.#own !== null) return this.#own;
    const own = (await ask({ audio: MICROPHONE, video: CAMERA })) ?? (await ask({ audio: MICROPHONE }));
    if (own === null) return null;
    if (!this.#wanted || this.#own !== null) {
      stop(own);
      return this.#own;
    }
    this.#own = own;
    this.camera(this.#camera);
    for (const track of own.getTracks()) track.onended = () => this.#unplugged();
    this.tells.own(own);
    return own;
  }

  /** A device went away: a new leg takes what there is now. */
  #unplugged(): void {
    this.#letGo();
    this.#feed('gone');
  }

  #letGo(): void {
    if (this.#own !== null) stop(this.#own);
    this.#own = null;
  }
}

async function ask(wish: MediaStreamConstraints): Promise<MediaStream | null> {
  try {
    return await navigator.mediaDevices.getUserMedia(wish);
  } catch {
    return null;
  }
}

async function bytesReceived(connection: RTCPeerConnection): Promise<number> {
  let bytes = 0;
  // The reports come as a map of anything; only the transport's counts every packet, ICE's included.
  (await connection.getStats()).forEach((report: { type: string; bytesReceived?: number }) => {
    if (report.type === 'transport') bytes = report.bytesReceived ?? 0;
  });
  return bytes;
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}

function addAudio(connection: RTCPeerConnection, own: MediaStream): RTCRtpTransceiver {
  const way = connection.addTransceiver(own.getAudioTracks()[0] ?? 'audio', {
    streams: [own],
    sendEncodings: [{ maxBitrate: AUDIO_BITRATE, priority: 'high', networkPriority: 'high' }],
  });
  prefer(way, 'audio', ['audio/opus']);
  return way;
}

function addVideo(connection: RTCPeerConnection, own: MediaStream): RTCRtpTransceiver {
  const track = own.getVideoTracks()[0];
  const way = connection.addTransceiver(track ?? 'video', {
    direction: track === undefined ? 'recvonly' : 'sendrecv',
    streams: [own],
    sendEncodings: [{ maxBitrate: VIDEO_BITRATE, maxFramerate: FRAME_RATE }],
  });
  prefer(way, 'video', ['video/VP8', 'video/rtx']);
  if (track !== undefined) keepCardsReadable(track, way.sender);
  return way;
}

/** Audio first, then frames are dropped before size: a card held up must stay readable. */
function keepCardsReadable(track: MediaStreamTrack, sender: RTCRtpSender): void {
  track.contentHint = 'motion';
  const parameters = sender.getParameters();
  parameters.degradationPreference = 'maintain-resolution';
  // A browser without this wish chooses by itself, which serves too.
  sender.setParameters(parameters).catch(() => undefined);
}

/** The exchange speaks these; offering more would only make the offer longer. */
function prefer(way: RTCRtpTransceiver, kind: 'audio' | 'video', types: string[]): void {
  const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  way.setCodecPreferences(codecs.filter((codec) => types.includes(codec.mimeType)));
  way.receiver.jitterBufferTarget = JITTER_TARGET_MS;
}

/** Without candidates (the exchange learns ours from the first packet), with repair of lost speech. */
export function sendable(sdp: string): string {
  const lines = sdp.split('\r\n').filter((line) => !/^a=(candidate|end-of-candidates)/.test(line));
  const opus = lines.map((line) => /^a=rtpmap:(\d+) opus\//.exec(line)?.[1]).find((type) => type !== undefined);
  const repaired = (line: string): string =>
    line.startsWith(`a=fmtp:${opus} `) && !line.includes('useinbandfec') ? `${line};useinbandfec=1` : line;
  return lines.map(repaired).join('\r\n');
}
