// The desk's page: mounts the app on the window's shell.
import { mount } from 'svelte';
import '$shared/fonts';
import '$shared/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/parts.css';
import { tauri } from './shell';
import App from './views/App.svelte';

const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { shell: tauri } });
