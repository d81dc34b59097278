import type { Context } from '../context/context.ts'
import type { KeptResume } from '../context/resume-files.ts'
import { shortHash } from '../output/describe.ts'
import { Failure, WrongUsage } from '../process/exit.ts'

/** `peerchart resume list`: the resume data that is kept. */
export async function listResume({ api, output }: Context): Promise<void> {
  for (const { saved, ...kept } of await api.resumeShelf.list()) {
    output.event({ event: 'resume', ...kept, saved: saved.toISOString() })
  }
}

/** The least that tells a torrent: as much of an info hash as people are told. */
const digitsMin = shortHash('0'.repeat(40)).length

/**
 * `peerchart resume clear`: removes it, of the torrents with these info hashes or of all. The beginning of an info hash stands for the one that
 * begins so. Throws a WrongUsage for what is no such beginning, a Failure for one of which there is none, or several torrents have.
 */
export async function clearResume(infoHashes: readonly string[], { api, output }: Context): Promise<void> {
  const kept = await api.resumeShelf.list()
  const wanted = new Set(infoHashes.map((named) => meant(named.toLowerCase(), kept)))
  const cleared = infoHashes.length === 0 ? kept : kept.filter(({ infoHash }) => wanted.has(infoHash))
  await api.resumeShelf.clear(cleared)
  const torrents = new Set(cleared.map(({ infoHash }) => infoHash)).size
  output.event({ event: 'cleared', count: cleared.length, torrents })
}

/** The info hash that is meant. One torrent may have resume data of several folders. */
function meant(named: string, kept: readonly KeptResume[]): string {
  if (!/^[0-9a-f]{1,40}$/.test(named) || named.length < digitsMin)
    throw new WrongUsage(`${named} is no info hash: give its 40 hex digits, or at least the first ${digitsMin} of them`)
  const matching = new Set(kept.map(({ infoHash }) => infoHash).filter((infoHash) => infoHash.startsWith(named)))
  const [only, ...others] = matching
  if (only === undefined) throw new Failure(`there is no resume data of a torrent ${named}`)
  if (others.length > 0) throw new Failure(`${named} is ambiguous: it may be ${[...matching].join(', ')}`)
  return only
}
