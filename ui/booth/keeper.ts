// A build step: tells the page's keeper (sw.ts) which files it keeps and names its version after them. Knows no page.

import type { Plugin } from 'vite';

const KEEPER = 'sw.js';

/** The Vite plugin of the booth's build. */
export function keeper(): Plugin {
  return {
    name: 'kenmu-keeper',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((file) => file !== KEEPER && file !== 'index.html');
      const faces = files.filter((file) => file.endsWith('.woff2'));
      const shell = files.filter((file) => !file.endsWith('.woff2'));
      const own = bundle[KEEPER];
      if (own?.type !== 'chunk') this.error('the keeper is not among the built files');
      const version = nameOf(own.code + shell.sort().join());
      own.code = own.code
        .replaceAll('__VERSION__', JSON.stringify(version))
        .replaceAll('__SHELL__', JSON.stringify(shell))
        .replaceAll('__FACES__', JSON.stringify(faces));
    },
  };
}

/** A short name for a text: FNV-1a, 32 bits. The parts' names carry hashes of their own. */
function nameOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
