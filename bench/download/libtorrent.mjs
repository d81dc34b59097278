import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startJsonLines } from '../lib/json-lines.mjs'
import { processorSeconds } from '../lib/process-figures.mjs'

const run = promisify(execFile)

/** The interpreter that Debian's python3-libtorrent is built for. */
const python = '/usr/bin/python3'

const client = fileURLToPath(new URL('../../test/interop/libtorrent-client.py', import.meta.url))

/** In seconds, for a seeder: all rounds of a benchmark on a slow machine. */
const deadline = '3600'

/** In plaintext, as peerchart beside it. */
const plaintext = ['--encryption', 'disabled']

/** Which libtorrent there is; undefined when there is none. */
export const libtorrentVersion = () =>
  run(python, ['-c', 'import libtorrent; print(libtorrent.__version__)']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )

export const createTorrentFile = (path, torrent, pieceLength) =>
  run(python, [client, 'create', path, torrent, '--piece-length', String(pieceLength)])

/** Seeds without limits; `address` is where, as `host:port`. */
export async function seedWithLibtorrent(torrent, folder, transport) {
  const how = ['--transport', transport, '--deadline', deadline, ...plaintext]
  const seeder = startJsonLines(python, [client, 'seed', torrent, folder, ...how])
  const { host, port } = await seeder.next('listening')
  return { address: `${host}:${port}`, pid: seeder.pid, stop: () => seeder.end() }
}

/**
 * Answers the seconds from the dial, which follows `listening` at once, to `done`, which is looked for every 20 ms, and the processor's, of the
 * whole process.
 */
export async function leechWithLibtorrent({ torrent, out, peer, transport }) {
  const leecher = startJsonLines(python, [
    client,
    'leech',
    torrent,
    out,
    '--peer',
    peer,
    '--transport',
    transport,
    '--deadline',
    deadline,
    ...plaintext,
  ])
  try {
    const { at: startedAt } = await leecher.next('listening')
    const { at: doneAt } = await leecher.next('done')
    return { seconds: (doneAt - startedAt) / 1000, processorSeconds: processorSeconds(leecher.pid) }
  } finally {
    await leecher.end()
  }
}
