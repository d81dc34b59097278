import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { defineConfig } from 'vitest/config'
import { compiledLibrary } from './test/compiled-library.ts'

// A sixth of a run's processor time was V8's optimizing compiler, for code that is soon over: it begins after eight times as much as by default.
setFlagsFromString('--interrupt-budget=1056000')

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
    // The files share modules and threads: starting each anew took as long as its tests.
    pool: 'threads',
    isolate: false,
    // Some files wait for processes that they start: one worker more than cores takes their place meanwhile.
    maxWorkers: availableParallelism() + 1,
  },
})
