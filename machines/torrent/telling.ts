import { encodeDonthave } from '../../transport/wire/extended/lt-donthave.ts'
import type { TorrentCommand } from '../peer/events.ts'
import { extensionId } from '../peer/greeting.ts'
import type { TorrentContext } from './context.ts'
import { tellInterest } from './interest.ts'
import { type Order, order } from './order.ts'
import { Pace, telling } from './pace.ts'
import { PieceNews } from './piece-news.ts'
import { type Enqueue, giveOrders } from './say.ts'
import type { PeerRecord } from './swarm.ts'

/** Haves that cost as much as one message to a peer of its own: they are one write, as far as the socket has room. */
const havesOfMessage = 1_000

/**
 * What all peers of a torrent are to hear: when the metadata has come, how the torrent divides (BEP 9); of each verified piece a
 * `have` (BEP 3), and of each that was lost an `lt_donthave` (BEP 54); and a changed extended handshake (BEP 10). A batch at a time, so that a thousand peers keep nobody waiting; who has
 * waited longest is next, and hears everything at once.
 */
export class Telling {
  /** Pieces that became ours since the torrent was made, or were lost. */
  readonly pieces = new PieceNews()
  /** How often our extended handshake has changed. */
  greetings = 0
  /** Peers that have not heard everything, the one that waits longest first. */
  readonly behind = new Set<number>()
  readonly pace = new Pace(telling.batch)

  /** The metadata has come, and all peers are to hear it. */
  addLesson(peers: Iterable<number>): void {
    for (const peer of peers) this.behind.add(peer)
  }

  /** All peers are to hear of a piece. */
  addPiece(index: number, peers: Iterable<number>): void {
    this.pieces.add(index)
    for (const peer of peers) this.behind.add(peer)
  }

  /** All peers are to hear that a piece is ours no longer. */
  addLoss(index: number, peers: Iterable<number>): void {
    this.addPiece(~index, peers)
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
  work.pieces.tidy(swarm.peers.values(), hearsOfPieces)
  if (work.pace.rest()) enqueue.raise({ type: 'timer.telling' }, { delay: telling.pauseMs, id: 'telling' })
}

/** How the torrent divides, and what we have of it; nothing if the peer knows, or we do not, or its actor has yet to report. */
export function teach({ have, isChecked, layout, work }: TorrentContext, record: PeerRecord): Order[] {
  if (record.isTaught || !isChecked || !record.ref) return []
  record.isTaught = true
  record.toldPieces = work.telling.pieces.length
  return order(record, { type: 'torrent.learn', layout, have })
}

/** Others are told what we have when their handshake is done, or we know it. */
const hearsOfPieces = ({ holdsPlace, isTaught, state }: PeerRecord): boolean =>
  holdsPlace && isTaught && state !== 'closing'

/** Of a peer that does not listen to it, a request for a piece that is lost is refused. */
const takesDonthave = ({ ref }: PeerRecord): boolean =>
  extensionId(ref?.getSnapshot().context.remoteGreeting, 'lt_donthave') !== undefined

const donthave = (index: number): TorrentCommand => ({
  type: 'torrent.extended',
  name: 'lt_donthave',
  payload: encodeDonthave(index),
})

/** False when the batch was spent before the peer has heard everything. */
function tellOne(enqueue: Enqueue, context: TorrentContext, record: PeerRecord): boolean {
  const { greeting, have, work } = context
  const { greetings, pace, pieces } = work.telling
  if (!record.isTaught) {
    if (pace.isSpent) return false
    pace.spend(1 + Math.floor(have.count / havesOfMessage))
    giveOrders(enqueue, teach(context, record))
  }
  if (record.toldGreetings < greetings) {
    if (pace.isSpent) return false
    pace.spend()
    record.toldGreetings = greetings
    giveOrders(enqueue, order(record, { type: 'torrent.greet', greeting }))
  }
  if (record.state !== 'open') return true
  const hearsOfLosses = takesDonthave(record)
  for (let news = pieces.at(record.toldPieces); news !== undefined; news = pieces.at(record.toldPieces)) {
    if (pace.isSpent) return false
    record.toldPieces++
    if (news < 0 && !hearsOfLosses) continue
    pace.spend()
    giveOrders(enqueue, order(record, news < 0 ? donthave(~news) : { type: 'torrent.have', index: news }))
  }
  giveOrders(enqueue, tellInterest(record))
  return true
}
