// The booth's media leg: sound, face and screen out, the operator's sound and picture in, over one
// RTCPeerConnection that ends at the exchange. Carries what the ladder decides; knows no contact and no device.

import type { LegOffer } from '$generated/LegOffer';
import type { LegSignal } from '$generated/LegSignal';
import { Ladder, type LegInput, type Rung } from './ladder';
import { Pulse } from './pulse';
import { Loudness, read } from './readings';
import { after, every, type Cancel } from './steady';
import { addAudio, addFace, addScreen, sendable } from './ways';

/** How often the pulse is felt, ms: one reading costs about a millisecond. */
const PULSE_MS = 500;

/** What a leg can send. */
export type Way = 'audio' | 'face' | 'screen';

/** What a peer tells its owner. */
export interface PeerTells {
  /** To be said to the server; every earlier offer is void. */
  offer(offer: LegOffer): void;
  /** What comes from the exchange; sound and picture are in it from the start, silent and dark at first. */
  remote(stream: MediaStream | null): void;
  /** Media flows, or has not since a moment of this machine's clock. */
  flowing(up: boolean, since: number): void;
  /** How loud the own microphone was since the last word: root mean square of full scale. */
  voice(level: number): void;
}

/** The way to the exchange. Idle until `want`. */
export class Peer {
  #ladder = new Ladder();
  #wanted = false;
  #line = false;
  #leg = 0;
  #connection: RTCPeerConnection | null = null;
  #tracks: Record<Way, MediaStreamTrack | null> = { audio: null, face: null, screen: null };
  #ways: Record<Way, RTCRtpTransceiver> | null = null;
  #timer: Cancel = () => undefined;
  #pulse = new Pulse();
  #loudness = new Loudness();
  #watch: Cancel = () => undefined;
  #alive = false;

  constructor(private readonly tells: PeerTells) {}

  /** Opens a leg, unless there is one. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#ladder = new Ladder();
    if (!this.#line) this.#ladder.handle(Date.now(), 'line_down');
    this.#feed('want');
  }

  /** Ends the leg. */
  close(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#timer();
    this.#hangUp();
    this.tells.remote(null);
  }

  /** Sends this track from now on, or nothing: no packet leaves then, not even a black picture. */
  send(way: Way, track: MediaStreamTrack | null): void {
    if (this.#tracks[way] === track) return;
    this.#tracks[way] = track;
    const sender = this.#ways?.[way].sender;
    // A leg that cannot take it is replaced by one that is made with it.
    sender?.replaceTrack(track).catch(() => (this.#ways?.[way].sender === sender ? this.#feed('gone') : undefined));
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
    this.#timer();
    const due = this.#ladder.due();
    if (due === null) return;
    this.#timer = after(Math.max(0, due - Date.now()), () => this.#take(this.#ladder.timeout(Date.now())));
  }

  async #open(): Promise<void> {
    this.#hangUp();
    this.#leg = Math.max(Date.now(), this.#leg + 1);
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#connection = connection;
    connection.onconnectionstatechange = () => this.#changed(connection);
    this.#pulse = new Pulse();
    this.#loudness = new Loudness();
    this.#watch = every(PULSE_MS, () => void this.#feel(connection));
    // The order tells the exchange which is which: sound, face, screen.
    const { audio, face, screen } = this.#tracks;
    this.#ways = { audio: addAudio(connection, audio), face: addFace(connection, face), screen: addScreen(connection, screen) };
    this.tells.remote(new MediaStream([this.#ways.audio.receiver.track, this.#ways.face.receiver.track]));
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
    const reading = read(await connection.getStats());
    if (this.#connection !== connection || connection.connectionState !== 'connected') return;
    this.tells.voice(this.#loudness.take(reading));
    const beat = this.#pulse.take(Date.now(), reading.arrived);
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
    this.#ways = null;
    if (connection === null) return;
    this.#watch();
    connection.onconnectionstatechange = null;
    connection.close();
    if (this.#alive) this.tells.flowing(false, Date.now());
    this.#alive = false;
  }
}
