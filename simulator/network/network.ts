import type { Clock } from '../../transport/clock.ts'
import type { Datagrams } from '../../transport/datagrams/datagrams.ts'
import { type Random, seededRandom } from '../../transport/random.ts'
import type { Transport } from '../../transport/transport.ts'
import { BufferPool } from './buffer-pool.ts'
import { DatagramLines } from './datagram-lines.ts'
import { Host, type Place } from './host.ts'
import type { Packet } from './packet.ts'

/** How a host is joined to the others. */
export interface AccessOptions {
  /** Bytes a second, above 0. Default: no limit. */
  readonly upBytesPerSecond?: number | undefined
  readonly downBytesPerSecond?: number | undefined
  /** How long a byte is under way between the host and the middle of the network, in milliseconds: to another host it takes both theirs. Default 0. */
  readonly latencyMs?: number | undefined
  /** Of its datagrams: the part that is lost, 0 to 1, and by how much some are late at most, in milliseconds. Default 0. */
  readonly lossRate?: number | undefined
  readonly jitterMs?: number | undefined
}

/** One host of the network. */
export interface SimulatedHost {
  readonly name: string
  /** Connections as TCP makes them: in order, without loss, sharing the host's lines with all its others. */
  readonly tcp: Transport
  /** Datagrams, as uTP needs them: they share the host's lines among themselves. */
  readonly udp: Datagrams
  /** Ends of connections that are not over, those that dial included. */
  readonly connections: number
  /** Resets so many of its connections: the oldest, all if not said. */
  reset(count?: number): void
}

/** Hosts with lines of their own, that reach each other unless they are parted. */
export interface SimulatedNetwork {
  /** A host that was not there. Throws a RangeError for a line that cannot be. */
  host(name: string, access?: AccessOptions): SimulatedHost
  /** Parts hosts from all others: packets get through only between hosts of one island. 0 is the mainland, where all begin. */
  move(hosts: Iterable<string>, island: number): void
  /** Whether packets get through between two hosts now. */
  reaches(from: string, to: string): boolean
}

/** Makes an empty network. All time that passes is the clock's, all chance is `random`'s: same seed, same run. */
export function createSimulatedNetwork(clock: Clock, random: Random): SimulatedNetwork {
  const network: Network = new Network(clock, random, (packet) => {
    clock.setTimeout(() => network.arrive(packet), packet.atMs - clock.now())
  })
  return network
}

/**
 * A network, or the part of one that is here: all know where each host is, and hosts that are here are joined to the others by the packets
 * that `post` carries.
 */
export class Network implements SimulatedNetwork {
  readonly #clock: Clock
  readonly #random: Random
  readonly #post: (packet: Packet) => void
  readonly #letter: (packet: Packet) => void
  readonly #pool = new BufferPool()
  readonly #datagrams: DatagramLines
  /** By number. */
  readonly #places: Place[] = []
  readonly #hosts: (Host | undefined)[] = []
  readonly #byName = new Map<string, Place>()
  #waiting: (() => void)[] = []

  /** `post` brings what hosts send to `arrive` of the network where the other host is, when it is time; `letter` is told of letters. */
  constructor(
    clock: Clock,
    random: Random,
    post: (packet: Packet) => void,
    letter: (packet: Packet) => void = () => {},
  ) {
    this.#clock = clock
    this.#random = random
    this.#post = post
    this.#letter = letter
    this.#datagrams = new DatagramLines(clock, (from, name) => {
      const to = this.#byName.get(name)
      return to?.island === from.island ? to : undefined
    })
  }

  host(name: string, access: AccessOptions = {}): SimulatedHost {
    const { lossRate = 0, jitterMs = 0 } = access
    const place = this.#settle(name, access)
    const host = new Host(place, {
      clock: this.#clock,
      pool: this.#pool,
      placeNamed: (one) => this.#byName.get(one),
      placeOf: (number) => this.#placeOf(number),
      passes: (from, to, again) => this.#passes(from, to, again),
      post: this.#post,
    })
    this.#hosts[place.number] = host
    return {
      name,
      tcp: {
        kind: 'tcp',
        dial: (address) => host.dial(address),
        listen: async (address, accept) => host.listen(address, accept),
      },
      udp: this.#datagrams.of(host, seededRandom(this.#seed()), { lossRate, jitterMs }),
      get connections() {
        return host.connections
      },
      reset: (count = Number.POSITIVE_INFINITY) => host.reset(count),
    }
  }

  /** A host that is in another part of the network. */
  hostElsewhere(name: string, access: AccessOptions = {}): void {
    this.#settle(name, access)
    // What a host here would have used.
    this.#seed()
  }

  move(names: Iterable<string>, island: number): void {
    for (const name of names) this.#at(name).island = island
    const retries = this.#waiting
    this.#waiting = []
    for (const retry of retries) retry()
  }

  reaches(from: string, to: string): boolean {
    return this.#at(from).island === this.#at(to).island
  }

  /** Sends a letter, which arrives after so long whatever the lines, and also across a cut. */
  sendLetter(from: number, to: number, bytes: Uint8Array<ArrayBuffer>, ms: number): void {
    this.#hosts[from]?.sendAt(this.#clock.now() + ms, to, { kind: 'letter', bytes })
  }

  /** A packet arrives now at a host that is here. */
  arrive(packet: Packet): void {
    const host = this.#hosts[packet.to]
    const from = this.#places[packet.from]
    if (!host || !from) return
    if (packet.kind === 'letter') this.#letter(packet)
    else if (packet.kind === 'datagram') this.#datagrams.arrive(host, from, packet)
    else host.arrive(packet)
  }

  #settle(name: string, access: AccessOptions): Place {
    const { upBytesPerSecond = Number.POSITIVE_INFINITY, downBytesPerSecond = Number.POSITIVE_INFINITY } = access
    if (this.#byName.has(name)) throw new RangeError(`there is a host ${name} already`)
    const place = {
      number: this.#places.length,
      name,
      up: requireRate('upBytesPerSecond', upBytesPerSecond),
      down: requireRate('downBytesPerSecond', downBytesPerSecond),
      latencyMs: requireLatency(access.latencyMs ?? 0),
      island: 0,
    }
    this.#places.push(place)
    this.#byName.set(name, place)
    return place
  }

  #seed(): number {
    return Math.floor(this.#random() * 2 ** 32)
  }

  #passes(from: number, to: Place, again: () => void): boolean {
    const place = this.#places[from]
    if (place?.island === to.island) return true
    const retry = () => {
      if (place?.island === to.island) again()
      else this.#waiting.push(retry)
    }
    this.#waiting.push(retry)
    return false
  }

  #placeOf(number: number): Place {
    const place = this.#places[number]
    if (!place) throw new RangeError(`there is no host ${number}`)
    return place
  }

  #at(name: string): Place {
    const place = this.#byName.get(name)
    if (!place) throw new RangeError(`there is no host ${name}`)
    return place
  }
}

function requireRate(name: string, rate: number): number {
  if (rate > 0) return rate
  throw new RangeError(`${name} of a host is above 0, not ${rate}`)
}

function requireLatency(latencyMs: number): number {
  if (latencyMs >= 0 && Number.isFinite(latencyMs)) return latencyMs
  throw new RangeError(`latencyMs of a host is a number of milliseconds from 0, not ${latencyMs}`)
}
