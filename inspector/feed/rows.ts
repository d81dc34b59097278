import type { AnyActorRef } from 'xstate'
import type { TorrentView } from '../../machines/explain/torrent.ts'
import type { PeerView } from '../../machines/peer/vocabulary/events.ts'
import type { PeerRow, TorrentRow } from '../protocol/protocol.ts'
import { peerRow } from './peer-row.ts'
import { ownerOf } from './speaker.ts'
import { torrentRow } from './torrent-row.ts'
import { actorRow, type Watched } from './watched.ts'

/** How often a row of a peer and of a torrent is made anew at most, in milliseconds: `explain` and the piece map take their time. */
const peerMs = 500
const torrentMs = 1_000
/** Rows that are made at once at most; the others come with the next batch. */
const peersAtOnce = 100
const torrentsAtOnce = 10

/** The rows of peers and torrents, each made when somebody looks and something has changed, and not too often. */
export class Rows {
  readonly peers = new Map<number, PeerRow>()
  readonly torrents = new Map<number, TorrentRow>()
  readonly #madeAt = new Map<number, number>()
  readonly #byRef: (ref: AnyActorRef) => Watched | undefined

  constructor(byRef: (ref: AnyActorRef) => Watched | undefined) {
    this.#byRef = byRef
  }

  /** Makes those of all that have changed, for a page that has none. */
  makeAll(changed: Iterable<Watched>, now: number): void {
    for (const watched of changed) if (this.#isDue(watched, now)) this.#make(watched, now)
  }

  /** Makes those that are due, of those that have changed, up to a bound. Answers whose, which are then no more among the changed. */
  makeSome(changed: Set<Watched>, now: number): number[] {
    const made: number[] = []
    const left = { peer: peersAtOnce, torrent: torrentsAtOnce }
    for (const watched of changed) {
      const kind = watched.role === 'peer' ? 'peer' : 'torrent'
      if (left[kind] === 0 || !this.#isDue(watched, now)) continue
      left[kind]--
      changed.delete(watched)
      this.#make(watched, now)
      made.push(watched.id)
    }
    return made
  }

  forget(id: number): void {
    this.peers.delete(id)
    this.torrents.delete(id)
    this.#madeAt.delete(id)
  }

  /** The torrent that a peer belongs to, which need not have made it; 0 for none. */
  torrentOf(peer: Watched): number {
    const core = ownerOf(peer, this.#byRef)
    return core?.parent?.role === 'torrent' ? core.parent.id : 0
  }

  /** How it ended is told at once. */
  #isDue({ id, endedAt, role }: Watched, now: number): boolean {
    const madeAt = this.#madeAt.get(id) ?? Number.NEGATIVE_INFINITY
    return endedAt !== undefined || now - madeAt >= (role === 'peer' ? peerMs : torrentMs)
  }

  #make(watched: Watched, now: number): void {
    const { id, role, snapshot } = watched
    if (snapshot === undefined || snapshot.status === 'error') return
    this.#madeAt.set(id, now)
    try {
      if (role === 'peer') this.peers.set(id, peerRow(id, this.torrentOf(watched), snapshot as PeerView))
      if (role === 'torrent') this.torrents.set(id, torrentRow(id, actorRow(watched).name, snapshot as TorrentView))
    } catch {
      // It is one by its name alone: a machine of the program's own.
    }
  }
}
