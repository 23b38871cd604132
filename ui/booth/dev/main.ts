// Draws one sample in a browser: `/dev/?view=talk`, with `&contrast=high` in high contrast, `&big` and `&kana`, and
// `&press=TESTID` with one thing pressed. Without a view comes the list of them. Served by `vite` only, never part of
// a build.

import '$shared/tokens.css';
import '$shared/fonts';
import '../booth.css';
import { flushSync, mount } from 'svelte';
import App from '../App.svelte';
import { paint } from './paint';
import { NAMES, sampleOf } from './samples';

const wanted = new URLSearchParams(location.search);
const target = document.getElementById('booth');
const booth = sampleOf(wanted.get('view') ?? '', { own: paint('visitor'), remote: paint('operator') });

if (wanted.get('contrast') === 'high') document.documentElement.dataset['contrast'] = 'high';
if (target !== null && booth !== undefined) {
  mount(App, { target, props: { booth } });
  flushSync();
  for (const id of [...wanted.getAll('press'), ...['big', 'kana'].filter((id) => wanted.has(id))]) {
    document.querySelector<HTMLElement>(`[data-testid="${id}"]`)?.click();
    flushSync();
  }
} else if (target !== null) {
  for (const name of NAMES) {
    const link = Object.assign(document.createElement('a'), { href: `?view=${name}`, textContent: name });
    target.append(link, ' ');
  }
}
