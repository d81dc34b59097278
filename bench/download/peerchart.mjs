import { fileURLToPath } from 'node:url'
import { startJsonLines } from '../lib/json-lines.mjs'

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const overUtp = fileURLToPath(new URL('leech-over-utp.mjs', import.meta.url))

/** Answers the seconds from the dial to the last piece verified and written, as `peerchart download` tells them. */
export async function leechWithPeerchart({ torrent, out, peer, transport }) {
  const what = [torrent, '--out', out, '--peer', peer, '--encryption', 'none', '--json']
  const program = transport === 'utp' ? [overUtp, torrent, out, peer] : [cli, 'download', ...what]
  const leecher = startJsonLines(process.execPath, program)
  try {
    const { seconds } = await leecher.next('done')
    await leecher.ended
    return seconds
  } finally {
    await leecher.end()
  }
}
