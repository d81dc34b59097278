import { fileURLToPath } from 'node:url'
import { type JsonProcess, startJsonProcess } from './json-process.ts'

/** A peer as libtorrent saw it. `client` is what it made of our extended handshake or peer id; `peerId` is hex. */
export interface LibtorrentPeer {
  readonly address: string
  readonly direction: 'in' | 'out'
  readonly client: string
  readonly peerId: string
  /** `plaintext`: an MSE handshake that chose no cipher; `none`: no MSE at all. */
  readonly encryption: 'rc4' | 'plaintext' | 'none'
  readonly transport: 'tcp' | 'utp'
  readonly seed: boolean
  readonly extensions: boolean
  readonly downloaded: number
  readonly uploaded: number
}

/** What libtorrent reads in a .torrent file; `infoHash` is hex, sizes are bytes. */
export interface TorrentFacts {
  readonly infoHash: string
  readonly pieces: number
  readonly pieceLength: number
  readonly size: number
  readonly files: number
}

type LibtorrentEvent =
  | { readonly event: 'listening'; readonly host: string; readonly port: number }
  | {
      readonly event: 'progress'
      readonly pieces: number
      readonly total: number
      readonly downloaded: number
      readonly uploaded: number
    }
  | { readonly event: 'done' }
  /** Behind `done`: every write is in its file. */
  | { readonly event: 'flushed' }
  | { readonly event: 'corrupt'; readonly piece: number }
  | { readonly event: 'peers'; readonly peers: readonly LibtorrentPeer[] }
  | ({ readonly event: 'created' } & TorrentFacts)
  | ({ readonly event: 'info' } & TorrentFacts)

/** How a libtorrent peer behaves; what is left out is open: no limits, encryption as offered, TCP on 127.0.0.1. */
export interface LibtorrentOptions {
  readonly host?: string
  readonly port?: number
  /** Addresses to dial, `host:port`. */
  readonly peers?: readonly string[]
  /** Announce URLs of trackers, beside those that the torrent names. */
  readonly trackers?: readonly string[]
  readonly encryption?: 'disabled' | 'enabled' | 'forced'
  readonly cipher?: 'both' | 'rc4' | 'plaintext'
  readonly transport?: 'tcp' | 'utp' | 'any'
  /** Bytes a second. */
  readonly uploadLimit?: number
  /** Bytes a second. */
  readonly downloadLimit?: number
  /** Of each socket, in bytes. Default: the system's, which on loopback takes megabytes before a reader that is slow shows. */
  readonly receiveBuffer?: number
  readonly uploadSlots?: number
  /** Serve what lies in the folder without looking at it: how a test gets a seeder of wrong bytes. */
  readonly unchecked?: boolean
  /** Pretend to have nothing, and offer pieces one by one (BEP 16). */
  readonly superSeed?: boolean
  /** A node to enter the DHT by, `host:port`. Default: it is in none. */
  readonly dht?: string
  /** Tell and hear of peers by `ut_pex`. Default: it does neither. */
  readonly pex?: boolean
  /** Write libtorrent's alert log to standard error. */
  readonly alerts?: boolean
}

/** A libtorrent peer that listens at `address` (`host:port`). */
export interface Libtorrent {
  readonly address: string
  readonly process: JsonProcess<LibtorrentEvent>
  /** Every peer it has met, those that left included. */
  peers(): Promise<readonly LibtorrentPeer[]>
  stop(): Promise<void>
}

/** The interpreter that Debian's python3-libtorrent is built for; another `python3` on the path lacks it. */
const python = '/usr/bin/python3'

const program = fileURLToPath(new URL('libtorrent-client.py', import.meta.url))

/** What a machine without the client is told. */
export const libtorrentMissing = 'libtorrent is missing: install the Debian package python3-libtorrent'

/** Seeds `torrent` from `dir` once it is verified. Rejects when a piece of it is not right (unless `unchecked`). */
export function seedWithLibtorrent(torrent: string, dir: string, options: LibtorrentOptions = {}): Promise<Libtorrent> {
  return start('seed', torrent, dir, options)
}

/** Downloads `torrent` (a path or a magnet URI) into `dir`; its process prints `done` when all is verified. */
export function leechWithLibtorrent(
  torrent: string,
  dir: string,
  options: LibtorrentOptions = {},
): Promise<Libtorrent> {
  return start('leech', torrent, dir, options)
}

/** Makes a v1 .torrent of a file or folder. */
export async function createWithLibtorrent(path: string, torrent: string, pieceLength: number): Promise<TorrentFacts> {
  const run = spawnLibtorrent(['create', path, torrent, '--piece-length', String(pieceLength)])
  return run.waitFor('created')
}

/** What libtorrent makes of a .torrent file; rejects when it takes it for none. */
export async function readWithLibtorrent(torrent: string): Promise<TorrentFacts> {
  return spawnLibtorrent(['info', torrent]).waitFor('info')
}

async function start(
  command: 'seed' | 'leech',
  torrent: string,
  dir: string,
  options: LibtorrentOptions,
): Promise<Libtorrent> {
  const run = spawnLibtorrent([command, torrent, dir, ...toArguments(options)])
  try {
    const { host, port } = await run.waitFor('listening')
    return {
      address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
      process: run,
      peers: async () => {
        const before = run.all('peers').length
        run.send('peers')
        await run.waitFor('peers', () => run.all('peers').length > before)
        return run.all('peers').at(-1)?.peers ?? []
      },
      stop: async () => {
        await run.stop()
      },
    }
  } catch (error) {
    await run.stop()
    throw error
  }
}

function spawnLibtorrent(args: readonly string[]): JsonProcess<LibtorrentEvent> {
  return startJsonProcess<LibtorrentEvent>(`libtorrent ${args[0]}`, python, [program, ...args], libtorrentMissing)
}

function toArguments(options: LibtorrentOptions): string[] {
  const args: string[] = []
  const put = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) args.push(`--${name}`, String(value))
  }
  put('host', options.host)
  put('port', options.port)
  for (const peer of options.peers ?? []) put('peer', peer)
  for (const tracker of options.trackers ?? []) put('tracker', tracker)
  put('encryption', options.encryption)
  put('cipher', options.cipher)
  put('transport', options.transport)
  put('upload-limit', options.uploadLimit)
  put('download-limit', options.downloadLimit)
  put('receive-buffer', options.receiveBuffer)
  put('upload-slots', options.uploadSlots)
  put('dht', options.dht)
  if (options.unchecked === true) args.push('--unchecked')
  if (options.superSeed === true) args.push('--super-seed')
  if (options.pex === true) args.push('--pex')
  if (options.alerts === true) args.push('--alerts')
  return args
}
