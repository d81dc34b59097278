import { formatAddress } from '../../transport/address.ts'
import type { Clock } from '../../transport/clock.ts'
import type { DatagramHandler, DatagramSocket, Datagrams } from '../../transport/datagrams/datagrams.ts'
import { simulatedSocket } from '../../transport/datagrams/simulated.ts'
import { headerBytes, SimulatedPath } from '../../transport/datagrams/simulated-path.ts'
import type { Random } from '../../transport/random.ts'
import type { Address } from '../../transport/transport.ts'
import type { Downlink } from './access-link.ts'

/** A host, as datagrams get to know it. */
export interface DatagramHost {
  readonly name: string
  readonly downlink: Downlink
  readonly latencyMs: number
}

/** What of its datagrams a host loses, and by how much some are late, in milliseconds. */
export interface DatagramTrouble {
  readonly lossRate: number
  readonly jitterMs: number
}

/** What waits longer for a downlink is dropped, in milliseconds: as much as a home router keeps. */
const backlogMsMax = 300

/** The datagrams of all hosts: what is sent passes the way out of its host, the latency, and the way into the other, or is lost. */
export class DatagramLines<Host extends DatagramHost> {
  readonly #clock: Clock
  readonly #random: Random
  readonly #reaches: (from: Host, to: string) => Host | undefined
  readonly #sockets = new Map<string, DatagramHandler>()
  readonly #dynamicPort: () => number

  /** `reaches` answers the host of a name, where packets get through to it now; `dynamicPort` a port for a socket that asks for any. */
  constructor(
    clock: Clock,
    random: Random,
    reaches: (from: Host, to: string) => Host | undefined,
    dynamicPort: () => number,
  ) {
    this.#clock = clock
    this.#random = random
    this.#reaches = reaches
    this.#dynamicPort = dynamicPort
  }

  /** What one host sends and receives datagrams by; `up` is the rate of its line, in bytes a second. */
  of(host: Host, up: number, { lossRate, jitterMs }: DatagramTrouble): Datagrams {
    const path = new SimulatedPath(
      { lossRate, jitterMs, ...(Number.isFinite(up) && { bytesPerSecond: up }) },
      this.#random,
    )
    return {
      bind: (address, handler, done) => done(this.#bind(host, path, address, handler)),
      resolve: (name, done) => done([name]),
      anyHostFor: () => host.name,
    }
  }

  #bind(host: Host, path: SimulatedPath, { port }: Address, handler: DatagramHandler): DatagramSocket | Error {
    const address = { host: host.name, port: port === 0 ? this.#dynamicPort() : port }
    const key = formatAddress(address)
    if (this.#sockets.has(key)) return Object.assign(new Error(`${key} is bound already`), { code: 'EADDRINUSE' })
    return simulatedSocket(this.#sockets, address, handler, (bytes, to) => this.#carry(host, path, bytes, address, to))
  }

  #carry(host: Host, path: SimulatedPath, bytes: Uint8Array, from: Address, to: Address): void {
    const now = this.#clock.now()
    for (const at of path.arrivals(bytes.length, now)) {
      const target = this.#reaches(host, to.host)
      if (!target) continue
      const copy = bytes.slice()
      this.#clock.setTimeout(() => this.#arrive(host, copy, from, to), at - now + host.latencyMs + target.latencyMs)
    }
  }

  #arrive(host: Host, bytes: Uint8Array, from: Address, to: Address): void {
    const target = this.#reaches(host, to.host)
    if (!target || target.downlink.backlogMs > backlogMsMax) return
    const waitMs = target.downlink.throughAt(bytes.length + headerBytes) - this.#clock.now()
    this.#clock.setTimeout(() => this.#sockets.get(formatAddress(to))?.received(bytes, from), waitMs)
  }
}
