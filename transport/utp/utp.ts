import { randomInt } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Datagrams } from '../datagrams/datagrams.ts'
import { udpDatagrams } from '../datagrams/udp.ts'
import { isPort } from '../port.ts'
import type { Random } from '../random.ts'
import { systemClock } from '../system-clock.ts'
import { tcpEnd } from '../tcp-end.ts'
import type { Address, Connection, ListenerHandle, Transport } from '../transport.ts'
import type { UtpHost } from './host.ts'
import { LedbatStream } from './ledbat-stream.ts'
import type { UtpLife } from './life.ts'
import { UtpLink } from './link.ts'
import { UtpSockets } from './sockets.ts'

/** What uTP runs on. */
export interface UtpTransportOptions {
  /** Makes the life of one connection, which its statechart decides. */
  readonly createLife: () => UtpLife
  /** What carries its packets. Default UDP. */
  readonly datagrams?: Datagrams
  /** Default the system's. */
  readonly clock?: Clock
  /** Where ids and first numbers come from, which nobody should guess. Default the system's secure source. */
  readonly random?: Random
}

/**
 * uTP (BEP 29) over UDP: IPv4 and IPv6, what is bound to `::` both. Dials leave from the socket of a listener that reaches the remote, so
 * that remotes know us by one port, and else from one that is bound for as long as it has connections. A listener that is closed refuses
 * dials at once, and its port is free when the last of its socket's connections, those that were dialled from it too, is over: see `idle`.
 * What lingers keeps no process alive, unless somebody waits for `idle`.
 */
export function utpTransport(options: UtpTransportOptions): Transport {
  const transport = new UtpTransport(options)
  return {
    kind: 'utp',
    dial: (address) => transport.dial(address),
    listen: (address, accept) => transport.listen(address, accept),
    idle: () => transport.idle(),
  }
}

class UtpTransport {
  readonly #createLife: () => UtpLife
  readonly #datagrams: Datagrams
  readonly #clock: Clock
  readonly #sockets: UtpSockets

  constructor({ createLife, datagrams, clock, random }: UtpTransportOptions) {
    this.#createLife = createLife
    this.#datagrams = datagrams ?? udpDatagrams()
    this.#clock = clock ?? systemClock
    this.#sockets = new UtpSockets({
      datagrams: this.#datagrams,
      clock: this.#clock,
      random: random ?? (() => randomInt(2 ** 32) / 2 ** 32),
      accepted: (host, remote, accepting) => new LedbatStream({ host, life: createLife(), remote, accepting }),
    })
  }

  dial(address: Address): Connection {
    const make = (host: UtpHost) => new LedbatStream({ host, life: this.#createLife(), remote: address })
    const begin = (link: UtpLink) => {
      this.#sockets.expect(link)
      this.#clock.setTimeout(() => this.#lookUp(link), 0)
    }
    return new UtpLink({ clock: this.#clock, to: address, carrier: this.#sockets, make, begin }).stream
  }

  async listen(address: Address, accept: (connection: Connection) => void): Promise<ListenerHandle> {
    const endpoint = await this.#sockets.listen(address, accept)
    let isOpen = true
    return {
      address: this.#sockets.addressOf(endpoint) ?? address,
      close: async () => {
        if (!isOpen) return
        isOpen = false
        endpoint.stopAccepting()
        await this.#sockets.closed(endpoint)
      },
    }
  }

  idle(): Promise<void> {
    return this.#sockets.idle()
  }

  /** Finds out where a link is to dial. */
  #lookUp(link: UtpLink): void {
    if (link.isFree) return
    const { host, port } = link.to
    if (!isPort(port)) {
      link.stream.fail({ code: 'error', detail: `${port} is not a port` })
      return
    }
    this.#datagrams.resolve(host, (hosts) => {
      if (link.isFree) return
      if (hosts instanceof Error) link.stream.fail(tcpEnd(hosts))
      else this.#sockets.dial(link, hosts)
    })
  }
}
