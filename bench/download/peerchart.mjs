import { fileURLToPath } from 'node:url'
import { startJsonLines } from '../lib/json-lines.mjs'
import { processorSeconds } from '../lib/process-figures.mjs'

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const start = (command, torrent, options, transport) =>
  startJsonLines(process.execPath, [
    cli,
    command,
    torrent,
    ...options,
    ...['--listen', '0', '--host', '127.0.0.1', '--transport', transport, '--encryption', 'none', '--json'],
  ])

/** Seeds; `address` is where, as `host:port`. */
export async function seedWithPeerchart(torrent, folder, transport) {
  const seeder = start('seed', torrent, ['--data', folder], transport)
  const { host, port } = await seeder.next('listening')
  return { address: `${host}:${port}`, pid: seeder.pid, stop: () => seeder.end() }
}

/**
 * Answers the seconds from the dial to the last piece verified and written, as `peerchart download` tells them, and the processor's, of the whole
 * process.
 */
export async function leechWithPeerchart({ torrent, out, peer, transport }) {
  // It seeds afterwards, so that there is a process to look at.
  const leecher = start('download', torrent, ['--out', out, '--peer', peer, '--seed'], transport)
  try {
    const { seconds } = await leecher.next('done')
    return { seconds, processorSeconds: processorSeconds(leecher.pid) }
  } finally {
    await leecher.end()
  }
}
