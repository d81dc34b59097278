import type { Clock } from '../../transport/clock.ts'
import { connectionOver } from '../../transport/line.ts'
import { addressToBind, createDynamicPorts } from '../../transport/simulated-ports.ts'
import type { Address, Connection, ListenerHandle } from '../../transport/transport.ts'
import { Downlink, Uplink } from './access-link.ts'
import type { BufferPool } from './buffer-pool.ts'
import { Inflow } from './inflow.ts'
import type { Way } from './outflow.ts'
import { type Packet, type PacketContent, packetOf } from './packet.ts'
import { StreamEnd } from './stream-end.ts'

/** What is known of a host wherever it is. Rates are bytes a second. */
export interface Place {
  /** How many were there before it. */
  readonly number: number
  readonly name: string
  readonly up: number
  readonly down: number
  readonly latencyMs: number
  island: number
}

/** What a host needs of its network. */
export interface Surroundings {
  readonly clock: Clock
  readonly pool: BufferPool
  placeNamed(name: string): Place | undefined
  /** Of a host that has sent something. */
  placeOf(number: number): Place
  /** Whether packets get through from another host now; `again` is called once, when they do again. */
  passes(from: number, to: Place, again: () => void): boolean
  /** Sends a packet on its way. */
  post(packet: Packet): void
}

/** What both hosts' buffers hold beyond what a line has under way. */
const bufferBytes = 192 * 1024

/** Under way at most: what systems let a connection's window grow to. */
const windowBytesMax = 4 * 1024 * 1024

/** Connections that a host dials in its life at most: so that the numbers of those of all hosts differ. */
const dialsMax = 2 ** 32

/** One host: its lines, its listeners, and its ends of connections. */
export class Host {
  readonly place: Place
  readonly uplink: Uplink
  readonly downlink: Downlink
  /** All its transports take their dynamic ports here. */
  readonly dynamicPort = createDynamicPorts()
  readonly #around: Surroundings
  readonly #ends = new Set<StreamEnd>()
  /** By the number of their connection. */
  readonly #dialled = new Map<number, StreamEnd>()
  readonly #accepted = new Map<number, StreamEnd>()
  /** By port. */
  readonly #listeners = new Map<number, (connection: Connection) => void>()
  /** What came across a cut, in order: by connection and direction (`keyOf`). */
  readonly #held = new Map<number, Packet[]>()
  #dialCount = 0
  #packetCount = 0

  constructor(place: Place, around: Surroundings) {
    this.place = place
    this.#around = around
    this.uplink = new Uplink(around.clock, place.up)
    this.downlink = new Downlink(around.clock, place.down)
  }

  /** Ends of connections that are not over, those that dial included. */
  get connections(): number {
    return this.#ends.size
  }

  /** Resets so many of its connections, the oldest. */
  reset(count: number): void {
    for (const one of [...this.#ends].slice(0, count)) one.reset()
  }

  /** Sends a packet, which arrives after a wait and the latency of both hosts: added first, so that it is no bit earlier than `lookaheadMs` says. */
  send(to: Place, content: PacketContent, waitMs = 0): void {
    this.sendAt(this.#around.clock.now() + waitMs + (this.place.latencyMs + to.latencyMs), to.number, content)
  }

  /** Sends a packet that arrives then. */
  sendAt(atMs: number, to: number, content: PacketContent): void {
    const from = this.place.number
    this.#around.post(packetOf({ atMs, from, to, sequence: this.#packetCount++ }, content))
  }

  dial(address: Address): Connection {
    const to = this.#around.placeNamed(address.host)
    const stream = this.place.number * dialsMax + this.#dialCount++
    return this.#connect({
      direction: 'out',
      remote: address,
      to,
      stream,
      begin: (end) => {
        if (!to) {
          this.#around.clock.setTimeout(() => end.fail('unreachable', `there is no host ${address.host}`), 0)
          return
        }
        this.#dialled.set(stream, end)
        this.send(to, { kind: 'dial', stream, fromPort: this.dynamicPort(), toPort: address.port })
      },
    })[0]
  }

  /** Throws as the system does where it cannot be. */
  listen(address: Address, accept: (connection: Connection) => void): ListenerHandle {
    const { dynamicPort, place } = this
    const bound = addressToBind(place.name, address, { dynamicPort, isTaken: ({ port }) => this.#listeners.has(port) })
    if (bound instanceof Error) throw bound
    this.#listeners.set(bound.port, accept)
    return {
      address: bound,
      close: async () => {
        if (this.#listeners.get(bound.port) === accept) this.#listeners.delete(bound.port)
      },
    }
  }

  /** A packet of a connection arrives. While the way is cut it is held, as TCP sends again what got no answer. */
  arrive(packet: Packet): void {
    const key = keyOf(packet)
    const held = this.#held.get(key)
    if (held) held.push(packet)
    else if (this.#around.passes(packet.from, this.place, () => this.#sendAgain(key, packet.from))) this.#take(packet)
    else this.#held.set(key, [packet])
  }

  /** The way is open again: what was held is sent again, and what comes meanwhile waits behind it. */
  #sendAgain(key: number, from: number): void {
    const { clock, placeOf } = this.#around
    const latencyMs = this.place.latencyMs + placeOf(from).latencyMs
    clock.setTimeout(() => {
      const held = this.#held.get(key) ?? []
      this.#held.delete(key)
      for (const packet of held) this.arrive(packet)
    }, latencyMs)
  }

  #take(packet: Packet): void {
    const { isToDialler, kind, stream } = packet
    if (kind === 'dial') {
      this.#answer(packet)
      return
    }
    const end = (isToDialler ? this.#dialled : this.#accepted).get(stream)
    if (kind === 'refuse')
      end?.fail('refused', `nobody listens on port ${packet.toPort} of ${this.#around.placeOf(packet.from).name}`)
    else if (kind !== 'accept') end?.arrive(packet)
    else if (end) {
      end.carry()
      end.open()
    } else {
      this.#reply(packet, { kind: 'finish', stream })
    }
  }

  /** Somebody dials. */
  #answer(packet: Packet): void {
    const { fromPort, stream, toPort } = packet
    const accept = this.#listeners.get(toPort)
    const to = this.#around.placeOf(packet.from)
    const remote = { host: to.name, port: fromPort }
    this.#reply(packet, { kind: accept ? 'accept' : 'refuse', stream, isToDialler: true, toPort })
    if (!accept) return
    const [connection, end] = this.#connect({
      direction: 'in',
      remote,
      to,
      stream,
      begin: (one) => {
        this.#around.clock.setTimeout(() => one.open(), 0)
      },
    })
    this.#accepted.set(stream, end)
    end.carry()
    accept(connection)
  }

  #reply({ from }: Packet, content: PacketContent): void {
    this.send(this.#around.placeOf(from), content)
  }

  #connect(made: {
    readonly direction: 'in' | 'out'
    readonly remote: Address
    readonly to: Place | undefined
    readonly stream: number
    readonly begin: (end: StreamEnd) => void
  }): [Connection, StreamEnd] {
    const { begin, direction, remote, stream, to } = made
    const isToDialler = direction === 'in'
    const ends = isToDialler ? this.#accepted : this.#dialled
    const send = (content: PacketContent) => to && this.send(to, { stream, isToDialler, ...content })
    const { clock, pool } = this.#around
    let end: StreamEnd | undefined
    const connection = connectionOver({ kind: 'tcp', direction, remote }, (tell) => {
      end = new StreamEnd(tell, {
        way: this.#wayTo(to, send),
        inflow: (sink) => new Inflow(clock, this.downlink, pool, sink),
        begin: (one) => {
          this.#ends.add(one)
          begin(one)
        },
        hasRead: (byteCount) => send({ kind: 'room', byteCount }),
        broke: () => send({ kind: 'reset' }),
        over: (one) => {
          this.#ends.delete(one)
          ends.delete(stream)
        },
      })
      return end
    })
    return [connection, end as StreamEnd]
  }

  #wayTo(to: Place | undefined, send: (content: PacketContent) => void): Way {
    const latencyMs = this.place.latencyMs + (to?.latencyMs ?? 0)
    const rate = Math.min(this.place.up, to?.down ?? this.place.up)
    const underWay = latencyMs === 0 ? 0 : (2 * latencyMs * rate) / 1000
    return {
      clock: this.#around.clock,
      uplink: this.uplink,
      windowBytes: bufferBytes + Math.min(windowBytesMax, underWay),
      pool: this.#around.pool,
      carry: (what) => send(what === 'finish' ? { kind: 'finish' } : { kind: 'data', bytes: what }),
    }
  }
}

const keyOf = ({ isToDialler, stream }: Packet): number => 2 * stream + Number(isToDialler)
