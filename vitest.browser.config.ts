import { defineConfig } from 'vitest/config'

/** The inspector's page in a real browser: one file at a time, as a browser takes both cores of a small machine. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/require-chromium.ts'],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
