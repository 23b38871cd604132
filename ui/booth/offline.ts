// Keeps the page itself on this machine, so that it shows itself when there is no network at power-on, and brings
// a new version in when nobody is here. The keeping is done by sw.ts.

import { every } from './steady';

/** How often a page that stays open for weeks asks for a new version, ms. */
const ASK_MS = 3_600_000;

/** The words to the worker that keeps the page. */
export type Word = 'take_over' | 'fill';

/** The page's side of its keeper. */
export class Offline {
  #registration: ServiceWorkerRegistration | null = null;
  #atRest = true;
  #stale = false;

  /** Begins to keep the page. Where there is no keeper the page does without. */
  start(): void {
    const keeper = navigator.serviceWorker;
    if (keeper === undefined || !import.meta.env.PROD) return;
    // The first keeper finds a page of its own version: only a change of keepers makes the page old.
    const kept = keeper.controller !== null;
    keeper.addEventListener('controllerchange', () => {
      this.#stale = kept;
      this.#settle();
    });
    keeper.register('./sw.js', { updateViaCache: 'none' }).then(
      (registration) => this.#registered(registration),
      () => undefined,
    );
  }

  /** Whether nobody is here. A new version comes only then, never in a talk. */
  rest(atRest: boolean): void {
    if (this.#atRest === atRest) return;
    this.#atRest = atRest;
    this.#settle();
  }

  #registered(registration: ServiceWorkerRegistration): void {
    this.#registration = registration;
    registration.addEventListener('updatefound', () => {
      const coming = registration.installing;
      coming?.addEventListener('statechange', () => this.#settle());
    });
    every(ASK_MS, () => void registration.update().catch(() => undefined));
    void navigator.serviceWorker.ready.then((ready) => say(ready.active, 'fill'));
    this.#settle();
  }

  #settle(): void {
    if (!this.#atRest) return;
    if (this.#stale) return location.reload();
    const waiting = this.#registration?.waiting ?? null;
    // Without an older one it takes over by itself.
    if (navigator.serviceWorker.controller !== null) say(waiting, 'take_over');
  }
}

function say(to: ServiceWorker | null, word: Word): void {
  to?.postMessage(word);
}
