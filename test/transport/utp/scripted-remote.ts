import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { LedbatStream } from '../../../transport/utp/ledbat-stream.ts'
import { encodePacket, headerBytes, type Packet, type PacketType, packetTypes } from '../../../transport/utp/packet.ts'
import { smallBytes } from '../../../transport/utp/packet-size.ts'
import { bytesFrom, End, packetIn } from './hosted-stream.ts'

/** What a test says as the remote; the rest is as a well-behaved remote would have it. */
export interface Words {
  readonly type?: PacketType
  readonly connectionId?: number
  readonly timestamp?: number
  readonly timestampDifference?: number
  readonly window?: number
  readonly sequence?: number
  readonly ack?: number
  readonly mask?: readonly number[]
  readonly payload?: Uint8Array
  /** The extensions as bytes, of which the first has this number. */
  readonly extensions?: readonly [first: number, bytes: readonly number[]]
}

/** What a full packet of the stream carries: so little that nothing is to be found out about the path. */
export const fullPayloadBytes = smallBytes - headerBytes

/** One stream in virtual time, and a remote that says what the test says. */
export class ScriptedRemote {
  readonly clock = new SimulatedClock()
  readonly end: End
  /** What the stream was last seen to have sent. */
  #seen = 0
  window = 1024 * 1024

  private constructor() {
    const begin = () =>
      void this.clock.setTimeout(
        () => this.end.stream.dial({ receiveId: 100, sequence: 500, datagramBytesMax: smallBytes }),
        0,
      )
    this.end = new End(this.clock, 0, begin, () => {})
    this.end.keepsPackets = true
  }

  /** A stream that dials; its SYN has number 500, and it receives on 100. */
  static dialled(): ScriptedRemote {
    const remote = new ScriptedRemote()
    const { host, life } = remote.end
    remote.end.stream = new LedbatStream({ host, life, remote: { host: '192.0.2.1', port: 6881 } })
    remote.end.open()
    remote.pass(0)
    return remote
  }

  /** The same, answered with 900, so the remote's first data has 900; `roundTripMs` later. */
  static connected(roundTripMs = 40): ScriptedRemote {
    const remote = ScriptedRemote.dialled()
    remote.pass(roundTripMs)
    remote.say({ sequence: 900, ack: 500 })
    remote.sent()
    return remote
  }

  /** A stream that a SYN with the id 300 and the number 700 made; its answer has 200. Unopened, its owner has not taken it yet. */
  static accepted({ isOpened = true } = {}): ScriptedRemote {
    const remote = new ScriptedRemote()
    const { host, life } = remote.end
    const syn = packetIn(
      encodePacket({ ...remote.#header({ type: packetTypes.syn, connectionId: 300, sequence: 700 }) }),
    )
    const accepting = { syn, sequence: 200, datagramBytesMax: smallBytes }
    remote.end.stream = new LedbatStream({ host, life, remote: { host: '192.0.2.1', port: 6881 }, accepting })
    if (isOpened) remote.end.open()
    remote.pass(0)
    return remote
  }

  #header(words: Words) {
    return {
      type: words.type ?? packetTypes.state,
      connectionId: words.connectionId ?? 100,
      timestamp: words.timestamp ?? Math.round(this.clock.now() * 1000) % 2 ** 32,
      timestampDifference: words.timestampDifference ?? 20_000,
      window: words.window ?? this.window,
      sequence: words.sequence ?? 900,
      ack: words.ack ?? 500,
    }
  }

  /** A packet of the remote comes, and its turn passes. */
  say(words: Words): void {
    this.hear(words)
    this.pass(0)
  }

  /** A packet of the remote comes, before the turn is over. */
  hear(words: Words): void {
    const packet = encodePacket(this.#header(words), words.mask && Uint8Array.from(words.mask))
    const [extension, extensions] = words.extensions ?? [packet[1] ?? 0, []]
    packet[1] = extension
    const { payload = new Uint8Array(0) } = words
    this.end.receive(Uint8Array.of(...packet, ...extensions, ...payload))
  }

  /** The remote sends data: what `bytesFrom` has there. */
  data(sequence: number, from: number, to: number, words: Words = {}): void {
    this.hear({ type: packetTypes.data, sequence, payload: bytesFrom(from, to), ...words })
  }

  pass(ms: number): void {
    this.clock.advance(ms)
  }

  /** What the stream has sent since this was last asked. */
  sent(): Packet[] {
    const packets = this.end.sentPackets.slice(this.#seen)
    this.#seen = this.end.sentPackets.length
    return packets
  }

  /** The sequence numbers of the data among it. */
  sentData(): number[] {
    return this.sent().flatMap(({ type, sequence }) => (type === packetTypes.data ? [sequence] : []))
  }

  /** The types of what the stream has sent, by name. */
  sentTypes(): string[] {
    return this.sent().map(({ type }) => Object.entries(packetTypes).find(([, value]) => value === type)?.[0] ?? '')
  }

  /** Writes full packets: as many. */
  write(packets: number): void {
    this.end.stream.write([bytesFrom(0, packets * fullPayloadBytes)])
    this.pass(0)
  }
}

/** How many bytes of payload a packet has. */
export function payloadBytes({ bytes, payloadAt }: Packet): number {
  return bytes.length - payloadAt
}
