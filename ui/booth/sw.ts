// The keeper of the page: its parts lie in a store of this version, the faces in one that outlives versions. It
// knows nothing of the server's answers and never touches them.

import type { Word } from './offline';

/** The part of the worker's world that is used here; the page's own types know none of it. */
interface Extended {
  waitUntil(work: Promise<unknown>): void;
}
interface Keeper {
  addEventListener(on: 'install' | 'activate', then: (event: Extended) => void): void;
  addEventListener(on: 'message', then: (event: Extended & { data: Word }) => void): void;
  addEventListener(on: 'fetch', then: (event: Fetch) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  registration: { scope: string };
}
interface Fetch {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
declare const self: Keeper;
/** Put in by the build: this version's name, the page's parts, and its faces. */
declare const __VERSION__: string;
declare const __SHELL__: string[];
declare const __FACES__: string[];

const SHELL = `kenmu-page-${__VERSION__}`;
const FACES = 'kenmu-faces';
/** The page itself. */
const PAGE = './';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL).then((store) => store.addAll([PAGE, ...__SHELL__])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(clear().then(() => self.clients.claim()));
});

self.addEventListener('message', (event) => {
  if (event.data === 'take_over') event.waitUntil(self.skipWaiting());
  else event.waitUntil(fill());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(request.mode === 'navigate' ? kept(PAGE, request) : kept(request.url, request));
});

/** What is kept comes at once, whether there is a network or not: page and parts are of one version. */
async function kept(name: string, request: Request): Promise<Response> {
  return (await caches.match(name)) ?? fetch(request);
}

/** Older versions go; a face has its content in its name and stays. */
async function clear(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SHELL && name !== FACES).map((name) => caches.delete(name)));
}

/** Fetches the faces that are not here yet, one after the other: nobody waits for them. */
async function fill(): Promise<void> {
  const store = await caches.open(FACES);
  for (const face of __FACES__) {
    if ((await store.match(face)) === undefined) await store.add(face).catch(() => undefined);
  }
}
