import type { Clock } from '../../transport/clock.ts'
import type { Random } from '../../transport/random.ts'
import type { TrackerNetwork } from '../../transport/tracker/network.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'
import { pickSome } from './random-pick.ts'

/** Where members announce. */
export const trackerUrl = 'http://10.255.255.1/announce'

/** In seconds: when a member is to announce again. */
const intervalSeconds = 600

/** A peer is forgotten that has not announced for two intervals. */
const forgottenMs = 2 * intervalSeconds * 1000

/** How long a request and its answer take together, in milliseconds. */
const roundTripMs = 80

/** Peers that an answer names (BEP 3: 50 where the client does not say). */
const answerPeers = 50

/** A tracker that all members reach: it names peers that have announced, by chance. */
export class SimulatedTracker {
  readonly #clock: Clock
  readonly #random: Random
  readonly #announcedAt = new Map<string, number>()
  /** Announces that were answered. */
  announces = 0

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** What the member at `host` asks it by. */
  networkOf(host: string, port: number, clock: Clock): Pick<TrackerNetwork, 'http' | 'datagrams'> {
    return {
      http: ({ url }, done) => {
        const timer = clock.setTimeout(() => {
          this.announces++
          const event = url.searchParams.get('event')
          const peers = this.#peersFor(host)
          if (event === 'stopped') this.#announcedAt.delete(host)
          else this.#announcedAt.set(host, this.#clock.now())
          const compact = Uint8Array.from(
            peers.flatMap((peer) => [...peer.split('.').map(Number), port >> 8, port & 0xff]),
          )
          done({ answer: { status: 200, body: encodeBencode({ interval: intervalSeconds, peers: compact }) } })
        }, roundTripMs)
        return () => clock.clearTimeout(timer)
      },
      datagrams: {
        bind: () => undefined,
        resolve: (name, done) => done([name]),
        anyHostFor: () => host,
      },
    }
  }

  #peersFor(host: string): string[] {
    const since = this.#clock.now() - forgottenMs
    for (const [peer, at] of this.#announcedAt) if (at < since) this.#announcedAt.delete(peer)
    const others = [...this.#announcedAt.keys()].filter((peer) => peer !== host)
    return pickSome(others, answerPeers, this.#random)
  }
}
