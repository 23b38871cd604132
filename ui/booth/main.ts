// Mounts the page. Knows nothing else.

import '$shared/tokens.css';
import '$shared/fonts';
import './booth.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { Booth } from './booth.svelte';
import wordsOfTrouble from './screens/Trouble.svelte?raw';

const target = document.getElementById('booth');
if (target === null) throw new Error('index.html has an element with the id "booth"');

// A touch screen for the public: no menus, no dragged pictures, no zoom by pinching.
for (const gesture of ['contextmenu', 'dragstart', 'gesturestart']) {
  document.addEventListener(gesture, (event) => event.preventDefault());
}

// Faces are fetched piece by piece, as their characters are shown; these must be here before the server is not.
for (const weight of ['400', '700']) void document.fonts.load(`${weight} 1rem "BIZ UDPGothic"`, wordsOfTrouble);

const booth = new Booth();
mount(App, { target, props: { booth } });
// A picture without a frame yet would hold up the page's load event, perhaps for the whole wait.
if (document.readyState === 'complete') void booth.start();
else window.addEventListener('load', () => void booth.start());
