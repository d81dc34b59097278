import type { TorrentHandle } from '../context/api.ts'
import type { StandardStream } from '../output/standard-stream.ts'
import { fileNamed } from './file-choice.ts'

/**
 * Writes the file that a pattern names, in order, as it comes, once what is on disk was checked: no faster than it is taken, so that little of
 * it is held. Resolves when all of it was taken. Rejects where the file cannot be read, or the pattern does not name one.
 */
export async function pipeFile(torrent: TorrentHandle, pattern: string, stdout: StandardStream): Promise<void> {
  await new Promise<void>((resolve) => torrent.on('verified', () => resolve()))
  for await (const chunk of fileNamed(pattern, torrent.files).stream()) await taken(stdout, chunk)
}

/** Whoever runs the command hears of an error of the stream, and ends the command: nothing is waited for then. */
const taken = (stdout: StandardStream, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    stdout.write(chunk, (error) => {
      if (!error) resolve()
    })
  })
