import { hostKey, isLoopback } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import type { PeerView } from '../../peer/vocabulary/events.ts'

/**
 * Connections of one host that may come to nothing, at once and a second after that: a peer that joins costs us what it says that it has,
 * and a host that leaves each time to come again could spend all our time. Honest clients wait longer than a second between dials
 * (libtorrent 60 s), and one that has lost its connection is let in at once. From an address of loopback, which all clients of the machine
 * may share, fifty times as many.
 */
export const reconnecting = { atOnce: 20, perSecond: 1, onLoopback: 50 } as const

/** Hosts remembered; the one that was last there longest ago goes first. */
const hostsMax = 1_000

/** What comes of a knock; of several that are turned away the first is news. */
export type Knock = 'welcome' | 'turned_away' | 'turned_away_again'

interface Host {
  /** Connections that may still come to nothing. */
  left: number
  /** As of when, in milliseconds. */
  at: number
  isTurnedAway: boolean
}

/**
 * How often connections from a host came to nothing: neither side had a block of the other. Those that stay cost nothing here, as there are
 * no more than places, nor does one on which something was exchanged. Hosts are told apart by `hostKey`, ports aside. Times in milliseconds
 * that never go back.
 */
export class Reconnects {
  /** The one that was there last comes last. */
  readonly #hosts = new Map<string, Host>()

  /** Whether one more connection may come in from an address. */
  knock(address: Address, at: number): Knock {
    const key = hostKey(address.host)
    const host = this.#hosts.get(key)
    if (!host) return 'welcome'
    fill(host, address, at)
    const wasTurnedAway = host.isTurnedAway
    host.isTurnedAway = host.left < 1
    if (!host.isTurnedAway) return 'welcome'
    return wasTurnedAway ? 'turned_away_again' : 'turned_away'
  }

  /** A connection that had come in from an address has ended, and came to nothing. */
  noteVain(address: Address, at: number): void {
    const key = hostKey(address.host)
    const host = this.#hosts.get(key) ?? { left: atOnce(address), at, isTurnedAway: false }
    fill(host, address, at)
    host.left = Math.max(0, host.left - 1)
    this.#hosts.delete(key)
    this.#hosts.set(key, host)
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size <= hostsMax) break
      this.#hosts.delete(oldest)
    }
  }
}

/** Whether a connection that is over came to nothing, and not because we stopped. */
export const isVain = ({ context: { closeReason, downloaded, uploaded } }: PeerView): boolean =>
  downloaded + uploaded === 0 && closeReason?.code !== 'stopped' && closeReason?.code !== 'super_seeding'

const times = ({ host }: Address): number => (isLoopback(host) ? reconnecting.onLoopback : 1)

const atOnce = (address: Address): number => reconnecting.atOnce * times(address)

function fill(host: Host, address: Address, at: number): void {
  const earned = ((at - host.at) * reconnecting.perSecond * times(address)) / 1000
  host.left = Math.min(atOnce(address), host.left + earned)
  host.at = at
}
