import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 120_000,
    // what is stale is built first
    hookTimeout: 120_000,
    pool: 'forks',
    // test files of one worker share the modules: loading the program anew for each takes longer than most tests
    isolate: false,
  },
});
