// The window under test: mounted over a sample, driven by keys and clicks, and looked at by its test ids. What is sent is kept
// until the test is over.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach } from 'vitest';
import type { DeskState } from '$generated/DeskState';
import type { DeskView } from '$generated/DeskView';
import type { Intent } from '$generated/Intent';
import type { View } from '$generated/View';
import { samples } from '../dev/samples';
import App from '../views/App.svelte';

const sent: Intent[] = [];
/** The addresses that were opened. */
export const visited: string[] = [];
let drawing: (view: View) => void = () => undefined;
let failing = false;
let app: ReturnType<typeof mount> | null = null;

afterEach(async () => {
  if (app !== null) await unmount(app);
  app = null;
  failing = false;
  sent.length = 0;
  visited.length = 0;
});

/** Opens the window on a sample. */
export function open(name: string): void {
  const shell = {
    watch: (next: (view: View) => void) => {
      drawing = next;
      return Promise.resolve(() => undefined);
    },
    send: (intent: Intent) => {
      sent.push(intent);
      return failing ? Promise.reject(new Error('not taken')) : Promise.resolve();
    },
    visit: (address: string) => void visited.push(address),
  };
  // jsdom draws nothing.
  HTMLCanvasElement.prototype.getContext = () => null;
  app = mount(App, { target: document.body, props: { shell } });
  flushSync();
  show(name);
}

/** From here on the shell takes intents, or does not. */
export function fail(yes: boolean): void {
  failing = yes;
}

/** A sample at `now`, ms; it must be there. */
export function sample(name: string, now = Date.now()): View {
  const view = samples(now)[name];
  if (view === undefined) throw new Error(`no sample ${name}`);
  return view;
}

/** A sample's desk. */
export function desk(name: string, now = Date.now()): DeskView {
  const { screen } = sample(name, now);
  if (screen.kind !== 'desk') throw new Error(`no desk in ${name}`);
  return screen;
}

/** A sample with some of its state changed. */
export function within(name: string, more: Partial<DeskState>): View {
  const screen = desk(name);
  return { ...sample(name), screen: { kind: 'desk', ...screen, state: { ...screen.state, ...more } } };
}

/** The next view comes. */
export function draw(view: View): void {
  drawing(view);
  flushSync();
}

/** The next view is a sample. */
export function show(name: string): void {
  draw(sample(name));
}

/** A key goes down where the focus is. */
export function press(code: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { code, bubbles: true, cancelable: true, ...more });
  (document.activeElement ?? document.body).dispatchEvent(event);
  flushSync();
  return event;
}

/** What is there under a test id. */
export const element = (id: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

/** Its words, each gap one space. */
export const text = (id: string): string => (element(id)?.textContent ?? '').replace(/\s+/g, ' ').trim();

/** True where it is there and cannot be used. */
export const rests = (id: string): boolean => element(id)?.hasAttribute('disabled') ?? false;

/** Presses it by mouse. */
export function click(id: string): void {
  element(id)?.click();
  flushSync();
}

/** Writes into a field as a person does. */
export function type(id: string, written: string): void {
  const field = element(id);
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) throw new Error(`no field ${id}`);
  field.focus();
  field.value = written;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

/** What was sent that a person meant. */
export const acts = (): Intent[] => sent.filter((intent) => intent.kind !== 'picture' && !(intent.kind === 'note' && intent.note.kind === 'awake'));
