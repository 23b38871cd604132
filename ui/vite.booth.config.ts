import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { aliases, folder } from './aliases.ts';
import { keeper } from './booth/keeper.ts';
import { japaneseSubsets } from './shared/fonts/subsets.ts';

export default defineConfig({
  root: 'booth',
  base: './',
  plugins: [japaneseSubsets(), svelte(), keeper()],
  resolve: { alias: aliases },
  build: {
    assetsInlineLimit: 0,
    outDir: '../dist/booth',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    rollupOptions: {
      input: { index: folder('./booth/index.html'), sw: folder('./booth/sw.ts') },
      // The keeper's name stays the same: the browser asks for it to learn of a new version.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
});
