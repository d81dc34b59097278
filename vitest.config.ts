import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { compiledLibrary } from './test/compiled-library.ts'

export default defineConfig({
  plugins: [compiledLibrary()],
  resolve: {
    alias: {
      // The first that fits counts.
      'peerchart/simulator': new URL('simulator/index.ts', import.meta.url).pathname,
      'peerchart/testing/fast-check': new URL('testing/fast-check/index.ts', import.meta.url).pathname,
      'peerchart/testing': new URL('testing/index.ts', import.meta.url).pathname,
      peerchart: new URL('index.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // All of a file that ends so is for `npm run test:long`.
    exclude: ['test/interop/**', 'test/browser/**', '**/*.long.test.ts', 'node_modules/**', 'dist/**'],
    testTimeout: 20_000,
    // `npm test` has V8 optimize later than by default (`--interrupt-budget`): its compiler took a sixth of the processor time, for code
    // that is soon over.
    // The files share modules and threads: starting each anew took as long as its tests.
    pool: 'threads',
    isolate: false,
    // Some files wait for processes that they start: one worker more than cores takes their place meanwhile.
    maxWorkers: availableParallelism() + 1,
  },
})
