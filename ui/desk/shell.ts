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
  /** Tells what was meant. The answer is the next view. */
  send(intent: Intent): void;
}

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
    void invoke('intent', { intent, id: crypto.randomUUID() });
  },
};
