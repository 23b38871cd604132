// The one file that touches Tauri: intents go out, views come in. A command that was in flight during a reload runs
// twice, so each intent carries an id by which the second run does nothing.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Intent } from '$generated/Intent';
import type { View } from '$generated/View';

/** What surrounds the page: Rust in the product, samples while the page is being drawn. */
export interface Shell {
  /** Calls back with the view that stands and with each later one; returns what stops it. */
  watch(draw: (view: View) => void): Promise<() => void>;
  /** Tells what was meant. The answer is the next view; a rejection says that the desk did not take it. */
  send(intent: Intent): Promise<void>;
  /** Opens an address of the settings in the system's browser. */
  visit(address: string): void;
}

/** How often an intent is offered before the page says that it was not taken, and the pause between, ms: the desk's
 *  inbox is full for a moment only. */
const TRIES = 3;
const PAUSE = 200;

/** The window's own shell. */
export const tauri: Shell = {
  async watch(draw) {
    let newer = false;
    const stop = await listen<View>('view', ({ payload }) => {
      newer = true;
      draw(payload);
    });
    const standing = await invoke<View | null>('view');
    if (standing !== null && !newer) draw(standing);
    return stop;
  },
  send(intent) {
    const id = crypto.randomUUID();
    return again(() => invoke('intent', { intent, id }), TRIES);
  },
  // The window's frame takes new windows away from the webview and gives their addresses to the system.
  visit(address) {
    window.open(address, '_blank', 'noopener,noreferrer');
  },
};

/** Runs `tell` until it is taken; the last refusal is passed on. */
export async function again(tell: () => Promise<void>, tries: number): Promise<void> {
  try {
    await tell();
  } catch (refusal) {
    if (tries <= 1) throw refusal;
    await new Promise((wake) => setTimeout(wake, PAUSE));
    await again(tell, tries - 1);
  }
}
