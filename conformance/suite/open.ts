import type { Result, RunOptions } from '../run.ts'
import type { World } from '../scene.ts'

/** What the suite is told of how it is to be run. */
export type TestOptions = Omit<RunOptions, 'cases'>

/**
 * Tests a client by all cases: see `runSuite`. Rejects with an Error when it takes no connection about the torrent. Loaded by this call
 * alone.
 */
export async function testClient(world: World, options?: TestOptions): Promise<readonly Result[]> {
  const [{ runSuite }, { suite }] = await Promise.all([import('../run.ts'), import('./suite.ts')])
  return runSuite(world, { ...options, cases: suite })
}
