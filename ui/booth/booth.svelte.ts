// The page's own memory and will: carries the server's state to the screen and the visitor's presses to the
// server, and holds a media leg as long as there is a contact. Decides nothing that the server decides.

import type { BoothChange } from '$generated/BoothChange';
import type { BoothSays } from '$generated/BoothSays';
import type { BoothState } from '$generated/BoothState';
import type { Code } from '$generated/Code';
import type { ContactId } from '$generated/ContactId';
import type { LegSignal } from '$generated/LegSignal';
import type { RequestId } from '$generated/RequestId';
import type { Time } from '$generated/Time';
import { Line, type Ears, type LineEvent, type Socket } from './line';
import { enrolment, keepEnrolment, keepLastKnown, lastKnown, type Enrolment } from './memory';
import { Peer } from './peer';
import { alive, screenOf, type Facts, type Screen } from './screen';

/** A call that could not be said for so long is taken back, ms: the visitor may be gone. */
const CALL_VOID_MS = 10_000;
/** A page that was refused for a passing reason loads itself anew after this, ms: nobody has a keyboard here. */
const RELOAD_MS = 30_000;
/** While something runs, the clock on the page steps every second; at rest every minute. */
const STEP_MS = 1_000;
const MINUTE_MS = 60_000;

type BoothLine = Line<BoothSays, BoothState, BoothChange, LegSignal>;

/** The page. */
export class Booth {
  /** Names and the phone number, also while the server cannot be asked. */
  known = $state(lastKnown());
  own = $state.raw<MediaStream | null>(null);
  remote = $state.raw<MediaStream | null>(null);
  cameraOn = $state(true);
  #facts = $state<Facts>(atFirst());
  /** What the page shows now. */
  readonly screen: Screen = $derived(screenOf(this.#facts));

  #line: BoothLine | null = null;
  #peer: Peer;
  #clockAhead = 0;
  #call: RequestId | null = null;
  #sdp: RequestId | null = null;
  #before: ContactId | null = null;
  #cancelled = false;
  #step: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#peer = new Peer({
      offer: (offer) => this.#offer({ kind: 'sdp', ...offer }),
      own: (stream) => (this.own = stream),
      remote: (stream) => (this.remote = stream),
      flowing: (up, since) => this.#flowing(up, since + this.#clockAhead),
      noMicrophone: () => this.#noMicrophone(),
    });
  }

  /** Starts the line with what is kept, if anything is. */
  start(): void {
    const kept = enrolment();
    if (kept !== null) this.#connect(kept);
    window.addEventListener('online', () => this.#line?.wake());
    this.#tick();
  }

  get now(): Time {
    return this.#facts.now;
  }

  get lineUp(): boolean {
    return this.#facts.lineDownSince === null;
  }

  /** What staff typed. */
  enrol(typed: Enrolment): void {
    keepEnrolment(typed);
    this.#connect(typed);
  }

  /** The visitor calls. */
  call(): void {
    if (this.#facts.ringing !== null) return;
    this.#facts.notice = null;
    this.#facts.noMicrophone = false;
    this.#facts.ringing = this.#clock();
    // A cancelled call that the server has not answered yet becomes this one.
    if (this.#call === null) {
      this.#before = this.#facts.state?.contact?.contact ?? null;
      this.#call = this.#line?.say({ kind: 'ring' }) ?? null;
      if (this.#call === null) this.#refusedCall('unreachable');
    }
    this.#cancelled = false;
    this.#settle();
  }

  /** The visitor leaves the queue or the talk. */
  leave(): void {
    const contact = this.#facts.state?.contact ?? null;
    if (alive(contact, this.#facts.left)) this.#leave(contact.contact);
    else this.#cancelled = this.#facts.ringing !== null;
    this.#facts.ringing = null;
    this.#settle();
  }

  /** Back to the start screen for the next visitor. */
  again(): void {
    this.#facts.noMicrophone = false;
    this.#facts.seen = this.#facts.state?.contact?.contact ?? null;
    this.#settle();
  }

  /** Stops or shows the visitor's picture. */
  camera(on: boolean): void {
    this.cameraOn = on;
    this.#peer.camera(on);
  }

  #connect(who: Enrolment): void {
    this.#line?.close();
    Object.assign(this.#facts, { enrolled: true, refused: null, lineDownSince: this.#clock() });
    this.#line = new Line({ kind: 'booth', ...who }, dial, (event) => this.#hear(event));
    this.#settle();
  }

  #hear(event: LineEvent<BoothState, BoothChange, LegSignal>): void {
    switch (event.kind) {
      case 'up':
        this.#clockAhead = event.now - Date.now();
        this.#facts.lineDownSince = null;
        this.#peer.line(true);
        break;
      case 'down':
        this.#facts.lineDownSince = this.#clock();
        this.#peer.line(false);
        break;
      case 'snapshot':
        this.#clockAhead = event.now - Date.now();
        this.#facts.state = event.state;
        if (this.#call === null) this.#facts.ringing = null;
        break;
      case 'change':
        this.#change(event.change);
        break;
      case 'signal':
        this.#peer.hear(event.signal);
        return;
      case 'answer':
        this.#answered(event.request, event.refused);
        break;
      case 'heard':
        this.#clockAhead = event.now - Date.now();
        return;
      case 'refused':
        this.#refused(event.code);
        break;
    }
    this.#settle();
  }

  #change(change: BoothChange): void {
    const { state } = this.#facts;
    if (state === null) return;
    switch (change.kind) {
      case 'contact':
        state.contact = change.value;
        return;
      case 'board':
        Object.assign(state, change.value);
        return;
    }
  }

  #answered(request: RequestId, refused: Code | null): void {
    if (request === this.#sdp) {
      this.#sdp = null;
      this.#peer.delivered(refused !== null);
    }
    if (request !== this.#call) return;
    this.#call = null;
    // Already waiting is what was wanted: the state shows it.
    if (refused !== null && refused !== 'already_waiting') this.#refusedCall(refused);
    if (refused !== null) this.#facts.ringing = null;
    if (refused !== null) this.#cancelled = false;
  }

  #refusedCall(code: Code): void {
    if (!this.#cancelled) this.#facts.notice = { code, at: this.#clock() };
    this.#facts.ringing = null;
  }

  #refused(code: Code): void {
    this.#facts.refused = code;
    this.#facts.lineDownSince = this.#clock();
    this.#peer.line(false);
    const staffMustAct = code === 'unauthorised' || code === 'replaced';
    if (!staffMustAct) setTimeout(() => location.reload(), RELOAD_MS);
  }

  #offer(says: BoothSays): void {
    if (this.#sdp !== null) this.#line?.forget(this.#sdp);
    this.#sdp = this.#line?.say(says) ?? null;
  }

  #leave(contact: ContactId): void {
    this.#facts.left = contact;
    this.#line?.say({ kind: 'leave', contact });
  }

  #flowing(up: boolean, since: Time): void {
    if (up) this.#facts.mediaDownSince = null;
    else this.#facts.mediaDownSince ??= since;
    this.#settle();
  }

  #noMicrophone(): void {
    this.leave();
    this.#facts.noMicrophone = true;
    this.#settle();
  }

  /** Brings everything in line with the facts: the call, the leg, what the next visitor finds. */
  #settle(): void {
    const facts = this.#facts;
    const contact = facts.state?.contact ?? null;
    if (alive(contact, facts.left) && contact.contact !== this.#before) {
      if (this.#cancelled) this.#leave(contact.contact);
      facts.ringing = null;
      this.#cancelled = false;
    }
    this.#voidOldCall();
    const inContact = alive(contact, facts.left);
    if (inContact || facts.ringing !== null) {
      facts.mediaDownSince ??= this.own === null ? this.#clock() : null;
      this.#peer.want();
    } else {
      this.#peer.close();
      facts.mediaDownSince = null;
      this.cameraOn = true;
    }
    this.#remember();
    this.#tick();
  }

  #voidOldCall(): void {
    const { lineDownSince, ringing } = this.#facts;
    if (ringing === null || lineDownSince === null || this.#call === null) return;
    if (this.#clock() - lineDownSince < CALL_VOID_MS) return;
    this.#line?.forget(this.#call);
    this.#call = null;
    this.#facts.ringing = null;
  }

  #remember(): void {
    const { state } = this.#facts;
    if (state === null) return;
    const { city, name, phone } = this.known;
    if (city === state.city && name === state.name && phone === state.phone_number) return;
    this.known = { city: state.city, name: state.name, phone: state.phone_number };
    keepLastKnown(this.known);
  }

  #clock(): Time {
    return Date.now() + this.#clockAhead;
  }

  #tick(): void {
    clearTimeout(this.#step);
    const now = this.#clock();
    this.#facts.now = now;
    const every = this.#atRest() ? MINUTE_MS : STEP_MS;
    this.#step = setTimeout(() => (this.#atRest() ? this.#tick() : this.#settle()), every - (now % every));
  }

  #atRest(): boolean {
    return this.screen.kind === 'setup' || (this.screen.kind === 'start' && this.screen.notice === null && this.lineUp);
  }
}

function atFirst(): Facts {
  return {
    now: Date.now(),
    enrolled: enrolment() !== null,
    secure: window.isSecureContext,
    refused: null,
    state: null,
    lineDownSince: null,
    mediaDownSince: null,
    noMicrophone: false,
    ringing: null,
    left: null,
    seen: null,
    notice: null,
  };
}

/** The server that this page came from. */
function dial(ears: Ears): Socket {
  const url = new URL('/link', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url);
  socket.addEventListener('open', () => ears.open());
  socket.addEventListener('message', (message) => ears.text(String(message.data)));
  socket.addEventListener('close', () => ears.closed());
  return socket;
}
