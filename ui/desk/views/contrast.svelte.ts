// High contrast: by the system's wish until this window is told otherwise; what it was told is kept for the next start.

const PLACE = 'kenmu.contrast';
const SYSTEM = '(prefers-contrast: more)';

/** The switch. */
export class Contrast {
  /** What is shown now. */
  high = $state(false);

  constructor() {
    const told = document.documentElement.dataset['contrast'] ?? read();
    if (told === 'high' || told === 'normal') this.#put(told === 'high');
    else this.high = globalThis.matchMedia?.(SYSTEM).matches ?? false;
  }

  /** The other way round. */
  turn(): void {
    this.#put(!this.high);
    try {
      localStorage.setItem(PLACE, this.high ? 'high' : 'normal');
    } catch {
      // A webview without storage forgets it at the next start; the window itself is unharmed.
    }
  }

  #put(high: boolean): void {
    this.high = high;
    document.documentElement.dataset['contrast'] = high ? 'high' : 'normal';
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}
