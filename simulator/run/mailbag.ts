import type { SimulatedClock } from '../../transport/simulated-clock.ts'
import { inOrderOfArrival, type Packet } from '../network/packet.ts'

/**
 * The packets that the hosts of one part of a swarm send. They are kept until all parts exchange theirs, also those for hosts of the same part:
 * so it makes no difference to a host in which part another is.
 */
export class Mailbag {
  readonly #clock: SimulatedClock
  /** By the part that they go to. */
  #packets: Packet[][]
  #soonestMs = Number.POSITIVE_INFINITY

  constructor(clock: SimulatedClock, parts: number) {
    this.#clock = clock
    this.#packets = emptyBags(parts)
  }

  /** When the first of them arrives; `Infinity` where there is none. */
  get soonestMs(): number {
    return this.#soonestMs
  }

  /** Keeps a packet. */
  post(packet: Packet): void {
    this.#packets[partOf(packet.to, this.#packets.length)]?.push(packet)
    this.#soonestMs = Math.min(this.#soonestMs, packet.atMs)
  }

  /** Hands over what was kept, by part. */
  empty(): Packet[][] {
    const packets = this.#packets
    this.#packets = emptyBags(packets.length)
    this.#soonestMs = Number.POSITIVE_INFINITY
    return packets
  }

  /**
   * Sees to it that each packet arrives when it is time: all that hosts of this part were sent since the last exchange. Throws an Error where one
   * should have arrived already, before `ranMs`.
   */
  deliver(packets: Packet[], ranMs: number, arrive: (packet: Packet) => void): void {
    for (const packet of packets.sort(inOrderOfArrival)) {
      if (packet.atMs < ranMs)
        throw new Error(`a packet for ${packet.atMs} ms comes when all have run until ${ranMs} ms`)
      this.#clock.setTimeoutAt(() => arrive(packet), packet.atMs)
    }
  }
}

/** In which of so many parts a host is: members of a group are shared out evenly, and the tracker is in the first. */
export const partOf = (host: number, parts: number): number => host % parts

const emptyBags = (parts: number): Packet[][] => Array.from({ length: parts }, () => [])
