import { formatAddress } from '../../index.ts'
import type { PeerSummary, TorrentEmitted } from '../../machines/torrent/vocabulary/emitted.ts'
import type { TorrentHandle } from '../context/api.ts'
import type { Context } from '../context/context.ts'
import { formatBytes, formatRate } from '../output/format.ts'
import type { Standing } from '../output/output.ts'
import { every } from '../process/ticker.ts'
import { openPeerBook, type PeerBook } from './peer-book.ts'
import { report } from './report.ts'

const tickMs = 500

type Emitted<T extends TorrentEmitted['type']> = Extract<TorrentEmitted, { type: T }>

/** What a command does as its torrent goes on. Whatever one of these throws ends the session and is thrown by it. */
export interface Plan {
  /** The metadata of a magnet link has come; its data on disk is being checked. */
  metadata?(event: Emitted<'metadata'>): void
  /** The data on disk has been checked. */
  verified(event: Emitted<'verified'>, end: () => void): void
  /** The last piece has been verified and written. */
  done(event: Emitted<'done'>, end: () => void): void
  /** Twice a second, with every peer there is or was. */
  tick?(peers: readonly PeerSummary[]): void
}

/**
 * Starts a torrent and reports on it until the plan ends it, it fails, or the context's signal aborts; the latter two throw.
 * In every case the torrent has stopped, its writes flushed and its sockets closed, before this settles.
 */
export async function runSession(
  torrent: TorrentHandle,
  { output, clock, signal }: Context,
  plan: Plan,
): Promise<void> {
  signal.throwIfAborted()
  const book = openPeerBook(torrent)
  const reports = report(torrent, output)
  const show = () => {
    reports.progress()
    output.standings(standings(torrent))
  }
  let endTicks = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      const caught = (run: () => void) => {
        try {
          run()
        } catch (error) {
          reject(error)
        }
      }
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      torrent.on('failed', ({ error }) => reject(error))
      torrent.on('metadata', (event) => caught(() => plan.metadata?.(event)))
      torrent.on('verified', (event) =>
        caught(() => {
          show()
          plan.verified(event, resolve)
        }),
      )
      torrent.on('done', (event) =>
        caught(() => {
          show()
          plan.done(event, resolve)
        }),
      )
      endTicks = every(clock, tickMs, () =>
        caught(() => {
          show()
          plan.tick?.(book.peers())
        }),
      )
      torrent.start()
    })
  } finally {
    endTicks()
    const rows = peerRows(book)
    await torrent.stop()
    reports.stop()
    book.stop()
    output.table(peerHead, rows)
  }
}

function standings({ progress, peers }: TorrentHandle): readonly Standing[] {
  return [
    { ...progress, name: 'total', note: `${progress.peers} peers` },
    ...peers
      .filter((peer) => peer.state === 'open')
      .map((peer) => ({
        name: `${formatAddress(peer.address)}${peer.direction === 'in' ? ' in' : ''}`,
        pieces: peer.pieces,
        total: progress.total,
        rateDown: peer.rateDown,
        rateUp: peer.rateUp,
        note: peer.client,
      })),
  ]
}

const peerHead = ['peer', 'client', 'encrypted', 'pieces', 'down', 'up', 'rate down', 'rate up', 'reputation', 'state']

function peerRows(book: PeerBook): readonly (readonly string[])[] {
  return book
    .peers()
    .map((peer) => [
      `${formatAddress(peer.address)} ${peer.direction}`,
      peer.client,
      peer.encrypted ? 'yes' : 'no',
      String(peer.pieces),
      formatBytes(peer.downloaded),
      formatBytes(peer.uploaded),
      formatRate(peer.rateDown),
      formatRate(peer.rateUp),
      String(peer.reputation),
      peer.reason === undefined ? peer.state : `${peer.state}: ${peer.reason}`,
    ])
}
