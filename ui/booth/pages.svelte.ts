// The city's and the State's pages beside the talk: one window of its own, used again for each page and closed
// with the visit. Knows no contact.

import type { WebPage } from '$generated/WebPage';
import { every, type Cancel } from './steady';

const NAME = 'kenmu-page';
/** What is left of the screen for the talk, as the column's width in booth.css. */
const COLUMN_REM = 26.25;
/** How often the page looks whether the window was closed by hand, ms. */
const LOOK_MS = 1_000;

/** The second window. It keeps its opener: without it the browser would not let the talk close it, and a page that
 * stays signed in would wait for the next visitor. The pages are the city's choice, and a page that cuts the tie
 * itself (Cross-Origin-Opener-Policy) has to be closed by hand. */
export class Pages {
  /** The page that is open, by its address. */
  open = $state<string | null>(null);

  #window: Window | null = null;
  #watch: Cancel = () => undefined;
  #whole: { x: number; y: number; width: number; height: number } | null = null;

  /** Opens a page, or brings the window that shows it to the front. Must follow a press. */
  show(page: WebPage): void {
    const address = safeAddress(page.address);
    if (address === null) return;
    if (this.#window?.closed === false && this.open === page.address) return this.#window.focus();
    if (this.#window?.closed !== false) this.#window = this.#make();
    if (this.#window === null) return;
    this.#window.location.replace(address);
    this.#window.focus();
    this.open = page.address;
  }

  /** Closes the window, and the talk has the whole screen again. */
  close(): void {
    this.#watch();
    this.#window?.close();
    this.#window = null;
    this.open = null;
    if (this.#whole !== null) place(this.#whole);
    this.#whole = null;
  }

  #make(): Window | null {
    const { x, y, width, height } = theScreen();
    const column = columnWidth(width);
    const made = window.open('about:blank', NAME, `popup,left=${x + column},top=${y},width=${width - column},height=${height}`);
    if (made === null) return null;
    this.#whole ??= { x: window.screenX, y: window.screenY, width: window.outerWidth, height: window.outerHeight };
    place({ x, y, width: column, height });
    this.#watch = every(LOOK_MS, () => (this.#window?.closed === false ? undefined : this.close()));
    return made;
  }
}

/** Pages are opened over https alone, or from this very machine. */
export function safeAddress(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, hostname, href } = new URL(address);
  const here = hostname === 'localhost' || hostname === '127.0.0.1';
  return protocol === 'https:' || (protocol === 'http:' && here) ? href : null;
}

/** The column's share of a screen: never more than a half. */
export function columnWidth(screenWidth: number): number {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.round(Math.min(rem * COLUMN_REM, screenWidth / 2));
}

function theScreen(): { x: number; y: number; width: number; height: number } {
  const { availWidth, availHeight } = screen;
  return { x: 0, y: 0, width: availWidth, height: availHeight };
}

/** An app's window can be moved by its page; a tab's and a full screen's stay, and then the talk draws itself as a
 * column on the left, beside what lies over it. */
function place({ x, y, width, height }: { x: number; y: number; width: number; height: number }): void {
  window.resizeTo(width, height);
  window.moveTo(x, y);
}
