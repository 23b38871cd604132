import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'booth',
  base: './',
  plugins: [svelte()],
  build: { outDir: '../dist/booth', emptyOutDir: true, target: 'es2022', reportCompressedSize: false },
});
