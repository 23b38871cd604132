// The line to the server, as crates/link/src/line does it: it comes back by itself, what is said is kept
// until it was answered, and a gap leads to a snapshot. Knows no meaning of what it carries.

import type { Code } from '$generated/Code';
import type { Down } from '$generated/Down';
import type { RequestId } from '$generated/RequestId';
import type { Resume } from '$generated/Resume';
import type { Time } from '$generated/Time';
import type { Up } from '$generated/Up';
import type { Who } from '$generated/Who';
import { after, every, type Cancel } from './steady';

/** The version of the protocol that this page speaks. */
const VERSION = 5;
/** How many requests may wait for their answers; a person makes a few a minute, so more is a fault. */
const MAX_UNANSWERED = 64;
/** The first and the longest pause between two tries, ms. The longest keeps "back within 10 s" true. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** A try that takes longer is given up, ms. */
const CONNECT_LIMIT_MS = 5_000;
/** The heartbeat, and the silence that means a dead socket, ms. */
const PING_EVERY_MS = 5_000;
const DEAD_AFTER_MS = 12_000;

/** What a line tells. */
export type LineEvent<State, Change, Signal> =
  | { kind: 'up'; resumed: boolean; now: Time }
  | { kind: 'down' }
  | { kind: 'snapshot'; state: State; now: Time }
  | { kind: 'change'; change: Change; now: Time }
  | { kind: 'signal'; signal: Signal }
  | { kind: 'answer'; request: RequestId; refused: Code | null }
  | { kind: 'heard'; now: Time }
  | { kind: 'refused'; code: Code };

/** Where a socket tells what happens to it. */
export interface Ears {
  open(): void;
  text(text: string): void;
  closed(): void;
}

/** The part of a WebSocket that a line needs. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

/** Makes the proof for one connection; null: the server does not know this page (any more). */
export type Prove = () => Promise<Who | null>;

/** Begins a connection. */
export type Dial = (ears: Ears) => Socket;

/** One line; it connects at once, and again after each cut, until it is closed or refused. */
export class Line<Say, State, Change, Signal> {
  #unanswered: { request: RequestId; body: Say }[] = [];
  #cursor: Resume | null = null;
  #socket: Socket | null = null;
  #generation = 0;
  #welcomed = false;
  #pause = FIRST_PAUSE_MS;
  #began = 0;
  #heard = 0;
  #again: Cancel | null = null;
  #limit: Cancel = () => undefined;
  #beat: Cancel = () => undefined;
  #closed = false;

  constructor(
    private readonly prove: Prove,
    private readonly dial: Dial,
    private readonly tell: (event: LineEvent<State, Change, Signal>) => void,
  ) {
    this.#open();
  }

  /** Says something; said again after a cut until it is answered. Null: nothing was sent, tell the person. */
  say(body: Say): RequestId | null {
    if (this.#closed || this.#unanswered.length >= MAX_UNANSWERED) return null;
    const request = crypto.randomUUID();
    this.#unanswered.push({ request, body });
    if (this.#welcomed) this.#send({ kind: 'say', request, body });
    return request;
  }

  /** Takes a request back, so that a later connection does not say it again. It may have been heard. */
  forget(request: RequestId): void {
    this.#unanswered = this.#unanswered.filter((said) => said.request !== request);
  }

  /** The network is said to be back: tries at once. */
  wake(): void {
    if (this.#again === null) return;
    this.#pause = FIRST_PAUSE_MS;
    this.#open();
  }

  /** Ends the line for good. */
  close(): void {
    this.#closed = true;
    this.#drop();
    this.#again?.();
    this.#again = null;
  }

  #open(): void {
    this.#again?.();
    this.#again = null;
    if (this.#closed) return;
    this.#began = this.#heard = Date.now();
    const mine = (this.#generation += 1);
    const current = (then: () => void) => () => (mine === this.#generation ? then() : undefined);
    this.#limit = after(CONNECT_LIMIT_MS, () => this.#cut());
    this.#beat = every(PING_EVERY_MS, () => this.#ping());
    // The proof comes before the socket: while the server is away its question fails cheaply, and a browser makes
    // a page wait longer and longer for sockets that have failed.
    this.prove().then(
      (who) => current(() => (who === null ? this.#refuse('unauthorised') : this.#dialled(who, current)))(),
      () => current(() => this.#cut())(),
    );
  }

  #dialled(who: Who, current: (then: () => void) => () => void): void {
    this.#socket = this.dial({
      open: current(() => this.#hello(who)),
      text: (text) => current(() => this.#take(text))(),
      closed: current(() => this.#cut()),
    });
  }

  #hello(who: Who): void {
    this.#limit();
    this.#heard = Date.now();
    this.#send({ kind: 'hello', version: VERSION, who, resume: this.#cursor });
  }

  #ping(): void {
    if (Date.now() - this.#heard > DEAD_AFTER_MS) this.#cut();
    else if (this.#welcomed) this.#send({ kind: 'ping' });
  }

  #send(message: Up<Say>): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #take(text: string): void {
    this.#heard = Date.now();
    try {
      const message: Down<State, Change, Signal> = JSON.parse(text);
      this.#hear(message);
    } catch (fault) {
      if (!(fault instanceof SyntaxError)) throw fault;
      this.#lost();
    }
  }

  #hear(message: Down<State, Change, Signal>): void {
    switch (message.kind) {
      case 'welcome':
        if (!message.resumed) this.#cursor = { stream: message.stream, event: 0 };
        this.#welcomed = true;
        for (const said of this.#unanswered) this.#send({ kind: 'say', ...said });
        return this.tell({ kind: 'up', resumed: message.resumed, now: message.now });
      case 'snapshot':
        if (this.#cursor) this.#cursor.event = message.event;
        return this.tell({ kind: 'snapshot', state: message.state, now: message.now });
      case 'event':
        return this.#step(message.event, message.change, message.now);
      case 'signal':
        return this.tell({ kind: 'signal', signal: message.signal });
      case 'answer':
        this.forget(message.request);
        return this.tell({ kind: 'answer', request: message.request, refused: message.refused });
      case 'pong':
        return this.tell({ kind: 'heard', now: message.now });
      case 'goodbye':
        return passes(message.code) ? this.#cut() : this.#refuse(message.code);
      default:
        return unknown(message, () => this.#lost());
    }
  }

  #step(event: number, change: Change, now: Time): void {
    if (this.#cursor === null) return this.#lost();
    if (event <= this.#cursor.event) return;
    if (event !== this.#cursor.event + 1) return this.#lost();
    this.#cursor.event = event;
    this.tell({ kind: 'change', change, now });
  }

  /** The place in the stream is lost: the next connection asks for a snapshot. */
  #lost(): void {
    this.#cursor = null;
    this.#cut();
  }

  #refuse(code: Code): void {
    this.close();
    this.tell({ kind: 'refused', code });
  }

  #cut(): void {
    const wasWelcomed = this.#welcomed;
    this.#drop();
    if (Date.now() - this.#began > DEAD_AFTER_MS) this.#pause = FIRST_PAUSE_MS;
    this.#again = after(this.#pause, () => this.#open());
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    if (wasWelcomed) this.tell({ kind: 'down' });
  }

  #drop(): void {
    this.#limit();
    this.#beat();
    this.#welcomed = false;
    this.#generation += 1;
    this.#socket?.close();
    this.#socket = null;
  }
}

/** A message that this page was not built for; the type says that there is none. */
function unknown(_never: never, otherwise: () => void): void {
  otherwise();
}

/** Which goodbyes are worth another try: those that pass by themselves (`Code::passes` in crates/desk). */
function passes(code: Code): boolean {
  switch (code) {
    case 'too_late':
    case 'too_many':
    case 'store_down':
    case 'unreachable':
    case 'no_exchange':
    // The page makes a new proof for each connection, so that one that came too late is worth another try here.
    case 'expired':
      return true;
    case 'gone':
    case 'taken':
    case 'stale_fence':
    case 'wrong_state':
    case 'not_signed_in':
    case 'replaced':
    case 'no_media':
    case 'wrong_password':
    case 'locked':
    case 'unauthorised':
    case 'server_too_old':
    case 'client_too_old':
    case 'too_large':
    case 'malformed':
    case 'already_waiting':
    case 'queue_full':
    case 'closed':
    case 'no_keyring':
    case 'in_talk_elsewhere':
    case 'individual_number':
    case 'secret_text':
    case 'bad_length':
    case 'not_ready':
    case 'never_here':
    case 'offline_too_long':
    case 'no_number':
    case 'not_checked':
      return false;
  }
}
