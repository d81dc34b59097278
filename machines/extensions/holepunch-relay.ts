import { addressKey, isDialable, isInReachOf } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import type { HolepunchError } from '../../transport/wire/extended/ut-holepunch.ts'
import type { ExtensionPeer } from './extension.ts'
import { PerMinute } from './per-minute.ts'
import { isUs, listenAddress } from './whereabouts.ts'

/** Times a minute that a peer may ask to be brought together with another; what it asks beyond that is ignored. Our own number. */
export const rendezvousMax = 30

/** Times a minute that a peer is told to connect to others that ask for it, whoever they are: each costs it a dial. Our own number. */
export const summonsMax = 30

/** Two peers to be brought together, and where each is told to find the other; or why not. */
export type Rendezvous =
  | { readonly asker: Address; readonly target: Address; readonly peer: ExtensionPeer }
  | { readonly error: HolepunchError }

interface Member {
  readonly peer: ExtensionPeer
  readonly keys: readonly string[]
}

/** The peers that we are connected to, as those that we can bring together (BEP 55). */
export class HolepunchRelay {
  readonly #members = new Map<number, Member>()
  /** By `addressKey` of where a connection comes from or leads to, and of where its peer listens. */
  readonly #byKey = new Map<string, number>()
  readonly #asks = new PerMinute(rendezvousMax)
  readonly #summons = new PerMinute(summonsMax)

  /** A connection has opened, or what is known of its peer has changed. */
  put(peer: ExtensionPeer): void {
    this.#takeOut(peer.peer)
    const listens = listenAddress(peer)
    const keys = [peer.address, ...(listens ? [listens] : [])].map(addressKey)
    this.#members.set(peer.peer, { peer, keys })
    // Of two at one address the first stays what is meant.
    for (const key of keys) if (!this.#byKey.has(key)) this.#byKey.set(key, peer.peer)
  }

  /** A connection is over. */
  remove(peer: number): void {
    this.#takeOut(peer)
    this.#asks.forget(peer)
    this.#summons.forget(peer)
  }

  /** Whether a connection with an address is open. */
  isConnected(address: Address): boolean {
    return this.#byKey.has(addressKey(address))
  }

  /** A connection, unless it is over. */
  peer(peer: number): ExtensionPeer | undefined {
    return this.#members.get(peer)?.peer
  }

  /**
   * What comes of the wish of a peer to be brought together with the peer at an address, at `at`, in milliseconds; undefined when it is
   * ignored: BEP 55 asks so for one that does not speak the extension itself.
   */
  rendezvous(asking: number, address: Address, at: number): Rendezvous | undefined {
    const asker = this.#members.get(asking)
    if (!asker?.peer.speaks || !this.#asks.take(asking, at)) return undefined
    if (isUs(asker.peer, address)) return { error: 'no_self' }
    if (!isDialable(address)) return { error: 'no_such_peer' }
    const target = this.#members.get(this.#byKey.get(addressKey(address)) ?? -1)
    if (!target) return { error: 'not_connected' }
    // As libtorrent answers.
    if (target === asker) return { error: 'no_self' }
    if (!target.peer.speaks) return { error: 'no_support' }
    const [from, to] = [meetingPoint(asker.peer), meetingPoint(target.peer)]
    const canMeet = from && to && isInReach(asker.peer, to) && isInReach(target.peer, from)
    if (!canMeet || !this.#summons.take(target.peer.peer, at)) return { error: 'not_connected' }
    return { asker: from, target: to, peer: target.peer }
  }

  #takeOut(peer: number): void {
    for (const key of this.#members.get(peer)?.keys ?? []) if (this.#byKey.get(key) === peer) this.#byKey.delete(key)
    this.#members.delete(peer)
  }
}

/**
 * Where a peer can be met by a uTP packet: the port that its own packets come from, which a router has opened for it. Where we do not know
 * that one, where it listens.
 */
function meetingPoint(peer: ExtensionPeer): Address | undefined {
  return peer.transport === 'utp' ? peer.address : listenAddress(peer)
}

const isInReach = ({ address }: ExtensionPeer, { host }: Address): boolean => isInReachOf(address.host, host)
