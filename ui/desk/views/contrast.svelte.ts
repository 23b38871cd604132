// High contrast: by the system's wish, or by this window's own switch, which is kept for the next start.

const PLACE = 'kenmu.contrast';

/** The switch. */
export class Contrast {
  /** The window's own wish. */
  high = $state(false);

  constructor() {
    this.#put(read() === 'high');
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
    if (high) document.documentElement.dataset['contrast'] = 'high';
    else delete document.documentElement.dataset['contrast'];
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}
