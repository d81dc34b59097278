import type { PeerSummary, TorrentEmitted } from '../../machines/torrent/vocabulary/emitted.ts'
import type { TorrentHandle } from '../context/api.ts'
import type { Context } from '../context/context.ts'
import { Interruption } from '../process/exit.ts'
import { every } from '../process/ticker.ts'
import { openPeerBook } from './peer-book.ts'
import { peerTable } from './peer-table.ts'
import { report } from './report.ts'
import { standingsOf } from './standings.ts'

const tickMs = 500

type Emitted<T extends TorrentEmitted['type']> = Extract<TorrentEmitted, { type: T }>

/** What a command does as its torrent goes on. Whatever one of these throws ends the session and is thrown by it. */
export interface Plan {
  /** What goes on beside it: the session ends when that has ended too, and fails where it fails. */
  readonly alongside?: Promise<void> | undefined
  /** The metadata of a magnet link has come; its data on disk is being checked. */
  metadata?(event: Emitted<'metadata'>): void
  /** The data on disk has been checked. */
  verified(event: Emitted<'verified'>, end: () => void): void
  /** The last piece has been verified and written. */
  done(event: Emitted<'done'>, end: () => void): void
  /** Twice a second, with every peer there is or was. */
  tick?(peers: readonly PeerSummary[]): void
  /** One line for a user that breaks it off: how far it came. Undefined where that is how it ends. */
  brokenOff?(): string | undefined
}

/**
 * Starts a torrent and reports on it until the plan ends it, it fails, or the context's signal aborts; the latter two throw.
 * `name`: what to call it until its metadata has come. In every case the torrent has stopped, its writes flushed and its sockets closed, before this settles.
 */
export async function runSession(
  torrent: TorrentHandle,
  name: string,
  { output, clock, signal }: Context,
  plan: Plan,
): Promise<void> {
  signal.throwIfAborted()
  const book = openPeerBook(torrent)
  const reports = report(torrent, output)
  let isChecked = false
  const show = () => {
    reports.progress()
    output.standings(standingsOf(torrent, name, isChecked))
  }
  let endTicks = () => {}
  let lastLine: string | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const caught = (run: () => void) => {
        try {
          run()
        } catch (error) {
          reject(error)
        }
      }
      const end = () => resolve(plan.alongside)
      plan.alongside?.catch(reject)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      torrent.on('failed', ({ error }) => reject(error))
      torrent.on('metadata', (event) => caught(() => plan.metadata?.(event)))
      torrent.on('verified', (event) =>
        caught(() => {
          isChecked = true
          show()
          plan.verified(event, end)
        }),
      )
      torrent.on('done', (event) =>
        caught(() => {
          show()
          plan.done(event, end)
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
  } catch (error) {
    if (error instanceof Interruption) lastLine = plan.brokenOff?.()
    throw error
  } finally {
    endTicks()
    const table = peerTable(book.peers())
    await torrent.stop()
    reports.stop()
    book.stop()
    if (lastLine === undefined) output.table(table)
    else output.brokenOff(lastLine, table)
  }
}
