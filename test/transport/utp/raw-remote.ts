import type { DatagramSocket, Datagrams } from '../../../transport/datagrams/datagrams.ts'
import type { Address } from '../../../transport/transport.ts'
import {
  decodePacket,
  encodePacket,
  type Packet,
  type PacketHeader,
  type PacketType,
} from '../../../transport/utp/packet.ts'

/** What a test cares about in a header. */
export type SaidHeader = Partial<PacketHeader> & Pick<PacketHeader, 'type' | 'connectionId'>

/** A packet without payload. */
export const packetOf = (header: SaidHeader): Uint8Array =>
  encodePacket({ timestamp: 0, timestampDifference: 0, window: 0x10_0000, sequence: 1, ack: 0, ...header })

/** A remote that says packet by packet what a test wants, and keeps what it is sent. */
export class RawRemote {
  readonly address: Address
  readonly packets: Packet[] = []
  sentBytes = 0
  receivedBytes = 0
  onPacket: (packet: Packet) => void = () => undefined
  readonly #socket: DatagramSocket
  /** Where it sends to: the last that it heard of, if it was not told. */
  #to: Address

  /** Binds at once, as a simulated network does. */
  constructor(datagrams: Datagrams, address: Address, to: Address = address) {
    let socket: DatagramSocket | Error | undefined
    const received = (bytes: Uint8Array, from: Address) => {
      const packet = decodePacket(bytes)
      if (typeof packet === 'string') throw new Error(packet)
      this.receivedBytes += bytes.length
      this.packets.push(packet)
      this.#to = from
      this.onPacket(packet)
    }
    datagrams.bind(address, { received, drained: () => undefined }, (bound) => {
      socket = bound
    })
    if (socket === undefined || socket instanceof Error) throw socket
    this.address = socket.address
    this.#socket = socket
    this.#to = to
  }

  /** The types of what came, and forgets it. */
  types(): PacketType[] {
    return this.packets.splice(0).map(({ type }) => type)
  }

  say(header: SaidHeader, payload = new Uint8Array(0)): void {
    this.throw(new Uint8Array([...packetOf(header), ...payload]))
  }

  /** Any bytes. */
  throw(bytes: Uint8Array): void {
    this.sentBytes += bytes.length
    this.#socket.send(bytes, this.#to)
  }
}
