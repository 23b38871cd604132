import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { aliases } from './aliases.ts';
import { japaneseSubsets } from './shared/fonts/subsets.ts';

export default defineConfig({
  root: 'desk',
  base: './',
  resolve: { alias: aliases },
  plugins: [japaneseSubsets(), svelte()],
  build: { assetsInlineLimit: 0, outDir: '../dist/desk', emptyOutDir: true, target: 'es2022', reportCompressedSize: false },
});
