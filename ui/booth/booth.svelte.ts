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
import type { WebPage } from '$generated/WebPage';
import type { Who } from '$generated/Who';
import { askChallenge, askCode } from './door';
import { Enrolment } from './enrolment';
import { keep, kept, makeKey, sign, type Kept } from './key';
import { Line, type Ears, type LineEvent, type Socket } from './line';
import { keepLastKnown, lastKnown } from './memory';
import { veilOf, type Veil } from './mask';
import { Offline } from './offline';
import { alive, screenOf, type Facts, type Present, type Screen } from './screen';
import { after, type Cancel } from './steady';
import { Visit } from './visit.svelte';

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
  readonly visit: Visit;
  #facts = $state<Facts>(atFirst());
  /** What the page shows now. */
  readonly screen: Screen = $derived(screenOf(this.#facts));
  /** The contact that waits or talks, as the server knows it. */
  readonly contact: Present | null = $derived(present(this.#facts));
  readonly state: BoothState | null = $derived(this.#facts.state);

  #line: BoothLine | null = null;
  #enrolment: Enrolment | null = null;
  #offline = new Offline();
  #clockAhead = 0;
  #call: RequestId | null = null;
  #sdp: RequestId | null = null;
  #before: ContactId | null = null;
  #cancelled = false;
  #media = false;
  #step: Cancel = () => undefined;

  constructor() {
    this.visit = new Visit({
      say: (words) => this.#line?.say(words) ?? null,
      now: () => this.#clock(),
      offer: (words) => this.#offer(words),
      flowing: (up, since) => this.#flowing(up, since + this.#clockAhead),
      changed: () => this.#settle(),
      leave: () => this.leave(),
    });
  }

  /** Starts the line with the key that is kept; without one the page asks to be enrolled. */
  async start(): Promise<void> {
    window.addEventListener('online', () => this.#line?.wake());
    window.addEventListener('pagehide', () => this.visit.pages.close());
    for (const sign of ['pointerdown', 'keydown', 'wheel', 'focus', 'blur']) {
      window.addEventListener(sign, () => this.visit.alive(), { passive: true, capture: true });
    }
    this.#tick();
    if (!this.#facts.secure) return;
    this.#offline.start();
    try {
      const key = (await kept()) ?? (await makeKey());
      if (key.booth === null) this.#enrol(key);
      else this.#connect(key);
    } catch {
      Object.assign(this.#facts, { enrolled: false, enrolling: { kind: 'no_store' } });
    }
  }

  get now(): Time {
    return this.#facts.now;
  }

  get lineUp(): boolean {
    return this.#facts.lineDownSince === null;
  }

  get veil(): Veil {
    return veilOf(this.contact, this.visit.hidden);
  }

  /** Staff want another code on the screen. */
  newCode(): void {
    this.#enrolment?.renew();
  }

  /** Staff want this page to belong to a booth again: with a new key, since the old one is worth nothing. */
  async enrolAnew(): Promise<void> {
    this.#enrol(await makeKey());
  }

  /** The visitor calls. */
  call(): void {
    if (this.#facts.ringing !== null) return;
    this.#facts.notice = null;
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
    this.#facts.seen = this.#facts.state?.contact?.contact ?? null;
    this.#settle();
  }

  /** The visitor opens a page beside the talk. */
  open(page: WebPage): void {
    this.visit.show(page);
  }

  #enrol(key: Kept): void {
    this.#line?.close();
    this.#enrolment?.stop();
    // No server has told its time yet: the code's minutes are this machine's.
    this.#clockAhead = 0;
    Object.assign(this.#facts, { enrolled: false, refused: null, state: null, enrolling: { kind: 'asking' } });
    const ask = { code: () => askCode(key.publicKey), challenge: () => askChallenge(key.publicKey) };
    this.#enrolment = new Enrolment(
      ask,
      (shown) => (this.#facts.enrolling = shown),
      (booth) => void keep({ ...key, booth }).then(() => this.#connect({ ...key, booth })),
    );
    this.#settle();
  }

  #connect(key: Kept): void {
    this.#line?.close();
    Object.assign(this.#facts, { enrolled: true, refused: null, lineDownSince: this.#clock() });
    this.#line = new Line(() => proof(key), dial, (event) => this.#hear(event));
    this.#settle();
  }

  #hear(event: LineEvent<BoothState, BoothChange, LegSignal>): void {
    switch (event.kind) {
      case 'up':
        this.#clockAhead = event.now - Date.now();
        this.#facts.lineDownSince = null;
        this.visit.welcome();
        this.visit.media.peer.line(true);
        break;
      case 'down':
        this.#facts.lineDownSince = this.#clock();
        this.visit.media.peer.line(false);
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
        this.visit.media.peer.hear(event.signal);
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
      case 'hours':
        state.hours = change.value;
        return;
    }
  }

  #answered(request: RequestId, refused: Code | null): void {
    this.visit.heard(request, refused);
    if (request === this.#sdp) {
      this.#sdp = null;
      this.visit.media.peer.delivered(refused !== null);
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
    this.visit.media.peer.line(false);
    const staffMustAct = code === 'unauthorised' || code === 'replaced';
    // Nothing of a visit stays on a screen that was refused.
    Object.assign(this.#facts, { state: null, ringing: null });
    if (!staffMustAct) after(RELOAD_MS, () => location.reload());
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
    this.visit.settle(present(facts), facts.state);
    if (alive(contact, facts.left) || facts.ringing !== null) this.#wantMedia();
    else this.#endMedia();
    this.#remember();
    this.#offline.rest(contactless(facts));
    this.#tick();
  }

  #wantMedia(): void {
    if (!this.#media) this.#facts.mediaDownSince = this.#clock();
    this.#media = true;
    this.visit.media.want();
  }

  #endMedia(): void {
    this.#media = false;
    this.visit.media.close();
    this.#facts.mediaDownSince = null;
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
    this.#step();
    const now = this.#clock();
    this.#facts.now = now;
    const every = this.#atRest() ? MINUTE_MS : STEP_MS;
    this.#step = after(every - (now % every), () => (this.#atRest() ? this.#tick() : this.#settle()));
  }

  #atRest(): boolean {
    return this.screen.kind === 'start' && this.screen.notice === null && this.lineUp;
  }
}

function atFirst(): Facts {
  return {
    now: Date.now(),
    enrolled: null,
    enrolling: { kind: 'asking' },
    secure: window.isSecureContext,
    refused: null,
    state: null,
    lineDownSince: null,
    mediaDownSince: null,
    ringing: null,
    left: null,
    seen: null,
    notice: null,
  };
}

function present(facts: Facts): Present | null {
  const contact = facts.state?.contact ?? null;
  return alive(contact, facts.left) ? contact : null;
}

/** Nobody is here whom a new version of the page would disturb. */
function contactless(facts: Facts): boolean {
  return present(facts) === null && facts.ringing === null;
}

/** The key's proof for one connection. */
async function proof(key: Kept): Promise<Who | null> {
  const { challenge, booth } = await askChallenge(key.publicKey);
  return booth === null ? null : { kind: 'booth', booth, challenge, signature: await sign(key, challenge) };
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
