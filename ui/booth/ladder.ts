// When a media leg waits, restarts ICE or is opened anew: resume → ICE restart → new connection, each with
// its limit. Pure: the time is handed in, and what it wants done is handed back. Knows no WebRTC.

/** An outage often heals alone: so long a shaky connection is left in peace, ms. */
const HEAL_MS = 2_000;
/** An offer whose answer does not come was lost on the way: answers are not repeated after a cut, ms. */
const ANSWER_MS = 4_000;
/** From the answer to the first packet, ms: three times the slowest seen over TCP, with loss on top. */
const CONNECT_MS = 6_000;
/** ICE restarts before a new connection is tried: the second covers one lost by the outage itself. */
const MAX_RESTARTS = 2;
/** The pauses before a new connection, ms, doubling: quick at first, then gentle with a sick exchange. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
/** Up for so long, the trouble before is over, ms: a restart that only seems to help is counted. */
const STABLE_MS = 10_000;

/** What happened to the leg. */
export type LegInput =
  /** A leg is wanted. */
  | 'want'
  /** The offer has reached the server: until then a silent line is to blame, and the leg may heal alone. */
  | 'offered'
  /** The exchange's answer was applied. */
  | 'answered'
  /** Media flows. */
  | 'up'
  /** Nothing is heard at the moment. */
  | 'shaky'
  /** The connection gave up. */
  | 'failed'
  /** The exchange asks for an ICE restart. */
  | 'restart_asked'
  /** The exchange does not have the leg, or the own devices went away. */
  | 'gone'
  /** The exchange refused the offer, or the answer could not be used. */
  | 'refused'
  /** The line to the server, over which offers travel. */
  | 'line_up'
  | 'line_down';

/** What is to be done now: open a new connection, restart ICE on this one, or nothing. */
export type Rung = 'open' | 'restart' | null;

type Phase = 'idle' | 'opening' | 'offered' | 'connecting' | 'up' | 'shaky' | 'paused';

/** The ladder of one leg. */
export class Ladder {
  #phase: Phase = 'idle';
  #due: number | null = null;
  #line = true;
  #restarts = 0;
  #pause = FIRST_PAUSE_MS;
  #upSince = 0;

  /** When `timeout` wants to be called, or null. While the line is down nothing could be said. */
  due(): number | null {
    return this.#line ? this.#due : null;
  }

  handle(now: number, input: LegInput): Rung {
    switch (input) {
      case 'want':
        return this.#phase === 'idle' ? this.#open('open') : null;
      case 'offered':
        if (this.#phase === 'opening') this.#wait('offered', now + ANSWER_MS);
        return null;
      case 'answered':
        if (this.#phase === 'offered') this.#wait('connecting', now + CONNECT_MS);
        return null;
      case 'up':
        // What is to be replaced may still play: it is given up all the same.
        if (this.#phase === 'paused') return null;
        if (this.#phase !== 'up') this.#upSince = now;
        this.#phase = 'up';
        this.#due = null;
        return null;
      case 'shaky':
        if (this.#phase !== 'up') return null;
        this.#settle(now);
        this.#wait('shaky', now + HEAL_MS);
        return null;
      case 'failed':
        return this.#phase === 'up' || this.#phase === 'shaky' ? this.#climb(now) : this.#fall(now);
      case 'restart_asked':
        return this.#phase === 'up' || this.#phase === 'shaky' ? this.#climb(now) : null;
      case 'refused':
        // A leg that healed meanwhile needs no answer.
        return this.#phase === 'up' ? null : this.#fall(now);
      case 'gone':
        return this.#fall(now);
      case 'line_down':
        this.#line = false;
        return null;
      case 'line_up':
        return this.#back(now);
    }
  }

  /** The time of `due` has come. */
  timeout(now: number): Rung {
    if (!this.#line || this.#due === null || now < this.#due) return null;
    switch (this.#phase) {
      case 'idle':
      case 'opening':
      case 'up':
        return null;
      case 'shaky':
      case 'connecting':
        return this.#climb(now);
      case 'offered':
        return this.#fall(now);
      case 'paused':
        return this.#open('open');
    }
  }

  /** The line is back: what waited for it goes at once; an offer under way gets its full time again. */
  #back(now: number): Rung {
    this.#line = true;
    switch (this.#phase) {
      case 'idle':
      case 'opening':
      case 'up':
        return null;
      case 'offered':
        this.#due = now + ANSWER_MS;
        return null;
      case 'connecting':
      case 'shaky':
        return this.#climb(now);
      case 'paused':
        return this.#open('open');
    }
  }

  /** A long good time wipes the slate. */
  #settle(now: number): void {
    if (this.#phase !== 'up' || now - this.#upSince < STABLE_MS) return;
    this.#restarts = 0;
    this.#pause = FIRST_PAUSE_MS;
  }

  #climb(now: number): Rung {
    this.#settle(now);
    if (this.#restarts >= MAX_RESTARTS) return this.#fall(now);
    if (!this.#line) return this.#hold(now);
    this.#restarts += 1;
    return this.#open('restart');
  }

  /** No line, no offer: the leg waits for the line. */
  #hold(now: number): Rung {
    this.#wait('shaky', now);
    return null;
  }

  #fall(now: number): Rung {
    if (this.#phase === 'idle' || this.#phase === 'paused') return null;
    this.#settle(now);
    this.#restarts = 0;
    this.#wait('paused', now + this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    return null;
  }

  /** No limit here: a person may be asked for the microphone, and the offer may wait for the line. */
  #open(rung: Rung): Rung {
    this.#phase = 'opening';
    this.#due = null;
    return rung;
  }

  #wait(phase: Phase, due: number): void {
    this.#phase = phase;
    this.#due = due;
  }
}
