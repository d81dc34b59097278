import type { TorrentContext } from './context.ts'
import { tellInterest } from './interest.ts'
import { order } from './order.ts'
import { Pace, telling } from './pace.ts'
import { type Enqueue, giveOrders } from './say.ts'
import type { PeerRecord } from './swarm.ts'

/**
 * What all peers of a torrent are to hear: of each verified piece a `have` (BEP 3), and a changed extended handshake (BEP 10). A batch
 * at a time, so that a thousand peers keep nobody waiting; who has waited longest is next, and hears everything at once.
 */
export class Telling {
  /** Verified since the torrent was made, in order. */
  readonly pieces: number[] = []
  /** How often our extended handshake has changed. */
  greetings = 0
  /** Peers that have not heard everything, the one that waits longest first. */
  readonly behind = new Set<number>()
  readonly pace = new Pace(telling.batch)

  /** All peers are to hear of a piece. */
  addPiece(index: number, peers: Iterable<number>): void {
    this.pieces.push(index)
    for (const peer of peers) this.behind.add(peer)
  }

  /** All peers are to hear our extended handshake. */
  addGreeting(peers: Iterable<number>): void {
    this.greetings++
    for (const peer of peers) this.behind.add(peer)
  }
}

interface TellingEnqueue extends Enqueue {
  raise(event: { readonly type: 'timer.telling' }, options: { readonly delay: number; readonly id: string }): void
}

/** Tells as many as belong to a batch; the rest waits for `timer.telling`. */
export function tellBatch(enqueue: TellingEnqueue, context: TorrentContext): void {
  const { swarm, telling: work } = context.work
  for (const peer of work.behind) {
    const record = swarm.peers.get(peer)
    if (record && !tellOne(enqueue, context, record)) break
    work.behind.delete(peer)
  }
  if (work.pace.rest()) enqueue.raise({ type: 'timer.telling' }, { delay: telling.pauseMs, id: 'telling' })
}

/** False when the batch was spent before the peer has heard everything. */
function tellOne(enqueue: Enqueue, { greeting, work }: TorrentContext, record: PeerRecord): boolean {
  const { greetings, pace, pieces } = work.telling
  if (record.toldGreetings < greetings) {
    if (pace.isSpent) return false
    pace.spend()
    record.toldGreetings = greetings
    giveOrders(enqueue, order(record, { type: 'torrent.greet', greeting }))
  }
  if (record.state !== 'open') return true
  for (const index of pieces.slice(record.toldPieces)) {
    if (pace.isSpent) return false
    pace.spend()
    record.toldPieces++
    giveOrders(enqueue, order(record, { type: 'torrent.have', index }))
  }
  giveOrders(enqueue, tellInterest(record))
  return true
}
