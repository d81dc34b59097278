import { fileURLToPath } from 'node:url'
import { startJsonLines } from '../lib/json-lines.mjs'

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Answers the seconds from the dial to the last piece verified and written, as `peerchart download` tells them. */
export async function leechWithPeerchart({ torrent, out, peer }) {
  const what = [torrent, '--out', out, '--peer', peer, '--encryption', 'none']
  const leecher = startJsonLines(process.execPath, [cli, 'download', ...what, '--json'])
  try {
    const { seconds } = await leecher.next('done')
    await leecher.ended
    return seconds
  } finally {
    await leecher.end()
  }
}
