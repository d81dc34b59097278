import { Pace, telling } from './batching.ts'
import { PieceNews } from './piece-news.ts'

/**
 * What all peers of a torrent are to be told: when the metadata has come, how the torrent divides (BEP 9); of each verified piece a `have`
 * (BEP 3), and of each that was lost an `lt_donthave` (BEP 54); and a changed extended handshake (BEP 10). A batch at a time, so that a
 * thousand peers keep nothing else waiting; the peer that has waited longest is next, and is told everything at once.
 */
export class Telling {
  /** Pieces that became ours since the torrent was made, or were lost. */
  readonly pieces = new PieceNews()
  /** How often our extended handshake has changed. */
  greetings = 0
  /** Peers that have not been told everything, the one that waits longest first. */
  readonly behind = new Set<number>()
  readonly pace = new Pace(telling.batch)

  /** The metadata has come, and all peers are to be told. */
  addLesson(peers: Iterable<number>): void {
    for (const peer of peers) this.behind.add(peer)
  }

  /** All peers are to be told of a piece. */
  addPiece(index: number, peers: Iterable<number>): void {
    this.pieces.add(index)
    for (const peer of peers) this.behind.add(peer)
  }

  /** All peers are to be told that a piece is ours no longer. */
  addLoss(index: number, peers: Iterable<number>): void {
    this.addPiece(~index, peers)
  }

  /** All peers are to be sent our extended handshake. */
  addGreeting(peers: Iterable<number>): void {
    this.greetings++
    for (const peer of peers) this.behind.add(peer)
  }
}
