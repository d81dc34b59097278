import { createUtpLife } from '../../../actors/utp-life.ts'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import type { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { TransportEnd } from '../../../transport/transport.ts'
import type { UtpHost } from '../../../transport/utp/host.ts'
import type { LedbatStream } from '../../../transport/utp/ledbat-stream.ts'
import type { UtpLife } from '../../../transport/utp/life.ts'
import { decodePacket, type Packet } from '../../../transport/utp/packet.ts'

/** One end: a host for one stream, and what the owner of the stream heard. */
export class End {
  readonly calls: string[] = []
  ended: TransportEnd | undefined
  isFree = false
  /** How often it was said that nobody here waits for it. */
  disownedCount = 0
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
  hasMore = false
  onData: ((length: number) => void) | undefined
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
      get hasMore() {
        return end.hasMore
      },
      turnLater: () => {
        if (this.#hasTurn) return
        this.#hasTurn = true
        clock.setTimeout(() => {
          this.#hasTurn = false
          this.stream.turn()
        }, 0)
      },
      disowned: () => {
        this.disownedCount++
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
      opened: () => heard('opened'),
      data: (chunk) => {
        heard('data')
        if (!areBytesFrom(this.receivedBytes, chunk)) this.isRight = false
        this.receivedBytes += chunk.length
        // It is the handler's, to decrypt in place.
        chunk.fill(0xee)
        this.onData?.(chunk.length)
      },
      drained: () => heard('drained'),
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
