// The moment between the answer and the visitor's picture. Drawing the talk's places costs a slow machine more than the
// picture takes to come, and four views come meanwhile: so they wait for the picture, a moment at most, and are drawn
// once. Holds no business rule: what is held back is pixels.
import type { Intent } from '$generated/Intent';
import type { View } from '$generated/View';

/** The longest that a view waits, ms: a hand that presses a key expects to see something in about this time. */
const LONGEST = 150;

/** What is drawn and when. */
export class Handover {
  #held: View | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: View | null = null;
  readonly #draw: (view: View) => void;
  readonly #waiting: (waiting: boolean) => void;

  /** `draw` takes each view that is due; `waiting` is told when a picture is waited for, and when no longer. */
  constructor(draw: (view: View) => void, waiting: (waiting: boolean) => void) {
    this.#draw = draw;
    this.#waiting = waiting;
  }

  /** What is meant goes out: an answer to a visitor at a booth starts the wait. */
  meant(intent: Intent): void {
    if (intent.kind !== 'answer' || this.#timer !== undefined || !rings(this.#last)) return;
    this.#timer = setTimeout(() => this.over(), LONGEST);
    this.#waiting(true);
  }

  /** A view has come; one that tells of a trouble is drawn at once. */
  take(view: View): void {
    this.#last = view;
    if (this.#timer === undefined) return this.#draw(view);
    this.#held = view;
    if (troubled(view)) this.over();
  }

  /** The picture stands, or the wait is over. */
  over(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#draw(held);
    this.#waiting(false);
  }
}

function rings(view: View | null): boolean {
  return view?.screen.kind === 'desk' && view.screen.state.offer?.channel === 'booth';
}

function troubled(view: View): boolean {
  return view.screen.kind !== 'desk' || view.screen.refused !== null || view.line.kind !== 'up';
}
