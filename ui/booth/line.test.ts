// Plays line.vectors.json against the line: the same steps hold for the line in Rust.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Line, type Ears, type LineEvent } from './line';
import type { Who } from '$generated/Who';
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
  who: Who | null = { kind: 'booth', booth: 2, challenge: 'c', signature: 's' };
  #line = new Line<string, string, string, string>(
    () => Promise.resolve(this.who),
    (ears) => {
      this.#dialled += 1;
      this.#ears = ears;
      return { send: (text) => this.#take(text), close: () => undefined };
    },
    (event) => this.#told.push(event),
  );

  async play(step: Step): Promise<void> {
    // The proof of a connection comes by itself, and the socket after it.
    await settled();
    if (step.do === 'open') this.#ears?.open();
    if (step.do === 'cut') this.#ears?.closed();
    if (step.hear) this.#ears?.text(this.#real(JSON.stringify(step.hear)));
    if (step.say) this.#names.push(this.#line.say(step.say) ?? 'not said');
    if (step.forget) this.#line.forget(this.#real(step.forget));
    if (step.wait) await vi.advanceTimersByTimeAsync(step.wait);
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

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

for (const { name, steps } of vectors) {
  test(name, async () => {
    const stage = new Stage();
    for (const step of steps) await stage.play(step);
  });
}

test('a socket waits for its proof, and each connection makes its own', async () => {
  let proofs = 0;
  const sent: string[] = [];
  const ears: Ears[] = [];
  const prove = (): Promise<Who> =>
    new Promise((resolve) => setTimeout(resolve, 300, { kind: 'booth', booth: 2, challenge: `c${(proofs += 1)}`, signature: 's' }));
  const dial = (given: Ears) => {
    ears.push(given);
    return { send: (text: string) => void sent.push(text), close: () => undefined };
  };
  const line = new Line<string, string, string, string>(prove, dial, () => undefined);
  await vi.advanceTimersByTimeAsync(299);
  expect(ears.length).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  ears[0]?.open();
  ears[0]?.closed();
  await vi.advanceTimersByTimeAsync(400);
  ears[1]?.open();
  expect(sent.map((text) => JSON.parse(text).who.challenge)).toEqual(['c1', 'c2']);
  line.close();
});

test('while the server cannot be asked, no socket is tried', async () => {
  let [asked, dialled] = [0, 0];
  const dial = () => {
    dialled += 1;
    return { send: () => undefined, close: () => undefined };
  };
  const prove = () => {
    asked += 1;
    return Promise.reject(new Error('away'));
  };
  const line = new Line<string, string, string, string>(prove, dial, () => undefined);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(dialled).toBe(0);
  expect(asked).toBeGreaterThan(5);
  line.close();
});

test('a page that the server does not know any more is refused and dials no more', async () => {
  let dialled = 0;
  const told: string[] = [];
  const dial = () => {
    dialled += 1;
    return { send: () => undefined, close: () => undefined };
  };
  new Line<string, string, string, string>(
    () => Promise.resolve(null),
    dial,
    (event) => told.push(event.kind === 'refused' ? event.code : event.kind),
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect([told, dialled]).toEqual([['unauthorised'], 0]);
});
