import { formatAddress } from '../address.ts'
import type { Address } from '../transport.ts'
import type { Packet } from './packet.ts'

/** A SYN that was answered, whose sender has not shown that it got the answer: its address may be forged. */
export interface HalfOpen {
  readonly syn: Packet
  readonly from: Address
  /** The number of our answer. */
  readonly sequence: number
  /** Packets that were to prove it, and did not know that number. */
  misses: number
}

/** An honest remote never misses; one that guesses at the number begins anew with a SYN after so many. */
export const missesMax = 8

/** About a megabyte. An honest remote needs its place for one round trip: at 40,000 forged SYNs a second it has 100 ms. */
export const halfOpenMax = 4096

const nothing = new Uint8Array(0)

/**
 * The half-open connections of a socket. They are no connections yet: a record each, without a timer, of which the oldest is forgotten when
 * there are too many. So a flood of SYNs costs a bounded memory, and as much time as to answer them.
 */
export class HalfOpenTable {
  readonly #byKey = new Map<string, HalfOpen>()

  get size(): number {
    return this.#byKey.size
  }

  /** What is known of a SYN: a later one, of another number, is another connection of the same id. */
  ofSyn(syn: Packet, from: Address): HalfOpen | undefined {
    const known = this.#byKey.get(keyOf(syn.connectionId, from))
    return known?.syn.sequence === syn.sequence ? known : undefined
  }

  /** Of a packet of the connection that a SYN asked for, which carries the next id. */
  ofPacket(id: number, from: Address): HalfOpen | undefined {
    return this.#byKey.get(keyOf((id - 1) & 0xffff, from))
  }

  add(syn: Packet, from: Address, sequence: number): HalfOpen {
    const key = keyOf(syn.connectionId, from)
    // Without what stands in its datagram, which may be long.
    const bare = { ...syn, bytes: nothing, payloadAt: 0, selectiveAckAt: 0, selectiveAckLength: 0 }
    const halfOpen = { syn: bare, from, sequence, misses: 0 }
    this.#byKey.delete(key)
    this.#byKey.set(key, halfOpen)
    if (this.#byKey.size > halfOpenMax) this.#byKey.delete(this.#byKey.keys().next().value ?? '')
    return halfOpen
  }

  delete({ syn, from }: HalfOpen): void {
    this.#byKey.delete(keyOf(syn.connectionId, from))
  }

  /** A packet did not know the number of our answer. */
  missed(halfOpen: HalfOpen): void {
    halfOpen.misses++
    if (halfOpen.misses === missesMax) this.delete(halfOpen)
  }

  /** The sender of a SYN has taken it back, by a RESET with either id. */
  reset(id: number, from: Address): void {
    this.#byKey.delete(keyOf(id, from))
    this.#byKey.delete(keyOf((id - 1) & 0xffff, from))
  }

  clear(): void {
    this.#byKey.clear()
  }
}

const keyOf = (id: number, from: Address): string => `${id} ${formatAddress(from)}`
