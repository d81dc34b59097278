import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './addresses.ts'
import { collect, end } from './daemon.ts'

/** What a machine without the client is told. */
export const rtorrentMissing = 'rtorrent is missing: install the Debian package rtorrent'

/** A running rtorrent with one torrent; peers dial it at `address` (`host:port`). */
export interface Rtorrent {
  readonly address: string
  /** Resolves when the torrent is complete and verified; rejects after `timeoutMs`. */
  complete(timeoutMs?: number): Promise<void>
  stop(): Promise<void>
}

const startTimeoutMs = 20_000
const completeTimeoutMs = 60_000
const pollMs = 50

/** Seeds a torrent whose data lies in `dir`. Rejects when it is not complete. */
export async function seedWithRtorrent(torrent: string, dir: string): Promise<Rtorrent> {
  const rtorrent = await leechWithRtorrent(torrent, dir)
  try {
    await rtorrent.complete(startTimeoutMs)
    return rtorrent
  } catch (error) {
    await rtorrent.stop()
    throw error
  }
}

/** Downloads a torrent into `dir`, of which it verifies what is there, and seeds it then. It finds no peer by itself. */
export async function leechWithRtorrent(torrent: string, dir: string): Promise<Rtorrent> {
  const home = await mkdtemp(join(tmpdir(), 'peerchart-rtorrent-'))
  const port = await freePort('127.0.0.1')
  const socket = join(home, 'rpc')
  await mkdir(join(home, 'session'))
  const tracked = join(home, 'tracked.torrent')
  await writeFile(tracked, withTracker(await readFile(torrent)))
  await writeFile(join(home, 'rtorrent.rc'), settings(home, port, socket))
  const client = spawn('rtorrent', ['-n', '-o', `import=${join(home, 'rtorrent.rc')}`], {
    // It would send announces for 127.0.0.1 to a proxy named in the environment.
    env: { ...process.env, HOME: home, no_proxy: '*' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = collect(client)
  const until = async (what: string, isReached: () => Promise<boolean>, timeoutMs: number): Promise<void> => {
    const deadline = performance.now() + timeoutMs
    while (!(await isReached())) {
      if (log.missing()) throw new Error(rtorrentMissing)
      if (client.exitCode !== null) throw new Error(`rtorrent ended with code ${client.exitCode}\n${log.text()}`)
      if (performance.now() > deadline) throw new Error(`rtorrent: not ${what} in ${timeoutMs} ms\n${log.text()}`)
      await wait(pollMs)
    }
  }
  const stop = async (): Promise<void> => {
    await end(client)
    await rm(home, { recursive: true, force: true })
  }
  try {
    await until('ready', () => call(socket, 'system.client_version').then(...answers), startTimeoutMs)
    await call(socket, 'load.start', '', tracked, `d.directory.set=${dir}`)
    const listed = () => call(socket, 'd.multicall2', '', 'main', 'd.is_active=')
    await until('started', async () => (await listed()).includes('<i8>1</i8>'), startTimeoutMs)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address: `127.0.0.1:${port}`,
    complete: (timeoutMs = completeTimeoutMs) =>
      until(
        'complete',
        async () => (await call(socket, 'd.multicall2', '', 'main', 'd.complete=')).includes('<i8>1</i8>'),
        timeoutMs,
      ),
    stop,
  }
}

/** Settles a promise to whether it was fulfilled. */
const answers = [() => true, () => false] as const

/** It takes no torrent without a tracker: the same torrent with one, which is not there. */
function withTracker(torrent: Uint8Array): Uint8Array {
  const url = 'http://127.0.0.1:1/announce'
  return Buffer.concat([Buffer.from(`d8:announce${url.length}:${url}`), torrent.subarray(1)])
}

/** As a daemon it needs no terminal. */
const settings = (home: string, port: number, socket: string): string =>
  [
    'system.daemon.set = true',
    'network.bind_address.set = 127.0.0.1',
    `network.port_range.set = ${port}-${port}`,
    'network.port_random.set = no',
    `network.scgi.open_local = ${socket}`,
    `session.path.set = ${join(home, 'session')}`,
    'dht.mode.set = disable',
    'protocol.pex.set = yes',
    'trackers.use_udp.set = no',
    'protocol.encryption.set = allow_incoming,try_outgoing,enable_retry',
    '',
  ].join('\n')

/** Calls a method of its XML-RPC with strings, over SCGI: what it answers, as text. Rejects on a fault. */
async function call(socket: string, method: string, ...params: readonly string[]): Promise<string> {
  const escaped = params.map((text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'))
  const values = escaped.map((text) => `<param><value><string>${text}</string></value></param>`).join('')
  const body = Buffer.from(`<methodCall><methodName>${method}</methodName><params>${values}</params></methodCall>`)
  const head = `CONTENT_LENGTH\0${body.length}\0SCGI\x001\0`
  const connection = connect(socket)
  connection.end(Buffer.concat([Buffer.from(`${head.length}:${head},`), body]))
  const chunks: Buffer[] = []
  for await (const chunk of connection) chunks.push(chunk)
  const reply = Buffer.concat(chunks).toString()
  if (!reply.includes('<params>')) throw new Error(`rtorrent: ${method}: ${reply.slice(0, 500)}`)
  return reply
}
