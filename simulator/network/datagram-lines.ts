import { formatAddress } from '../../transport/address.ts'
import type { Clock } from '../../transport/clock.ts'
import type { DatagramHandler, DatagramSocket, Datagrams } from '../../transport/datagrams/datagrams.ts'
import { simulatedSocket } from '../../transport/datagrams/simulated.ts'
import { headerBytes, SimulatedPath } from '../../transport/datagrams/simulated-path.ts'
import type { Random } from '../../transport/random.ts'
import { addressToBind } from '../../transport/simulated-ports.ts'
import type { Address } from '../../transport/transport.ts'
import type { Host, Place } from './host.ts'
import type { Packet } from './packet.ts'

/** What of its datagrams a host loses, and by how much some are late, in milliseconds. */
export interface DatagramTrouble {
  readonly lossRate: number
  readonly jitterMs: number
}

/** What waits longer for a downlink is dropped, in milliseconds: as much as a home router keeps. */
const backlogMsMax = 300

/** The datagrams of hosts: what is sent passes the way out of its host, the latency, and the way into the other, or is lost. */
export class DatagramLines {
  readonly #clock: Clock
  readonly #reaches: (from: Place, to: string) => Place | undefined
  readonly #sockets = new Map<string, DatagramHandler>()

  /** `reaches` answers where a host is, if packets get through to it now. */
  constructor(clock: Clock, reaches: (from: Place, to: string) => Place | undefined) {
    this.#clock = clock
    this.#reaches = reaches
  }

  /** What one host sends and receives datagrams by. */
  of(host: Host, random: Random, { lossRate, jitterMs }: DatagramTrouble): Datagrams {
    const { name, up } = host.place
    const path = new SimulatedPath({ lossRate, jitterMs, ...(Number.isFinite(up) && { bytesPerSecond: up }) }, random)
    return {
      bind: (address, handler, done) => done(this.#bind(host, path, address, handler)),
      resolve: (asked, done) => done([asked]),
      anyHostFor: () => name,
    }
  }

  /** A datagram arrives at a host, from one that it is parted from or not. */
  arrive(host: Host, from: Place, { bytes, fromPort, toPort }: Packet): void {
    const { downlink, place } = host
    if (from.island !== place.island || downlink.backlogMs > backlogMsMax) return
    const waitMs = downlink.throughAt(bytes.length + headerBytes) - this.#clock.now()
    const key = formatAddress({ host: place.name, port: toPort })
    this.#clock.setTimeout(() => {
      this.#sockets.get(key)?.received(bytes, { host: from.name, port: fromPort })
    }, waitMs)
  }

  #bind(host: Host, path: SimulatedPath, asked: Address, handler: DatagramHandler): DatagramSocket | Error {
    const { dynamicPort, place } = host
    const isTaken = (one: Address) => this.#sockets.has(formatAddress(one))
    const address = addressToBind(place.name, asked, { dynamicPort, isTaken })
    if (address instanceof Error) return address
    return simulatedSocket(this.#sockets, address, handler, (bytes, to) => {
      this.#carry(host, path, bytes, address.port, to)
    })
  }

  #carry(host: Host, path: SimulatedPath, bytes: Uint8Array, fromPort: number, to: Address): void {
    const now = this.#clock.now()
    for (const at of path.arrivals(bytes.length, now)) {
      const target = this.#reaches(host.place, to.host)
      if (!target) continue
      host.send(target, { kind: 'datagram', fromPort, toPort: to.port, bytes: bytes.slice() }, at - now)
    }
  }
}
