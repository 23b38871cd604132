import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { aliases } from './aliases.ts';
import { japaneseSubsets } from './shared/fonts/subsets.ts';

export default defineConfig({
  root: 'booth',
  base: './',
  plugins: [japaneseSubsets(), svelte()],
  resolve: { alias: aliases },
  build: { assetsInlineLimit: 0, outDir: '../dist/booth', emptyOutDir: true, target: 'es2022', reportCompressedSize: false },
});
