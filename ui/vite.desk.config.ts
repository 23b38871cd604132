import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'desk',
  base: './',
  plugins: [svelte()],
  build: { outDir: '../dist/desk', emptyOutDir: true, target: 'es2022', reportCompressedSize: false },
});
