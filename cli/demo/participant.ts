import type { Metainfo } from '../../storage/metainfo.ts'
import type { ChunkStore } from '../../storage/store.ts'
import type { Address } from '../../transport/transport.ts'
import type { TorrentHandle } from '../context/api.ts'
import type { Context } from '../context/context.ts'
import type { Observers } from '../torrent/observed.ts'
import { openPeerBook, type PeerBook } from '../torrent/peer-book.ts'
import { type Report, report } from '../torrent/report.ts'
import { createCorruptStore } from './corrupt-store.ts'
import { createSlowStore } from './slow-store.ts'

/** Slow enough for the bars to be seen moving, fast enough for the demo to end within seconds. */
const diskBytesPerSecond = 1536 * 1024

/** What somebody is in the demo: serves the data, serves it wrong, or wants it. */
export type Role = 'seeder' | 'corrupter' | 'leecher'

/** One client of the demo's swarm. */
export interface Participant {
  readonly name: string
  readonly role: Role
  readonly torrent: TorrentHandle
  readonly store: ChunkStore
  readonly book: PeerBook
  readonly reports: Report
  /** Where it accepts peers. */
  readonly listening: Promise<Address>
  /** Every piece is verified and written. */
  readonly complete: Promise<void>
  /** Rejects when the torrent fails; never resolves. */
  readonly failed: Promise<never>
}

/** Sets a participant up, with every piece of `pieces` unless it is a leecher; it waits to be started. */
export async function createParticipant(
  name: string,
  role: Role,
  metainfo: Metainfo,
  pieces: readonly Uint8Array[],
  observers: Observers,
  { api, clock, output }: Context,
): Promise<Participant> {
  const memory = api.openMemoryStore(metainfo)
  let verified = false
  const store = {
    // The corrupter is the fastest of all, so that it is sure to be asked.
    corrupter: () => createCorruptStore(memory, () => verified),
    seeder: () => createSlowStore(memory, clock, diskBytesPerSecond, () => verified),
    leecher: () => memory,
  }[role]()
  if (role !== 'leecher') for (const [index, piece] of pieces.entries()) await putPiece(memory, index, piece)

  const torrent = api.createTorrent({
    metainfo,
    store,
    listen: { host: '127.0.0.1', port: 0 },
    transport: api.tcpTransport(),
    encryption: 'required',
    ...observers,
  })
  const reports = report(torrent, output, name)
  const book = openPeerBook(torrent)
  torrent.on('verified', () => {
    verified = true
  })
  return {
    name,
    role,
    torrent,
    store,
    book,
    reports,
    listening: new Promise((resolve) => torrent.on('listening', ({ address }) => resolve(address))),
    complete: new Promise((resolve) => torrent.on('done', () => resolve())),
    failed: new Promise((_, reject) => torrent.on('failed', ({ error }) => reject(error))),
  }
}

/** Whether the store holds exactly these pieces. */
export async function holdsPieces(store: ChunkStore, pieces: readonly Uint8Array[]): Promise<boolean> {
  for (const [index, piece] of pieces.entries()) {
    if (Buffer.compare(await getPiece(store, index), piece) !== 0) return false
  }
  return true
}

function putPiece(store: ChunkStore, index: number, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    store.put(index, piece, (error) => (error === null ? resolve() : reject(error)))
  })
}

function getPiece(store: ChunkStore, index: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    store.get(index, undefined, (error, data) => {
      if (error === null && data !== undefined) resolve(data)
      else reject(error ?? new Error(`piece ${index} is missing`))
    })
  })
}
