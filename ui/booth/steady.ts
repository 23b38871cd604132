// Timers that go on while the page is hidden. The talk may lie behind the city's page for a long time, and
// Chromium slows a hidden page's timers to one a minute; a worker's timers it leaves alone.

/** Takes a timer back. */
export type Cancel = () => void;

/** What the worker is told: start the timer of this number, or take it back. */
export type Order = { id: number; ms: number | null };

const waiting = new Map<number, () => void>();
let last = 0;
let worker: Worker | null = null;

/** Calls `then` once, after `ms`. */
export function after(ms: number, then: () => void): Cancel {
  const own = theWorker();
  if (own === null) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  }
  const id = (last += 1);
  waiting.set(id, then);
  order(own, { id, ms });
  return () => {
    if (waiting.delete(id)) order(own, { id, ms: null });
  };
}

/** Calls `then` every `ms`, until it is taken back. */
export function every(ms: number, then: () => void): Cancel {
  let cancel = after(ms, again);
  function again(): void {
    cancel = after(ms, again);
    then();
  }
  return () => cancel();
}

/** None where there are no workers: a test's page. */
function theWorker(): Worker | null {
  if (worker !== null || typeof Worker === 'undefined') return worker;
  worker = new Worker(new URL('./steady.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = (due: MessageEvent<number>) => {
    const then = waiting.get(due.data);
    waiting.delete(due.data);
    then?.();
  };
  return worker;
}

function order(to: Worker, words: Order): void {
  to.postMessage(words);
}
