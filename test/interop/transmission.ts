import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './addresses.ts'
import { collect, end } from './daemon.ts'

/** What a machine without the client is told. */
export const transmissionMissing = 'transmission-daemon is missing: install the Debian package transmission-daemon'

/** How a daemon behaves. */
export interface TransmissionOptions {
  /** The address it binds; its RPC stays on 127.0.0.1. Default 127.0.0.1. */
  readonly host?: string
  /** Transmission's own words: `tolerated` takes either and dials in plaintext. Default `preferred`. */
  readonly encryption?: 'tolerated' | 'preferred' | 'required'
  /** Speak uTP beside TCP. Default false. */
  readonly utp?: boolean
  /** Tell and hear of peers by `ut_pex`. Default false. */
  readonly pex?: boolean
}

/** A peer in the words of Transmission's RPC. `clientName` is made from the peer id alone. */
export interface TransmissionPeer {
  readonly address: string
  readonly port: number
  readonly clientName: string
  readonly isEncrypted: boolean
  readonly isIncoming: boolean
  readonly progress: number
}

/** A running transmission-daemon with at most one torrent; peers dial it at `address` (`host:port`). */
export interface Transmission {
  readonly address: string
  /** Adds a torrent whose data lies in `dir`, verifies it, and seeds, announcing it when an URL is given. Rejects when it is not complete. */
  seed(torrent: string, dir: string, announceUrl?: string): Promise<void>
  /** Adds a torrent to download into `dir`, announcing it at `announceUrl` when one is given. */
  leech(torrent: string, dir: string, announceUrl?: string): Promise<void>
  /** Resolves when the torrent is complete and verified; rejects after `timeoutMs`. */
  complete(timeoutMs?: number): Promise<void>
  /** The peers connected now. */
  peers(): Promise<readonly TransmissionPeer[]>
  /** Ends the daemon, its data written, and removes its configuration. */
  stop(): Promise<void>
}

interface TorrentState {
  readonly status: number
  readonly percentDone: number
  readonly recheckProgress: number
  readonly error: number
  readonly errorString: string
  readonly peers: readonly TransmissionPeer[]
}

/** `tr_torrent_activity` of a torrent that is stopped. */
const stopped = 0

/** Longest wait for the daemon to answer its RPC, and for one state to come. */
const startTimeoutMs = 20_000
const completeTimeoutMs = 60_000
const pollMs = 50

/** Starts a daemon that finds no peer by itself: no DHT, no local discovery, no port forwarding; and no uTP or PEX unless asked. */
export async function startTransmission(options: TransmissionOptions = {}): Promise<Transmission> {
  const host = options.host ?? '127.0.0.1'
  const config = await mkdtemp(join(tmpdir(), 'peerchart-transmission-'))
  const [peerPort, rpcPort] = await Promise.all([freePort(host), freePort('127.0.0.1')])
  await writeFile(join(config, 'settings.json'), JSON.stringify(settings(options, config, host, peerPort, rpcPort)))
  const daemon = spawn('transmission-daemon', ['--foreground', '--config-dir', config, '--log-error'], {
    // Its HTTP client would send announces for 127.0.0.1 to a proxy named in the environment.
    env: { ...process.env, HOME: config, TRANSMISSION_HOME: config, no_proxy: '*' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = collect(daemon)
  const stop = async (): Promise<void> => {
    await end(daemon)
    await rm(config, { recursive: true, force: true })
  }
  const rpc = rpcClient(`http://127.0.0.1:${rpcPort}/transmission/rpc`)
  const until = async (what: string, isReached: () => Promise<boolean>, timeoutMs: number): Promise<void> => {
    const deadline = performance.now() + timeoutMs
    while (!(await isReached())) {
      if (log.missing()) throw new Error(transmissionMissing)
      if (daemon.exitCode !== null) throw new Error(`transmission ended with code ${daemon.exitCode}\n${log.text()}`)
      if (performance.now() > deadline) throw new Error(`transmission: not ${what} in ${timeoutMs} ms\n${log.text()}`)
      await wait(pollMs)
    }
  }
  const state = async (): Promise<TorrentState> => {
    const fields = ['status', 'percentDone', 'recheckProgress', 'error', 'errorString', 'peers']
    const { torrents } = await rpc<{ torrents: TorrentState[] }>('torrent-get', { fields })
    const [torrent] = torrents
    if (torrent === undefined) throw new Error('transmission: no torrent was added')
    if (torrent.error !== 0) throw new Error(`transmission: ${torrent.errorString}`)
    return torrent
  }
  const add = async (torrent: string, dir: string): Promise<void> => {
    const metainfo = (await readFile(torrent)).toString('base64')
    await rpc('torrent-add', { metainfo, 'download-dir': dir, paused: true })
  }
  const announceAt = async (url: string | undefined): Promise<void> => {
    if (url !== undefined) await rpc('torrent-set', { trackerAdd: [url] })
  }
  // Start and verify answer before they act: the torrent is looked at until it has settled.
  const verified = async (): Promise<boolean> => {
    const { status, percentDone } = await state()
    return status === stopped && percentDone === 1
  }

  try {
    await until('ready', () => rpc('session-get').then(...answers), startTimeoutMs)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address: `${host}:${peerPort}`,
    seed: async (torrent, dir, announceUrl) => {
      await add(torrent, dir)
      await announceAt(announceUrl)
      await rpc('torrent-verify')
      await until('verified', verified, startTimeoutMs)
      await rpc('torrent-start-now')
      await until('seeding', async () => (await state()).status !== stopped, startTimeoutMs)
    },
    leech: async (torrent, dir, announceUrl) => {
      await add(torrent, dir)
      await announceAt(announceUrl)
      await rpc('torrent-start-now')
      await until('downloading', async () => (await state()).status !== stopped, startTimeoutMs)
    },
    complete: (timeoutMs = completeTimeoutMs) =>
      until('complete', async () => (await state()).percentDone === 1, timeoutMs),
    peers: async () => (await state()).peers,
    stop,
  }
}

/** Settles a promise to whether it was fulfilled. */
const answers = [() => true, () => false] as const

function settings(
  options: TransmissionOptions,
  dir: string,
  host: string,
  peerPort: number,
  rpcPort: number,
): Record<string, string | number | boolean> {
  return {
    'bind-address-ipv4': host,
    'bind-address-ipv6': '::1',
    'blocklist-enabled': false,
    'dht-enabled': false,
    'download-dir': dir,
    encryption: ['tolerated', 'preferred', 'required'].indexOf(options.encryption ?? 'preferred'),
    'lpd-enabled': false,
    'peer-port': peerPort,
    'peer-port-random-on-start': false,
    'pex-enabled': options.pex ?? false,
    'port-forwarding-enabled': false,
    'rename-partial-files': false,
    'rpc-authentication-required': false,
    'rpc-bind-address': '127.0.0.1',
    'rpc-enabled': true,
    'rpc-host-whitelist-enabled': false,
    'rpc-port': rpcPort,
    'rpc-whitelist-enabled': false,
    'scrape-paused-torrents-enabled': false,
    'utp-enabled': options.utp ?? false,
    'watch-dir-enabled': false,
  }
}

/** Calls Transmission's RPC, fetching the session id that it asks for by a 409. Rejects on any result but success. */
function rpcClient(url: string): <T>(method: string, args?: Record<string, unknown>) => Promise<T> {
  let session = ''
  const post = (body: string): Promise<Response> =>
    fetch(url, { method: 'POST', body, headers: { 'X-Transmission-Session-Id': session } })
  return async <T>(method: string, args: Record<string, unknown> = {}): Promise<T> => {
    const body = JSON.stringify({ method, arguments: args })
    let response = await post(body)
    if (response.status === 409) {
      session = response.headers.get('X-Transmission-Session-Id') ?? ''
      response = await post(body)
    }
    const reply = (await response.json()) as { readonly result: string; readonly arguments: T }
    if (reply.result !== 'success') throw new Error(`transmission: ${method}: ${reply.result}`)
    return reply.arguments
  }
}
