import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './addresses.ts'
import { collect, end } from './daemon.ts'

/** What a machine without the client is told. */
export const aria2Missing = 'aria2c is missing: install the Debian package aria2'

/**
 * How an aria2 encrypts. It always dials with MSE first and offers both ciphers, and of those it is offered it takes the lowest it may.
 * `plain`: as it comes, it takes either cipher and, refused, dials in the clear. `arc4`: of a negotiation RC4 alone. `require-crypto`: no
 * connection without a negotiation. `force-encryption`: no connection but in RC4.
 */
export type Aria2Encryption = keyof typeof encryptionArgs

const encryptionArgs = {
  plain: [],
  arc4: ['--bt-min-crypto-level=arc4'],
  'require-crypto': ['--bt-require-crypto=true'],
  'force-encryption': ['--bt-force-encryption=true'],
} as const

/** How one runs. */
export interface Aria2Options {
  /** Default `plain`. */
  readonly encryption?: Aria2Encryption
  /** Of a tracker that names whom to dial: it finds peers in no other way. */
  readonly announceUrl?: string
  /** Tell and hear of peers by `ut_pex`. Default: it does neither. */
  readonly pex?: boolean
}

/** A peer in the words of aria2's RPC. */
export interface Aria2Peer {
  readonly peerId: string
  readonly ip: string
  readonly port: string
  readonly seeder: 'true' | 'false'
}

/** A running aria2c with one torrent; peers dial it at `address` (`host:port`). */
export interface Aria2 {
  readonly address: string
  /** Resolves when the torrent is complete; rejects after `timeoutMs`. */
  complete(timeoutMs?: number): Promise<void>
  /** The peers connected now. */
  peers(): Promise<readonly Aria2Peer[]>
  stop(): Promise<void>
}

interface Download {
  readonly gid: string
  readonly status: string
  readonly errorMessage?: string
  /** `true` once everything is there and checked. */
  readonly seeder?: 'true' | 'false'
  readonly followedBy?: readonly string[]
}

const startTimeoutMs = 20_000
const completeTimeoutMs = 60_000
const pollMs = 50

/** Seeds a torrent whose data lies in `dir`. Rejects when it is not complete. */
export async function seedWithAria2(torrent: string, dir: string, options: Aria2Options = {}): Promise<Aria2> {
  const aria2 = await start(torrent, dir, options, ['--check-integrity=true'])
  try {
    await aria2.complete(startTimeoutMs)
    return aria2
  } catch (error) {
    await aria2.stop()
    throw error
  }
}

/** Downloads a torrent, by its file or a magnet link, into `dir`, and seeds it then. */
export function leechWithAria2(torrent: string, dir: string, options: Aria2Options = {}): Promise<Aria2> {
  return start(torrent, dir, options, [])
}

async function start(torrent: string, dir: string, options: Aria2Options, args: readonly string[]): Promise<Aria2> {
  const [peerPort, rpcPort] = await Promise.all([freePort('127.0.0.1'), freePort('127.0.0.1')])
  const { announceUrl, encryption = 'plain' } = options
  const client = spawn(
    'aria2c',
    [
      '--no-conf',
      `--dir=${dir}`,
      `--listen-port=${peerPort}`,
      '--enable-rpc=true',
      `--rpc-listen-port=${rpcPort}`,
      '--enable-dht=false',
      '--enable-dht6=false',
      `--enable-peer-exchange=${options.pex === true}`,
      '--bt-enable-lpd=false',
      '--file-allocation=none',
      '--seed-ratio=0.0',
      '--console-log-level=warn',
      '--summary-interval=0',
      ...(announceUrl === undefined ? [] : [`--bt-tracker=${announceUrl}`]),
      ...encryptionArgs[encryption],
      ...args,
      torrent,
    ],
    // It would send announces for 127.0.0.1 to a proxy named in the environment.
    { env: { ...process.env, HOME: dir, no_proxy: '*' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const log = collect(client)
  const rpc = rpcClient(`http://127.0.0.1:${rpcPort}/jsonrpc`)
  const until = async (what: string, isReached: () => Promise<boolean>, timeoutMs: number): Promise<void> => {
    const deadline = performance.now() + timeoutMs
    while (!(await isReached())) {
      if (log.missing()) throw new Error(aria2Missing)
      if (client.exitCode !== null) throw new Error(`aria2c ended with code ${client.exitCode}\n${log.text()}`)
      if (performance.now() > deadline) throw new Error(`aria2c: not ${what} in ${timeoutMs} ms\n${log.text()}`)
      await wait(pollMs)
    }
  }
  /** The torrent; of a magnet link first what fetches the metadata, and what that leads to. */
  const download = async (): Promise<Download> => {
    const keys = ['gid', 'status', 'errorMessage', 'seeder', 'followedBy']
    const [active, waiting, stopped] = await Promise.all([
      rpc<Download[]>('aria2.tellActive', keys),
      rpc<Download[]>('aria2.tellWaiting', 0, 10, keys),
      rpc<Download[]>('aria2.tellStopped', 0, 10, keys),
    ])
    const found = [...active, ...waiting, ...stopped].find(({ followedBy }) => followedBy === undefined)
    if (found === undefined) throw new Error(`aria2c has no torrent\n${log.text()}`)
    if (found.status === 'error') throw new Error(`aria2c: ${found.errorMessage}`)
    return found
  }
  const stop = () => end(client)
  try {
    await until('ready', () => rpc('aria2.getVersion').then(...answers), startTimeoutMs)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address: `127.0.0.1:${peerPort}`,
    complete: (timeoutMs = completeTimeoutMs) =>
      until('complete', async () => (await download()).seeder === 'true', timeoutMs),
    peers: async () => rpc<Aria2Peer[]>('aria2.getPeers', (await download()).gid),
    stop,
  }
}

/** Settles a promise to whether it was fulfilled. */
const answers = [() => true, () => false] as const

/** Calls aria2's RPC. Rejects on any answer but a result, which is trusted to be a `T`. */
function rpcClient(url: string): <T = unknown>(method: string, ...params: readonly unknown[]) => Promise<T> {
  return async <T>(method: string, ...params: readonly unknown[]) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 'interop', method, params })
    const reply = await fetch(url, { method: 'POST', body })
    const { result, error } = (await reply.json()) as { result?: T; error?: { message: string } }
    if (result === undefined) throw new Error(`aria2c: ${method}: ${error?.message ?? reply.status}`)
    return result
  }
}
