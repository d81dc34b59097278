import { defineConfig } from 'vitest/config'

/** Real clients on loopback: one file at a time, because each test needs the machine's two cores. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    globalSetup: ['test/interop/require-clients.ts', 'test/interop/state-folder.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
})
