import { canonicalHost, distance, hostKey, ipBytes, ipText, isDialable } from '../../../transport/address.ts'

/** Hosts that have to agree before others are told of an address: fewer could have us send a swarm to their victim. Our own number. */
export const witnessesMin = 3

/** Hosts that are believed; the oldest goes first. A few dozen are enough for a majority, and follow when our address changes. */
export const votersMax = 50

interface Vote {
  readonly host: string
  /** Addresses of one kind see us alike: of one family, and as far off. */
  readonly kind: string
}

/**
 * Under which of our addresses others know us. We may listen on all of them, or behind a router, so peers have to say
 * (BEP 10, `yourip`). Each is free to lie: every host (`hostKey`) has one vote, and the majority counts.
 */
export class OwnAddress {
  /** By the host that said so, oldest first. */
  readonly #votes = new Map<string, Vote>()

  /**
   * A peer on the host `voter` sees us at `yourip`, 4 or 16 bytes; the last that it said counts. An address that cannot be dialled is
   * passed over.
   */
  hear(voter: string, yourip: Uint8Array): void {
    const host = ipText(yourip)
    if (!isDialable({ host, port: 1 })) return
    const key = hostKey(voter)
    this.#votes.delete(key)
    this.#votes.set(key, { host, kind: kindOf(host) })
    for (const oldest of this.#votes.keys()) {
      if (this.#votes.size <= votersMax) break
      this.#votes.delete(oldest)
    }
  }

  /**
   * Our IP address as a peer on `host` sees it, to the best of our knowledge: of its family, and public if it is. Of two said as
   * often the one said first; undefined when no host has said any.
   */
  seenFrom(host: string): string | undefined {
    return this.#mostSaid(kindOf(host))?.host
  }

  /** Our public address of a family, as `witnessesMin` hosts see it; undefined when fewer do. */
  publicOf(family: Family): string | undefined {
    const { host, count } = this.#mostSaid(`${family}, distance 2`) ?? { count: 0 }
    return count < witnessesMin ? undefined : host
  }

  #mostSaid(kind: string): { readonly host: string; readonly count: number } | undefined {
    const counts = new Map<string, number>()
    for (const vote of this.#votes.values()) {
      if (vote.kind === kind) counts.set(vote.host, (counts.get(vote.host) ?? 0) + 1)
    }
    let best: { readonly host: string; readonly count: number } | undefined
    for (const [host, count] of counts) if (count > (best?.count ?? 0)) best = { host, count }
    return best
  }
}

/** The families of IP addresses, as BEP 10 names them. */
export type Family = 'ipv4' | 'ipv6'

/** Those of which connections are accepted where one listens on `host`: `::` takes both, a name stands for no family. */
export function familiesOn(host: string): readonly Family[] {
  if (canonicalHost(host) === '::') return ['ipv4', 'ipv6']
  return ipBytes(host) ? [familyOf(host)] : []
}

const familyOf = (host: string): Family => (canonicalHost(host).includes(':') ? 'ipv6' : 'ipv4')

const kindOf = (host: string): string => `${familyOf(host)}, distance ${distance(host)}`
