import type { Random } from '../../transport/random.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'
import { pickSome } from './random-pick.ts'
import { addressOf } from './roster.ts'

/** Where members announce. */
export const trackerUrl = 'http://10.255.255.1/announce'

/** How long a letter to the tracker, or from it, is under way, in milliseconds. */
export const trackerLatencyMs = 40

/** The port all members listen on. */
export const memberPort = 6881

/** In seconds: when a member is to announce again. */
const intervalSeconds = 600

/** A peer is forgotten that has not announced for two intervals. */
const forgottenMs = 2 * intervalSeconds * 1000

/** Peers that an answer names (BEP 3: 50 where the client does not say). */
const answerPeers = 50

/** A tracker that all members reach: it names peers that have announced, by chance. Members are known by their numbers. */
export class SimulatedTracker {
  readonly #random: Random
  readonly #announcedAt = new Map<number, number>()
  /** Announces that were answered. */
  announces = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** A member announces at a time. Answers the body of the response. */
  announce(member: number, isStopped: boolean, now: number): Uint8Array {
    this.announces++
    const peers = this.#peersFor(member, now)
    if (isStopped) this.#announcedAt.delete(member)
    else this.#announcedAt.set(member, now)
    const compact = peers.flatMap((peer) => [
      ...addressOf(peer).split('.').map(Number),
      memberPort >> 8,
      memberPort & 0xff,
    ])
    return encodeBencode({ interval: intervalSeconds, peers: Uint8Array.from(compact) })
  }

  #peersFor(member: number, now: number): number[] {
    for (const [peer, at] of this.#announcedAt) if (at < now - forgottenMs) this.#announcedAt.delete(peer)
    const others = [...this.#announcedAt.keys()].filter((peer) => peer !== member)
    return pickSome(others, answerPeers, this.#random)
  }
}
