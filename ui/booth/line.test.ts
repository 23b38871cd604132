// Plays line.vectors.json against the line: the same steps hold for the line in Rust.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Line, type Ears, type LineEvent } from './line';
import vectors from './line.vectors.json';

type Step = {
  do?: string;
  hear?: Record<string, unknown>;
  say?: string;
  forget?: string;
  wait?: number;
  /** The last hello. */
  hello?: unknown;
  /** What was sent since the last look, hellos apart. */
  sent?: unknown[];
  told?: string[];
  dialled?: number;
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** One line on a socket of paper. Requests are called #1, #2 … in the order in which they were said. */
class Stage {
  #ears: Ears | null = null;
  #hello = '';
  #sent: string[] = [];
  #dialled = 0;
  #names: string[] = [];
  #told: LineEvent<string, string, string>[] = [];
  #line = new Line<string, string, string, string>(
    { kind: 'booth', booth: 2, secret: 's' },
    (ears) => {
      this.#dialled += 1;
      this.#ears = ears;
      return { send: (text) => this.#take(text), close: () => undefined };
    },
    (event) => this.#told.push(event),
  );

  play(step: Step): void {
    if (step.do === 'open') this.#ears?.open();
    if (step.do === 'cut') this.#ears?.closed();
    if (step.hear) this.#ears?.text(this.#real(JSON.stringify(step.hear)));
    if (step.say) this.#names.push(this.#line.say(step.say) ?? 'not said');
    if (step.forget) this.#line.forget(this.#real(step.forget));
    if (step.wait) vi.advanceTimersByTime(step.wait);
    if (step.dialled !== undefined) expect(this.#dialled).toBe(step.dialled);
    if (step.told) expect(this.#told.map((event) => this.#short(event))).toEqual(step.told);
    if (step.hello) expect(JSON.parse(this.#hello)).toEqual(step.hello);
    if (step.sent) expect(this.#sent.splice(0).map((text) => JSON.parse(this.#paper(text)))).toEqual(step.sent);
  }

  #take(text: string): void {
    if (text.startsWith('{"kind":"hello"')) this.#hello = text;
    else this.#sent.push(text);
  }

  #real(text: string): string {
    return text.replace(/#(\d+)/g, (_, n) => this.#names[Number(n) - 1] ?? 'unknown');
  }

  #paper(text: string): string {
    return this.#names.reduce((all, name, n) => all.replaceAll(name, `#${n + 1}`), text);
  }

  #short(event: LineEvent<string, string, string>): string {
    switch (event.kind) {
      case 'up':
        return event.resumed ? 'up resumed' : 'up fresh';
      case 'down':
      case 'heard':
        return event.kind;
      case 'snapshot':
        return `snapshot ${event.state}`;
      case 'change':
        return `change ${event.change}`;
      case 'signal':
        return `signal ${event.signal}`;
      case 'answer':
        return `answer ${this.#paper(event.request)} ${event.refused ?? 'done'}`;
      case 'refused':
        return `refused ${event.code}`;
    }
  }
}

for (const { name, steps } of vectors) {
  test(name, () => {
    const stage = new Stage();
    for (const step of steps) stage.play(step);
  });
}
