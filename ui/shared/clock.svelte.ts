// One tick a second for everything that shows a time, and none while nobody can see it.

/** Just after the full second, so that a figure never shows the second before. ms */
const AFTER = 5;

/** A clock that runs `offset` ms ahead of this machine's. */
export class Clock {
  /** The time now, ms. Moves once a second. */
  now = $state(Date.now());
  #offset = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Sets the clock: `offset` is what to add to this machine's time, ms. */
  set(offset: number): void {
    this.#offset = offset;
    this.#read();
  }

  /** Starts ticking while the page is visible; returns what stops it. */
  run(page: Document): () => void {
    const seen = (): void => (page.hidden ? this.#stop() : this.#tick());
    page.addEventListener('visibilitychange', seen);
    seen();
    return () => {
      page.removeEventListener('visibilitychange', seen);
      this.#stop();
    };
  }

  #read(): void {
    this.now = Date.now() + this.#offset;
  }

  #tick(): void {
    this.#stop();
    this.#read();
    this.#timer = setTimeout(() => this.#tick(), 1000 - (this.now % 1000) + AFTER);
  }

  #stop(): void {
    clearTimeout(this.#timer);
  }
}
