import type { UtpHost } from './host.ts'
import { type Incoming, receiveBytesMax } from './incoming.ts'
import {
  encodePacket,
  headerBytes,
  type PacketHeader,
  type PacketType,
  packetTypes,
  refreshHeader,
  writeLasting,
} from './packet.ts'
import { takePacket } from './packet-memory.ts'
import { sequencePlus, timestampDifference, timestampOf } from './sequence.ts'

/** Bytes of room that are told as soon as they are there when there was less: two packets. */
const reopening = 2800

/** What every packet of a connection says beside its own content: ids, clocks, what has come, how much room there is. */
export class Output {
  readonly #host: UtpHost
  /** In every packet of ours but the SYN. */
  readonly sendId: number
  /** Undefined until the remote has answered. */
  incoming: Incoming | undefined
  /** When a packet was last sent. */
  lastSentAt: number
  /** Whether something came that no packet of ours has acknowledged. */
  owesState = false
  /** The room that the remote was last told of. */
  #toldWindow = receiveBytesMax
  #delay = 0
  #timestampSeen: number | undefined

  constructor(host: UtpHost, sendId: number, now: number) {
    this.#host = host
    this.sendId = sendId
    this.lastSentAt = now
  }

  /**
   * A packet with this timestamp came now: how long it took goes back to its sender. Answers whether none that was sent later has come
   * before it, by the timestamps or as it is known to be `later`: the remote's clock may be set back.
   */
  received(timestamp: number, later: boolean, now: number): boolean {
    const isNewest = later || this.#timestampSeen === undefined || ((timestamp - this.#timestampSeen) | 0) >= 0
    if (!isNewest) return false
    this.#timestampSeen = timestamp
    // 0 would say that there is no sample.
    this.#delay = timestampDifference(timestampOf(now), timestamp) || 1
    return true
  }

  /** The memory of a packet with room for its payload; what does not last of its header is written when it is sent. */
  prepare(type: PacketType, sequence: number, payloadBytes: number, connectionId = this.sendId): Uint8Array {
    const packet = takePacket(headerBytes + payloadBytes)
    writeLasting(packet, { type, connectionId, sequence })
    return packet
  }

  /** Sends a packet that is kept, with what is to be said now. Answers its number among the datagrams of the socket. */
  sendKept(packet: Uint8Array, now: number): number {
    const window = this.#window
    refreshHeader(packet, {
      timestamp: timestampOf(now),
      timestampDifference: this.#delay,
      window,
      ack: this.incoming?.ack ?? 0,
    })
    this.#told(window, now)
    // What is missing stands in a packet of its own, which has room for it.
    if (!this.incoming?.hasGap) this.owesState = false
    return this.#host.send(packet)
  }

  /** Acknowledges what has come, and says what is missing. */
  sendState(sequence: number, now: number): void {
    const header = this.#header(packetTypes.state, sequence, now)
    this.#told(header.window, now)
    this.owesState = false
    this.#host.send(encodePacket(header, this.incoming?.selectiveAck()))
  }

  /** Says that we are there: the acknowledgement before the last, as libutp does, which nobody takes for news. */
  sendKeepAlive(sequence: number, now: number): void {
    const header = this.#header(packetTypes.state, sequence, now)
    this.lastSentAt = now
    this.#host.send(encodePacket({ ...header, ack: sequencePlus(header.ack, -1) }))
  }

  /** Ends it for the remote. */
  sendReset(sequence: number, now: number): void {
    this.#host.send(encodePacket(this.#header(packetTypes.reset, sequence, now)))
  }

  /** Whether an acknowledgement is to be sent: for what came, or as there is room again. */
  get isStateDue(): boolean {
    if (this.owesState) return true
    const more = this.#window - this.#toldWindow
    return more >= (this.#toldWindow < reopening ? reopening : receiveBytesMax / 4)
  }

  get #window(): number {
    return this.incoming?.window ?? receiveBytesMax
  }

  #told(window: number, now: number): void {
    this.#toldWindow = window
    this.lastSentAt = now
  }

  #header(type: PacketType, sequence: number, now: number): PacketHeader {
    return {
      type,
      connectionId: this.sendId,
      timestamp: timestampOf(now),
      timestampDifference: this.#delay,
      window: this.#window,
      sequence,
      ack: this.incoming?.ack ?? 0,
    }
  }
}
