import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createSampleTorrent } from '../../cli/demo/sample-torrent.ts'

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-cli-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** The path of a .torrent of four pieces, 60,000 bytes in all, named sample.bin. */
export async function sampleTorrentFile(): Promise<string> {
  const file = join(await temporaryFolder(), 'sample.torrent')
  await writeFile(file, createSampleTorrent('sample.bin', 60_000, 16_384).file)
  return file
}
