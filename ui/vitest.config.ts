import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { aliases } from './aliases';

export default defineConfig({
  plugins: [svelte()],
  test: { setupFiles: ['./desk/tests/setup.ts'] },
  resolve: { alias: aliases, conditions: ['browser'] },
});
