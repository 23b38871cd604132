// Draws one sample view in a browser: `/dev/?view=offer`. Served by `vite` only, never part of a build.
import { mount } from 'svelte';
import type { Intent } from '$generated/Intent';
import '$shared/fonts';
import '$shared/tokens.css';
import '../styles/base.css';
import '../styles/frame.css';
import '../styles/parts.css';
import type { Shell } from '../shell';
import App from '../views/App.svelte';
import { samples } from './samples';

const name = new URLSearchParams(location.search).get('view') ?? 'idle';
const sample = samples()[name];

const shell: Shell = {
  watch: (draw) => {
    if (sample !== undefined) draw(sample);
    return Promise.resolve(() => undefined);
  },
  send: (intent: Intent) => console.info(intent.kind),
};

const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { shell } });
