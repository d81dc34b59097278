import { headerBytes, type Packet, withoutPadding } from './packet.ts'
import { givePacket } from './packet-memory.ts'
import { Reordering } from './reordering.ts'
import { sequenceDistance, sequencePlus } from './sequence.ts'

/** Packets that may be unacknowledged at once. */
export const outstandingMax = 4096

/** A packet that was sent and is kept until it is acknowledged. Its slot is used again. */
export interface SentPacket {
  /** The datagram. */
  bytes: Uint8Array
  sequence: number
  /** Bytes of padding in it; above 0 it is a probe of what the path carries. */
  paddingBytes: number
  /** When it was sent last, and first. */
  sentAt: number
  firstSentAt: number
  /** Its number among all datagrams of the socket, as it was sent last: what has a lower one was sent before. */
  number: number
  /** How often it was sent. */
  sends: number
  /** How often it counted as lost. */
  losses: number
  /** `lost`: to be sent again, and not on the way. */
  standing: 'on_the_way' | 'lost' | 'acknowledged'
}

/** What a packet of the remote acknowledged. One object, filled anew each time. */
export interface Acknowledgement {
  /** Bytes of datagrams that the remote has, and that it was not known to have. */
  bytes: number
  /** The shortest round trip of a packet that was sent once; 0: none was. */
  roundTrip: number
  /** Packets that had counted as lost and had only been late. */
  late: number
  /** Bytes of the largest of them. */
  largest: number
}

const nothing = new Uint8Array(0)

/**
 * What was sent and is not acknowledged, in a ring by sequence number, and which of it is lost: by time, as RACK has it (RFC 8985). A packet is
 * lost when one that was sent later has arrived, and as much time has passed since it left as that one took, and a margin for packets that
 * change places on the way.
 */
export class Outgoing {
  #ring: SentPacket[] = []
  #mask = -1
  #first: number
  #count = 0
  #onTheWayBytes = 0
  /** Of datagrams that are not acknowledged. */
  #keptBytes = 0
  #lostCount = 0
  #acknowledgedCount = 0
  /** The highest sequence that the remote is known to have: only of what is below it anything is known. */
  #highest: number
  /** Of the packet that was sent last among those that have arrived: its number, and how long it took. */
  #latestNumber = 0
  #latestMicros = 0
  readonly reordering = new Reordering()
  readonly #acknowledgement: Acknowledgement = { bytes: 0, roundTrip: 0, late: 0, largest: 0 }

  /** `sequence`: of the first packet. */
  constructor(sequence: number) {
    this.#first = sequence
    this.#highest = sequencePlus(sequence, -1)
  }

  /** Packets between the first that is not acknowledged and the last that was sent. */
  get count(): number {
    return this.#count
  }

  /** The number of the next packet. */
  get next(): number {
    return sequencePlus(this.#first, this.#count)
  }

  /** The first packet that is not acknowledged. */
  get oldest(): SentPacket | undefined {
    return this.#count === 0 ? undefined : this.#at(this.#first)
  }

  /** Bytes of datagrams that are neither acknowledged nor lost. */
  get onTheWayBytes(): number {
    return this.#onTheWayBytes
  }

  /** Bytes of payload that are not acknowledged. */
  get payloadBytes(): number {
    return this.#keptBytes - (this.#count - this.#acknowledgedCount) * headerBytes
  }

  /** Keeps a packet that leaves now for the first time, `paddingBytes` of it for nothing; its `number` is still to be set. */
  push(bytes: Uint8Array, paddingBytes: number, now: number): SentPacket {
    if (this.#count === this.#ring.length) this.#growRing()
    const sequence = this.next
    const packet = this.#at(sequence)
    packet.bytes = bytes
    packet.sequence = sequence
    packet.paddingBytes = paddingBytes
    packet.sentAt = now
    packet.firstSentAt = now
    packet.sends = 1
    packet.losses = 0
    packet.standing = 'on_the_way'
    this.#count++
    this.#onTheWayBytes += bytes.length
    this.#keptBytes += bytes.length
    return packet
  }

  /** A packet leaves once more. */
  resent(packet: SentPacket, now: number): void {
    if (packet.standing === 'lost') {
      packet.standing = 'on_the_way'
      this.#lostCount--
      this.#onTheWayBytes += packet.bytes.length
    }
    packet.sends++
    packet.sentAt = now
  }

  /** A probe is to leave once more, and so as a packet like others: what became of it says nothing of congestion. */
  strip(probe: SentPacket): void {
    const { paddingBytes } = probe
    probe.bytes = withoutPadding(probe.bytes, paddingBytes)
    probe.paddingBytes = 0
    probe.losses = 0
    this.#keptBytes -= paddingBytes
    if (probe.standing === 'on_the_way') this.#onTheWayBytes -= paddingBytes
  }

  /** Whether `ack` is of something that was sent, or older. */
  hasSent(ack: number): boolean {
    return sequenceDistance(ack, this.#first) < this.#count
  }

  /** Whether `ack` is of something that was not known to have come in order: a packet that is older than another says less. */
  isFurther(ack: number): boolean {
    return sequenceDistance(ack, this.#first) >= 0
  }

  /**
   * Takes what the remote says it has. A mask speaks of what was sent alone, however long it is. `departed` is the number of the last datagram
   * that has left the socket: the memory of others is not ours again.
   */
  acknowledge(packet: Packet, departed: number, now: number): Acknowledgement {
    const done = this.#acknowledgement
    done.bytes = 0
    done.roundTrip = 0
    done.late = 0
    done.largest = 0
    const upTo = sequenceDistance(packet.ack, this.#first)
    for (let i = 0; i <= upTo; i++) {
      const sent = this.#at(this.#first)
      if (sent.standing === 'acknowledged') this.#acknowledgedCount--
      else this.#arrived(sent, now)
      if (sent.number <= departed) givePacket(sent.bytes)
      sent.bytes = nothing
      this.#first = sequencePlus(this.#first, 1)
      this.#count--
    }
    if (packet.selectiveAckLength > 0) this.#acknowledgeMask(packet, now)
    return done
  }

  #acknowledgeMask({ bytes, ack, selectiveAckAt, selectiveAckLength }: Packet, now: number): void {
    const begin = sequenceDistance(ack, this.#first) + 2
    for (let i = Math.max(0, -begin); i < selectiveAckLength * 8 && begin + i < this.#count; i++) {
      if ((((bytes[selectiveAckAt + (i >> 3)] as number) >> (i & 7)) & 1) === 0) continue
      const sent = this.#at(sequencePlus(this.#first, begin + i))
      if (sent.standing === 'acknowledged') continue
      this.#arrived(sent, now)
      sent.standing = 'acknowledged'
      this.#acknowledgedCount++
    }
  }

  #arrived(sent: SentPacket, now: number): void {
    const done = this.#acknowledgement
    const size = sent.bytes.length
    const took = now - sent.sentAt
    // One that comes back sooner than the way takes is of an earlier sending.
    const isOfEarlier = sent.sends > 1 && took < this.reordering.shortestRoundTrip * 0.75
    const wasLost = sent.standing === 'lost' ? sent.paddingBytes === 0 : isOfEarlier && sent.losses > 0
    if (wasLost) done.late++
    if (sent.standing === 'lost') this.#lostCount--
    else this.#onTheWayBytes -= size
    this.#keptBytes -= size
    done.bytes += size
    if (size > done.largest) done.largest = size
    if (sent.sends === 1 && (done.roundTrip === 0 || took < done.roundTrip)) done.roundTrip = took
    if (sequenceDistance(sent.sequence, this.#highest) > 0) this.#highest = sent.sequence
    if (isOfEarlier || (sent.sends === 1 && sent.number < this.#latestNumber)) {
      this.reordering.late(now - sent.firstSentAt - this.#latestMicros, now)
    }
    if (!isOfEarlier && sent.number > this.#latestNumber) {
      this.#latestNumber = sent.number
      this.#latestMicros = took
    }
  }

  /**
   * Finds what is lost by now, among what has left the socket, of which `departed` is the last. `lost` is told of each; answers
   * when the next may count as lost: Infinity when none may.
   */
  findLost(now: number, departed: number, lost: (packet: SentPacket) => void): number {
    let nextAt = Number.POSITIVE_INFINITY
    const first = this.oldest
    if (first === undefined || (this.#acknowledgedCount === 0 && first.sends === 1)) return nextAt
    const lossDelay = this.#latestMicros + this.reordering.windowMicros(now)
    const end = sequenceDistance(this.#highest, this.#first)
    for (let i = 0; i < end; i++) {
      const sent = this.#at(sequencePlus(this.#first, i))
      if (sent.standing !== 'on_the_way' || sent.number > this.#latestNumber || sent.number > departed) continue
      const at = sent.sentAt + lossDelay
      if (at > now) {
        if (at < nextAt) nextAt = at
        continue
      }
      this.#lose(sent)
      lost(sent)
    }
    return nextAt
  }

  /** Everything that has left the socket counts as lost. Answers how many packets that are, without a probe. */
  loseAll(departed: number): number {
    let count = 0
    for (let i = 0; i < this.#count; i++) {
      const sent = this.#at(sequencePlus(this.#first, i))
      if (sent.standing !== 'on_the_way' || sent.number > departed) continue
      this.#lose(sent)
      if (sent.paddingBytes === 0) count++
    }
    return count
  }

  /** The first packet that is to be sent again. */
  get nextLost(): SentPacket | undefined {
    if (this.#lostCount === 0) return undefined
    for (let i = 0; i < this.#count; i++) {
      const sent = this.#at(sequencePlus(this.#first, i))
      if (sent.standing === 'lost') return sent
    }
    return undefined
  }

  /** The last packet that was sent and has not arrived: what a probe sends again. */
  get lastOnTheWay(): SentPacket | undefined {
    for (let i = this.#count - 1; i >= 0; i--) {
      const sent = this.#at(sequencePlus(this.#first, i))
      if (sent.standing === 'on_the_way') return sent
    }
    return undefined
  }

  #lose(sent: SentPacket): void {
    sent.standing = 'lost'
    sent.losses++
    this.#lostCount++
    this.#onTheWayBytes -= sent.bytes.length
  }

  #at(sequence: number): SentPacket {
    return this.#ring[sequence & this.#mask] as SentPacket
  }

  #growRing(): void {
    const length = Math.max(16, this.#ring.length * 2)
    const ring = Array.from({ length }, emptySlot)
    for (let i = 0; i < this.#count; i++) {
      const sent = this.#at(sequencePlus(this.#first, i))
      ring[sent.sequence & (length - 1)] = sent
    }
    this.#ring = ring
    this.#mask = length - 1
  }
}

function emptySlot(): SentPacket {
  return {
    bytes: nothing,
    sequence: 0,
    paddingBytes: 0,
    sentAt: 0,
    firstSentAt: 0,
    number: 0,
    sends: 0,
    losses: 0,
    standing: 'acknowledged',
  }
}
