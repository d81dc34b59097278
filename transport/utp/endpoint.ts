import type { Clock } from '../clock.ts'
import type { DatagramHandler, DatagramSocket } from '../datagrams/datagrams.ts'
import type { Random } from '../random.ts'
import type { Address } from '../transport.ts'
import { AcceptedCount } from './accepted-count.ts'
import { ConnectionTable } from './connection-table.ts'
import { type HalfOpen, HalfOpenTable } from './half-open.ts'
import type { UtpHost } from './host.ts'
import { type LinkCarrier, UtpLink } from './link.ts'
import { decodePacket, encodePacket, type Packet, packetTypes } from './packet.ts'
import { datagramBytesMax } from './packet-size.ts'
import { sequencePlus, timestampDifference, timestampOf } from './sequence.ts'
import type { UtpAccepting, UtpStream } from './stream.ts'

/** What an endpoint is made from. */
export interface UtpEndpointOptions {
  readonly clock: Clock
  readonly random: Random
  /** Makes the stream of a connection that came in. */
  readonly accepted: (host: UtpHost, remote: Address, accepting: UtpAccepting) => UtpStream
  /** Nobody accepts here, and the last connection has ended: the port can be free. */
  readonly emptied: () => void
  /** Whether somebody waits for the port to be free. */
  readonly isAwaited: () => boolean
}

/** Connections that one socket dials, those included that linger. As many are accepted at most (`AcceptedCount`), apart from them. */
export const dialledMax = 4096

/** What our answer to a SYN says that we have room for; the connection's own packets say it anew. */
const answeredWindowBytes = 256 * 1024

/** How far behind the number of our answer a proof may be: most do not count it, and libutp keeps alive with the one before. */
const acksBehindMax = 2

/** Datagrams that a socket gives in one turn of the event loop at most: libuv reads so many before it looks after anything else. */
export const readMax = 32

/** Strangers that are answered with a RESET in one turn. */
export const resetsMax = readMax

/**
 * All connections of one socket, without I/O: datagrams come in by `received`, and leave by the socket it is given. It finds whose each
 * packet is, answers SYNs, and resets strangers, never with more bytes than it was asked with, and never a RESET with a RESET. Whatever was
 * received or written in one turn of the event loop is delivered, acknowledged and sent together at its end.
 */
export class UtpEndpoint implements DatagramHandler, LinkCarrier {
  readonly #options: UtpEndpointOptions
  readonly #links = new ConnectionTable<UtpLink>()
  readonly #halfOpen = new HalfOpenTable()
  readonly #accepted = new AcceptedCount()
  #socket: DatagramSocket | undefined
  #accept: ((stream: UtpStream) => void) | undefined
  /** Whose turn it is at the end of this turn of the loop, and the set that was used in the last one. */
  #due = new Set<UtpLink>()
  #spare = new Set<UtpLink>()
  /** Of these, those that were accepted in it. */
  readonly #newcomers = new Set<UtpLink>()
  /** Those that wait for room in the socket. */
  readonly #held = new Set<UtpLink>()
  /** Connections whose owners wait for what becomes of them. */
  #ownedCount = 0
  #isHeld = true
  #resetCount = 0
  #receivedCount = 0
  #timer: unknown

  constructor(options: UtpEndpointOptions) {
    this.#options = options
  }

  /** Its socket is bound. */
  start(socket: DatagramSocket): void {
    this.#socket = socket
  }

  get isAccepting(): boolean {
    return this.#accept !== undefined
  }

  /** Whether nobody accepts here, and no connection is left. */
  get isEmpty(): boolean {
    return this.#links.size === 0 && this.#accept === undefined
  }

  /** SYNs that were answered, and whose senders have not shown that they got the answer. */
  get halfOpenCount(): number {
    return this.#halfOpen.size
  }

  get hasMore(): boolean {
    return this.#receivedCount >= readMax
  }

  get departed(): number {
    return this.#socket?.departed ?? 0
  }

  /** From now on SYNs are answered, and `accept` is told of each connection whose remote has shown that it got the answer. */
  startAccepting(accept: (stream: UtpStream) => void): void {
    this.#accept = accept
    this.hold()
  }

  /** From now on SYNs are refused. The connections that were accepted live on. */
  stopAccepting(): void {
    this.#accept = undefined
    this.#halfOpen.clear()
    this.hold()
    if (this.isEmpty) this.#options.emptied()
  }

  /** Keeps the process alive as long as somebody accepts here, or waits for a connection, or for the port: not for what lingers alone. */
  hold(): void {
    const isNeeded = this.#accept !== undefined || this.#ownedCount > 0 || this.#options.isAwaited()
    if (isNeeded === this.#isHeld) return
    this.#isHeld = isNeeded
    if (isNeeded) this.#socket?.ref()
    else this.#socket?.unref()
  }

  /** Has a link dial from this socket, to where it is known to lead. */
  dial(link: UtpLink): void {
    const receiveId = this.#freeId(link.to)
    if (receiveId === undefined || this.#links.size - this.#accepted.total >= dialledMax) {
      link.stream.fail({ code: 'error', detail: `a uTP socket dials ${dialledMax} connections at most` })
      return
    }
    link.carriedBy(this)
    link.stream.dial({ receiveId, sequence: this.#number(), datagramBytesMax: bytesMaxOf(link.to) })
    if (!link.isFree) this.#add(link)
  }

  received(bytes: Uint8Array, from: Address): void {
    // The end of this turn is where the count begins anew, also when nothing else is to be done there.
    if (++this.#receivedCount === 1) this.#arm()
    const packet = decodePacket(bytes)
    if (typeof packet === 'string') return
    if (packet.type === packetTypes.syn) {
      this.#asked(packet, from)
      return
    }
    if (packet.type === packetTypes.reset) {
      this.#halfOpen.reset(packet.connectionId, from)
      this.#links.findByEither(packet.connectionId, from)?.receive(packet)
      return
    }
    const link = this.#links.find(packet.connectionId, from) ?? this.#proven(packet, from)
    if (link === undefined) this.#reset(packet, from)
    else link.receive(packet)
  }

  drained(): void {
    for (const link of this.#held) this.turnLater(link)
    this.#held.clear()
  }

  send(datagram: Uint8Array, link: UtpLink): number {
    // Once it has answered it is within reach.
    const failed = link.hasAnswered ? undefined : (error: Error) => link.unreachable(error)
    return this.#socket?.send(datagram, link.to, failed) ?? 0
  }

  isBusyFor(link: UtpLink): boolean {
    if (!this.#socket?.isBusy) return false
    this.#held.add(link)
    return true
  }

  turnLater(link: UtpLink): void {
    this.#due.add(link)
    this.#arm()
  }

  disowned(): void {
    this.#ownedCount--
    this.hold()
  }

  free(link: UtpLink): void {
    // Its turn, in which its owner may be told that it is closed, still comes.
    if (this.#links.remove(link)) {
      if (link.stream.direction === 'in') this.#accepted.remove(link.to)
      if (link.isOwned) this.disowned()
    }
    this.#held.delete(link)
    if (this.isEmpty) this.#options.emptied()
  }

  #add(link: UtpLink): void {
    this.#links.add(link)
    this.#ownedCount++
    this.hold()
  }

  /** A SYN: of a new connection, or again, as our answer to it was lost. */
  #asked(syn: Packet, from: Address): void {
    const link = this.#links.find(sequencePlus(syn.connectionId, 1), from)
    if (link !== undefined) {
      if (link.sendId === syn.connectionId) link.receive(syn)
      return
    }
    const known = this.#halfOpen.ofSyn(syn, from)
    if (known !== undefined) this.#answer(known, syn)
    else if (this.#accept === undefined || !this.#accepted.hasRoomFor(from)) this.#reset(syn, from)
    else this.#answer(this.#halfOpen.add(syn, from, this.#number()), syn)
  }

  #answer({ from, sequence }: HalfOpen, syn: Packet): void {
    const nowMicros = timestampOf(this.#nowMicros())
    const answer = encodePacket({
      type: packetTypes.state,
      connectionId: syn.connectionId,
      timestamp: nowMicros,
      timestampDifference: timestampDifference(nowMicros, syn.timestamp),
      window: answeredWindowBytes,
      sequence,
      ack: syn.sequence,
    })
    this.#socket?.send(answer, from)
  }

  /** The connection of a half-open one, by the first packet that knows the number of our answer. */
  #proven(packet: Packet, from: Address): UtpLink | undefined {
    const halfOpen = this.#halfOpen.ofPacket(packet.connectionId, from)
    if (halfOpen === undefined) return undefined
    const { syn, sequence } = halfOpen
    if (sequencePlus(sequence, -packet.ack) > acksBehindMax) {
      this.#halfOpen.missed(halfOpen)
      return undefined
    }
    this.#halfOpen.delete(halfOpen)
    if (!this.#accepted.hasRoomFor(from)) return undefined
    const accepting = { syn, sequence, datagramBytesMax: bytesMaxOf(from) }
    const link = new UtpLink({
      clock: this.#options.clock,
      to: from,
      carrier: this,
      make: (host) => this.#options.accepted(host, from, accepting),
    })
    this.#add(link)
    this.#accepted.add(from)
    this.#newcomers.add(link)
    this.turnLater(link)
    return link
  }

  /** Tells a stranger that there is no such connection. */
  #reset({ connectionId, timestamp, sequence }: Packet, from: Address): void {
    if (this.#resetCount === resetsMax) return
    this.#resetCount++
    this.#arm()
    const nowMicros = timestampOf(this.#nowMicros())
    const reset = encodePacket({
      type: packetTypes.reset,
      connectionId,
      timestamp: nowMicros,
      timestampDifference: timestampDifference(nowMicros, timestamp),
      window: 0,
      sequence: this.#number(),
      ack: sequence,
    })
    this.#socket?.send(reset, from)
  }

  #arm(): void {
    this.#timer ??= this.#options.clock.setTimeout(() => this.#turn(), 0)
  }

  /** What came up in this turn of the loop. What comes up meanwhile is for the next one. */
  #turn(): void {
    this.#timer = undefined
    this.#resetCount = 0
    const due = this.#due
    this.#due = this.#spare
    this.#spare = due
    try {
      for (const link of due) {
        due.delete(link)
        if (this.#newcomers.delete(link)) this.#welcome(link)
        link.stream.turn()
      }
    } finally {
      // What threw costs those behind it nothing.
      for (const link of due) this.turnLater(link)
      due.clear()
      this.#receivedCount = 0
    }
  }

  #welcome(link: UtpLink): void {
    if (this.#accept === undefined) link.stream.destroy()
    else this.#accept(link.stream)
  }

  /** An id that no connection to `to` uses, nor would by its neighbour; undefined if there is none, as after so many tries. */
  #freeId(to: Address): number | undefined {
    for (let attempt = 0; attempt < 64; attempt++) {
      const id = this.#number()
      if (this.#links.findByEither(id, to) === undefined && this.#links.find(sequencePlus(id, 1), to) === undefined)
        return id
    }
    return undefined
  }

  #number(): number {
    return Math.floor(this.#options.random() * 0x1_0000)
  }

  #nowMicros(): number {
    return Math.floor(this.#options.clock.now() * 1000)
  }
}

const bytesMaxOf = ({ host }: Address): number => datagramBytesMax[host.includes(':') ? 6 : 4]
