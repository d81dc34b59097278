import { createUtpLife } from '../../../actors/utp-life.ts'
import { type Random, randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { TransportEnd } from '../../../transport/transport.ts'
import type { UtpHost } from '../../../transport/utp/host.ts'
import { LedbatStream } from '../../../transport/utp/ledbat-stream.ts'
import type { UtpLife } from '../../../transport/utp/life.ts'
import { decodePacket, type Packet, packetTypes } from '../../../transport/utp/packet.ts'
import { datagramBytesMax } from '../../../transport/utp/packet-size.ts'

/** What a link does to datagrams, each way. */
export interface LinkOptions {
  /** One way, in milliseconds. */
  readonly delayMs?: number
  /** Up to so many milliseconds more, for each datagram anew: they change places. */
  readonly jitterMs?: number
  /** Shares of datagrams, 0 to 1. One with a flipped bit is dropped by the checksum of UDP. */
  readonly loss?: number
  readonly duplication?: number
  readonly flips?: number
  /** Bytes a second; Infinity. */
  readonly rate?: number
  /** Bytes that wait for the link at most, beyond which it drops. */
  readonly queueBytes?: number
  /** Bytes of an IP packet at most: a larger datagram goes in fragments, and is lost with one of them. */
  readonly mtu?: number
  readonly seed?: number
  /** Bytes of a datagram that the streams send at most. */
  readonly datagramBytes?: number
  /** By how much the clock of the second end is ahead, in microseconds. */
  readonly skewMicros?: number
  readonly firstSequences?: readonly [number, number]
}

/** A shared direction of a link: what goes through it waits for one rate. */
export class Wire {
  readonly #clock: SimulatedClock
  readonly #options: LinkOptions
  readonly #random: Random
  #freeAt = 0
  /** The longest that a datagram waited since it was last asked, in milliseconds. */
  waitedMs = 0
  carried = 0

  constructor(clock: SimulatedClock, options: LinkOptions, seed: number) {
    this.#clock = clock
    this.#options = options
    this.#random = seededRandom(seed)
  }

  send(datagram: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    const { loss = 0, flips = 0, duplication = 0, mtu = 65_535, rate = Number.POSITIVE_INFINITY } = this.#options
    const fragments = Math.ceil((datagram.length + 28) / mtu)
    const survives = (1 - loss) ** fragments * (1 - flips)
    if (survives < 1 && this.#random() >= survives) return
    const now = this.#clock.now()
    const waitMs = Math.max(0, this.#freeAt - now)
    if (rate !== Number.POSITIVE_INFINITY) {
      if ((waitMs / 1000) * rate > (this.#options.queueBytes ?? Number.POSITIVE_INFINITY)) return
      if (waitMs > this.waitedMs) this.waitedMs = waitMs
      this.#freeAt = now + waitMs + ((datagram.length + 28) / rate) * 1000
    }
    this.carried++
    const copies = duplication > 0 && this.#random() < duplication ? 2 : 1
    const leavesMs = Math.max(0, this.#freeAt - now)
    for (let copy = 0; copy < copies; copy++) {
      const { delayMs = 0, jitterMs = 0 } = this.#options
      const bytes = datagram.slice()
      this.#clock.setTimeout(() => deliver(bytes), leavesMs + delayMs + (jitterMs > 0 ? this.#random() * jitterMs : 0))
    }
  }
}

/** One end: a host for one stream, and what the owner of the stream heard. */
export class End {
  readonly calls: string[] = []
  ended: TransportEnd | undefined
  isFree = false
  isEstablished = false
  /** Bytes that came, and whether each was the one that `bytesFrom` has there. */
  receivedBytes = 0
  isRight = true
  sentPackets: Packet[] = []
  keepsPackets = false
  sentCount = 0
  /** What the datagrams wait for before they leave the socket. */
  isStuck = false
  isBusy = false
  onData: ((length: number) => void) | undefined
  onDrained: (() => void) | undefined
  onOpened: (() => void) | undefined
  stream!: LedbatStream
  readonly life: UtpLife = createUtpLife()
  readonly clock: SimulatedClock
  /** By how much its clock is ahead, in microseconds. */
  skewMicros: number
  readonly host: UtpHost
  #departed = 0
  #hasTurn = false

  constructor(clock: SimulatedClock, skewMicros: number, begin: () => void, out: (datagram: Uint8Array) => void) {
    this.clock = clock
    this.skewMicros = skewMicros
    const end = this
    this.host = {
      clock,
      nowMicros: () => this.now,
      begin,
      send(datagram) {
        end.sentCount++
        if (end.keepsPackets) end.sentPackets.push(packetIn(datagram.slice()))
        if (end.isStuck) return end.sentCount
        end.#departed = end.sentCount
        out(datagram)
        return end.sentCount
      },
      get departed() {
        return end.#departed
      },
      get isBusy() {
        return end.isBusy
      },
      turnLater: () => {
        if (this.#hasTurn) return
        this.#hasTurn = true
        clock.setTimeout(() => {
          this.#hasTurn = false
          this.stream.turn()
        }, 0)
      },
      free: () => {
        if (this.isFree) throw new Error('freed twice')
        this.isFree = true
      },
    }
  }

  get now(): number {
    return Math.round(this.clock.now() * 1000) + this.skewMicros
  }

  /** What stood waiting has left. */
  release(): void {
    this.isStuck = false
    this.#departed = this.sentCount
  }

  open(): this {
    const heard = (call: string) => {
      if (this.ended) throw new Error(`${call} after closed`)
      if (this.calls.at(-1) !== call) this.calls.push(call)
    }
    this.stream.open({
      opened: () => {
        heard('opened')
        this.onOpened?.()
      },
      data: (chunk) => {
        heard('data')
        if (!areBytesFrom(this.receivedBytes, chunk)) this.isRight = false
        this.receivedBytes += chunk.length
        // It is the handler's, to decrypt in place.
        chunk.fill(0xee)
        this.onData?.(chunk.length)
      },
      drained: () => {
        heard('drained')
        this.onDrained?.()
      },
      closed: (end) => {
        heard('closed')
        this.ended = end
      },
    })
    return this
  }

  receive(bytes: Uint8Array): void {
    const packet = decodePacket(bytes)
    if (typeof packet !== 'string') this.stream.receive(packet, this.now)
    if (this.life.stage === 'connected') this.isEstablished = true
  }
}

/** What a test sends, over and over: of a prime length, so that nothing that is a power of two long is twice the same. */
const sample = Buffer.from(randomBytesFrom(seededRandom(1))(65_521))

/** The parts of `sample` that stand at the bytes `from` to `to` of what a test sends. */
function* partsOf(from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to; ) {
    const begin = at % sample.length
    const part = sample.subarray(begin, Math.min(sample.length, begin + to - at))
    yield part
    at += part.length
  }
}

/** Bytes `from` to `to` of what a test sends. */
export function bytesFrom(from: number, to: number): Uint8Array {
  return new Uint8Array(Buffer.concat([...partsOf(from, to)]))
}

/** Whether `bytes` are what a test sends from `from` on. */
function areBytesFrom(from: number, bytes: Uint8Array): boolean {
  let at = 0
  for (const part of partsOf(from, from + bytes.length)) {
    if (!part.equals(bytes.subarray(at, at + part.length))) return false
    at += part.length
  }
  return true
}

/** The packet in a datagram. */
export function packetIn(datagram: Uint8Array): Packet {
  const packet = decodePacket(datagram)
  if (typeof packet === 'string') throw new Error(packet)
  return packet
}

/** Two ends and the link between them, in virtual time. */
export class Pair {
  readonly clock: SimulatedClock
  readonly there: Wire
  readonly back: Wire
  readonly dialler: End
  /** The end that the SYN makes. */
  acceptor: End
  readonly #options: LinkOptions

  constructor(options: LinkOptions = {}, { clock = new SimulatedClock(), there, back }: Partial<Shared> = {}) {
    const { seed = 1, datagramBytes = datagramBytesMax[4], firstSequences = [1, 1] } = options
    this.#options = options
    this.clock = clock
    this.there = there ?? new Wire(clock, options, seed)
    this.back = back ?? new Wire(clock, options, seed + 1)
    this.acceptor = this.#newAcceptor()
    const begin = () => {
      clock.setTimeout(
        () =>
          this.dialler.stream.dial({ receiveId: 100, sequence: firstSequences[0], datagramBytesMax: datagramBytes }),
        0,
      )
    }
    this.dialler = new End(clock, 0, begin, (datagram) => this.there.send(datagram, (bytes) => this.#arrive(bytes)))
    const remote = { host: '192.0.2.1', port: 6881 }
    this.dialler.stream = new LedbatStream({ host: this.dialler.host, life: this.dialler.life, remote })
  }

  #newAcceptor(): End {
    return new End(
      this.clock,
      this.#options.skewMicros ?? 0,
      () => {},
      (datagram) => this.back.send(datagram, (bytes) => this.dialler.receive(bytes)),
    )
  }

  #arrive(bytes: Uint8Array): void {
    // A SYN that nobody confirmed was forgotten, and the next one is the first.
    if (this.acceptor.isFree && !this.acceptor.isEstablished) this.acceptor = this.#newAcceptor()
    if (this.acceptor.stream !== undefined) {
      this.acceptor.receive(bytes)
      return
    }
    const syn = packetIn(bytes)
    if (syn.type !== packetTypes.syn) return
    const { host, life } = this.acceptor
    const { datagramBytes = datagramBytesMax[4], firstSequences = [1, 1] } = this.#options
    const accepting = { syn, sequence: firstSequences[1], datagramBytesMax: datagramBytes }
    this.acceptor.stream = new LedbatStream({ host, life, remote: { host: '192.0.2.2', port: 6881 }, accepting })
    this.onAccepted()
  }

  /** What the accepting side does with the new stream: opens it. */
  onAccepted: () => void = () => void this.acceptor.open()

  /** Lets time pass until `condition` holds; fails once `ms` have passed, or nothing is due. */
  until(condition: () => boolean, ms = 600_000): void {
    const endMs = this.clock.now() + ms
    while (!condition()) {
      if (this.clock.now() > endMs) throw new Error(`not within ${ms} ms`)
      if (!this.clock.advanceToNext()) throw new Error('nothing happens any more')
    }
  }

  /** Lets happen what is under way, up to `ms`. */
  settle(ms = 100_000): void {
    const endMs = this.clock.now() + ms
    while (this.clock.now() <= endMs && this.clock.advanceToNext());
  }

  /** Both ends, connected and open. */
  connect(): this {
    this.dialler.open()
    this.until(() => this.dialler.calls.includes('opened') && this.acceptor.calls.includes('opened'))
    return this
  }
}

/** What several pairs may share. */
interface Shared {
  readonly clock: SimulatedClock
  readonly there: Wire
  readonly back: Wire
}

/** Sends `byteCount` bytes from one end, as much at a time as the stream takes. */
export function pour(end: End, byteCount: number): void {
  let sent = 0
  const chunkBytes = 64 * 1024
  const fill = () => {
    while (sent < byteCount) {
      const to = Math.min(byteCount, sent + chunkBytes)
      const chunk = bytesFrom(sent, to)
      sent = to
      if (!end.stream.write([chunk])) return
    }
  }
  end.onDrained = fill
  fill()
}
