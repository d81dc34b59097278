import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Run once before all interop tests: their command lines keep resume data in a folder of their own, never the user's. Returns what
 * takes it away behind the last test; a worker could not, since one that is terminated runs no exit handler.
 */
export default async function useStateFolder(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-state-'))
  process.env.XDG_STATE_HOME = folder
  return () => rm(folder, { recursive: true, force: true })
}
