// Draws one sample view in a browser: `/dev/?view=offer`, with `&contrast=high` in high contrast and `&press=TESTID` with
// one thing pressed. `?view=states` is the sheet of all states, and without a view comes the list of them. Served by
// `vite` only, never part of a build.
import { flushSync, mount } from 'svelte';
import type { Intent } from '$generated/Intent';
import '$shared/fonts';
import '$shared/tokens.css';
import '../styles/base.css';
import '../styles/frame.css';
import '../styles/parts.css';
import type { Shell } from '../shell';
import App from '../views/App.svelte';
import { paint } from './paint';
import { PRESSED, samples } from './samples';
import States from './States.svelte';

/** The samples in which pictures stand. */
const PICTURED = ['note-booth', 'talk', 'texts', 'guide', 'screen', 'screen-asked', 'talk-troubles', 'close-refused', 'past-closing', 'muted', 'check'];

const wanted = new URLSearchParams(location.search);
const name = wanted.get('view') ?? '';
const sample = samples()[name];

const shell: Shell = {
  watch: (draw) => {
    if (sample !== undefined) draw(sample);
    return Promise.resolve(() => undefined);
  },
  send: (intent: Intent) => {
    console.info(intent.kind);
    return Promise.resolve();
  },
  visit: (address) => console.info(address),
};

const target = document.getElementById('app');
if (target !== null && sample !== undefined) {
  mount(App, { target, props: { shell } });
  flushSync();
  for (const id of (PRESSED[name] ?? '').split(' ')) {
    press(id);
    flushSync();
  }
  if (PICTURED.includes(name)) setTimeout(() => paint(document), 50);
} else if (target !== null && name === 'states') mount(States, { target });
else if (target !== null) {
  target.innerHTML = ['states', ...Object.keys(samples())].map((each) => `<p><a href="?view=${each}">${each}</a></p>`).join('');
}
if (wanted.get('contrast') === 'high') document.documentElement.dataset['contrast'] = 'high';
setTimeout(() => press(wanted.get('press')), 50);

/** Presses what is there under a test id; `key:Digit9` presses that key with Alt. */
function press(id: string | null): void {
  if (id?.startsWith('key:')) window.dispatchEvent(new KeyboardEvent('keydown', { code: id.slice(4), altKey: true, bubbles: true, cancelable: true }));
  const found = id === null ? null : document.querySelector(`[data-testid="${id}"]`);
  if (found instanceof HTMLElement) found.click();
}
