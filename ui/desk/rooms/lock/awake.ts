// Somebody is there: told at most so often, so that an untouched desk can lock itself.

/** Between two signs, ms: well below the shortest time after which a desk locks itself. */
const BETWEEN = 20_000;

/** What counts as a person. */
const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

/** Listens; returns what stops it. */
export function awake(page: Window, tell: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  const sign = (): void => {
    const now = performance.now();
    if (now - last < BETWEEN) return;
    last = now;
    tell();
  };
  for (const kind of SIGNS) page.addEventListener(kind, sign, { capture: true, passive: true });
  return () => {
    for (const kind of SIGNS) page.removeEventListener(kind, sign, { capture: true });
  };
}
