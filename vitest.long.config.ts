import { defineConfig } from 'vitest/config'
import { filesBelow, read } from './test/source-tree.ts'
import config from './vitest.config.ts'

const tests = filesBelow('test').filter((path) => path.endsWith('.test.ts'))

/**
 * The tests that have more to ask than `npm test` takes time for, in full (test/in-full.ts). All swarms are among them: in full they walk
 * from each combination of states that a torrent comes to (test/machines/torrent/walk-from.ts).
 */
const long = tests.filter(
  (path) =>
    path.endsWith('.long.test.ts') ||
    /^test\/(swarm|hostile)\//.test(path) ||
    /\/(in-full|prove-chart)\.ts'/.test(read(path)),
)

export default defineConfig({
  ...config,
  test: { ...config.test, include: long, exclude: [], env: { PEERCHART_TESTS: 'in full' }, testTimeout: 60_000 },
})
