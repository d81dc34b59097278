import type { Context } from '../context/context.ts'
import { Failure } from '../process/exit.ts'

/** `peerchart resume list`: the resume data that is kept. */
export async function listResume({ api, output }: Context): Promise<void> {
  for (const { infoHash, path, bytes, saved } of await api.resumeShelf.list()) {
    output.event({ event: 'resume', infoHash, path, bytes, saved: saved.toISOString() })
  }
}

/** `peerchart resume clear`: removes it, of the torrents with these info hashes or of all. Throws a Failure for one of which there is none. */
export async function clearResume(infoHashes: readonly string[], { api, output }: Context): Promise<void> {
  const kept = await api.resumeShelf.list()
  const wanted = infoHashes.map((infoHash) => infoHash.toLowerCase())
  const unknown = wanted.find((infoHash) => !kept.some((one) => one.infoHash === infoHash))
  if (unknown !== undefined) throw new Failure(`there is no resume data of a torrent ${unknown}`)
  const cleared = wanted.length === 0 ? kept : kept.filter(({ infoHash }) => wanted.includes(infoHash))
  await api.resumeShelf.clear(cleared)
  output.event({ event: 'cleared', count: cleared.length })
}
