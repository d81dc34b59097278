import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createMetainfo,
  createTorrent,
  type Metainfo,
  openFileStore,
  parseMetainfo,
  type TorrentSettings,
} from 'peerchart'

/** A folder of two files that somebody seeds on loopback, for the recipes beside this file. */
export async function seeded(settings: TorrentSettings = {}) {
  const parent = await mkdtemp(join(tmpdir(), 'peerchart-'))
  const files = { 'film.mkv': new Uint8Array(600_000).fill(1), 'notes.txt': new Uint8Array(100_000).fill(2) }
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(parent, name), bytes)
  const metainfo: Metainfo = parseMetainfo(await createMetainfo(parent))
  const store = await openFileStore(metainfo, join(parent, '..'), { readOnly: true })
  const seeder = createTorrent({ metainfo, store, listen: { host: '127.0.0.1', port: 0 }, ...settings })
  seeder.start()
  const { address } = await new Promise<{ address: { host: string; port: number } }>((resolve) => {
    seeder.on('listening', resolve)
  })
  const stop = async () => {
    await seeder.stop()
    await rm(parent, { recursive: true })
  }
  return { metainfo, address, seeder, stop }
}
