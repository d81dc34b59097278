import { selectiveAckBytesMax } from './packet.ts'
import { sequenceDistance, sequencePlus } from './sequence.ts'

/** Bytes that are kept for the owner, and for what is missing between them: 10 MB/s over 100 ms. libutp has 1 MiB too. */
export const receiveBytesMax = 1024 * 1024

/** Packets ahead of the next that are kept. */
const aheadMax = 4096

/** What a packet costs beyond its payload: the object around it. Full packets in a window of 1 MiB come to less than this bound. */
const packetCost = 256
const costMax = 2 * receiveBytesMax

/** Bytes of a datagram beside its payload that are kept with it: a header and the longest selective acknowledgement are 54. */
const besidePayloadMax = 64

/**
 * What comes, put in order. Payloads are kept as views of their datagrams, but copied out of one that has much else in it. What waits is bounded
 * by its bytes (twice those of the window at the very most), by the window of sequence numbers and by what packets of few bytes cost.
 */
export class Incoming {
  /** The last packet in order. */
  #ack: number
  /** The sequence of the remote's FIN, once it has come. */
  #fin: number | undefined
  /** A ring by sequence number, as long as it has to be. */
  #ahead: (Uint8Array | undefined)[] = []
  #aheadCount = 0
  #highest: number
  /** In order, for the owner: from `#readyAt` on. */
  #ready: Uint8Array[] = []
  #readyAt = 0
  #readyBytes = 0
  #keptBytes = 0
  #keptCount = 0

  /** `ack`: the number before the first data packet. */
  constructor(ack: number) {
    this.#ack = ack
    this.#highest = ack
  }

  /** The last packet that came in order; the FIN counts. */
  get ack(): number {
    return this.#ack
  }

  /** Whether all has come, and the FIN. */
  get hasEnded(): boolean {
    return this.#fin !== undefined && sequenceDistance(this.#ack, this.#fin) >= 0
  }

  /** Bytes in order that were not taken. */
  get readyBytes(): number {
    return this.#readyBytes
  }

  /** Whether something is missing before what came. */
  get hasGap(): boolean {
    return this.#aheadCount > 0 || (this.#fin !== undefined && !this.hasEnded)
  }

  /** Bytes there is room for. */
  get window(): number {
    return Math.max(0, Math.min(receiveBytesMax - this.#keptBytes, costMax - this.#cost))
  }

  get #cost(): number {
    return costOf(this.#keptBytes, this.#keptCount)
  }

  /** What closes a gap has to share the room with what is in order alone: what stands behind the gap, and may fill all the rest, waits for it. */
  #hasRoomFor(payload: Uint8Array, distance: number): boolean {
    if (distance > 1) return this.#keptBytes + payload.length <= receiveBytesMax && this.#cost <= costMax
    const cost = costOf(this.#readyBytes, this.#ready.length - this.#readyAt)
    return this.#readyBytes + payload.length <= receiveBytesMax && cost <= costMax
  }

  /**
   * The payload of a data packet; one that has come before, or that there is no room for, changes nothing. An empty one takes its number and is
   * nothing else, as libutp has it.
   */
  data(sequence: number, payload: Uint8Array): void {
    const distance = sequenceDistance(sequence, this.#ack)
    if (distance <= 0 || distance > aheadMax) return
    if (this.#fin !== undefined && sequenceDistance(sequence, this.#fin) >= 0) return
    if (!this.#hasRoomFor(payload, distance)) return
    if (distance > 1) {
      this.#keepAhead(sequence, distance, payload)
      return
    }
    this.#keptBytes += payload.length
    this.#keptCount++
    this.#next(kept(payload))
    this.#advance()
  }

  /** The remote's FIN. The first one counts; one that is behind what has come in order ends nothing. */
  finish(sequence: number): void {
    const distance = sequenceDistance(sequence, this.#ack)
    if (this.#fin !== undefined || distance <= 0 || distance > aheadMax) return
    this.#forgetBehind(sequence)
    this.#fin = sequence
    this.#advance()
  }

  /** Takes bytes in order, at most `byteCount`, as they came or the beginning of them. Undefined when none are there. */
  take(byteCount: number): Uint8Array | undefined {
    const first = this.#ready[this.#readyAt]
    if (first === undefined) return undefined
    const taken = first.length <= byteCount ? first : first.subarray(0, byteCount)
    this.#readyBytes -= taken.length
    this.#keptBytes -= taken.length
    if (taken.length < first.length) {
      this.#ready[this.#readyAt] = first.subarray(byteCount)
      return taken
    }
    this.#keptCount--
    this.#readyAt++
    if (this.#readyAt === this.#ready.length) {
      this.#ready = []
      this.#readyAt = 0
    }
    return taken
  }

  /** Bytes of the next chunk that `take` gives; 0: none is there. */
  get nextLength(): number {
    return this.#ready[this.#readyAt]?.length ?? 0
  }

  /** Forgets what is in order: nobody wants it. */
  discard(): void {
    this.#keptBytes -= this.#readyBytes
    this.#keptCount -= this.#ready.length - this.#readyAt
    this.#readyBytes = 0
    this.#ready = []
    this.#readyAt = 0
  }

  /**
   * Which packets have come beyond the one that is missing: bit 0 stands for the second behind `ack`, in multiples of 4 bytes, as long as it
   * takes up to 32. Undefined when nothing is missing.
   */
  selectiveAck(): Uint8Array | undefined {
    if (!this.hasGap) return undefined
    const bits = sequenceDistance(this.#highest, this.#ack) - 1
    const mask = new Uint8Array(Math.min(selectiveAckBytesMax, 4 * Math.ceil(bits / 32)))
    for (let i = 0; i < bits && i < mask.length * 8; i++) {
      if (this.#hasCome(sequencePlus(this.#ack, i + 2))) mask[i >> 3] = (mask[i >> 3] as number) | (1 << (i & 7))
    }
    return mask
  }

  #hasCome(sequence: number): boolean {
    return sequence === this.#fin || this.#ahead[this.#slot(sequence)] !== undefined
  }

  #slot(sequence: number): number {
    return sequence & (this.#ahead.length - 1)
  }

  #keepAhead(sequence: number, distance: number, payload: Uint8Array): void {
    while (distance >= this.#ahead.length) this.#growRing()
    const slot = this.#slot(sequence)
    if (this.#ahead[slot] !== undefined) return
    this.#ahead[slot] = kept(payload)
    this.#noteHighest(sequence)
    this.#aheadCount++
    this.#keptBytes += payload.length
    this.#keptCount++
  }

  #growRing(): void {
    const before = this.#ahead
    this.#ahead = new Array<Uint8Array | undefined>(Math.max(64, before.length * 2)).fill(undefined)
    for (let i = 1; i <= before.length; i++) {
      const sequence = sequencePlus(this.#ack, i)
      this.#ahead[this.#slot(sequence)] = before[sequence & (before.length - 1)]
    }
  }

  #next(payload: Uint8Array): void {
    this.#ack = sequencePlus(this.#ack, 1)
    if (payload.length === 0) {
      this.#keptCount--
      return
    }
    this.#ready.push(payload)
    this.#readyBytes += payload.length
  }

  /** Takes what has come before and is next now. */
  #advance(): void {
    while (this.#aheadCount > 0) {
      const slot = this.#slot(sequencePlus(this.#ack, 1))
      const payload = this.#ahead[slot]
      if (payload === undefined) break
      this.#ahead[slot] = undefined
      this.#aheadCount--
      this.#next(payload)
    }
    if (this.#fin === sequencePlus(this.#ack, 1)) this.#ack = this.#fin
  }

  #noteHighest(sequence: number): void {
    if (!this.hasGap || sequenceDistance(sequence, this.#highest) > 0) this.#highest = sequence
  }

  /** Data behind the FIN is none. */
  #forgetBehind(fin: number): void {
    this.#highest = fin
    for (let i = sequenceDistance(fin, this.#ack) + 1; i < this.#ahead.length; i++) {
      const slot = this.#slot(sequencePlus(this.#ack, i))
      const payload = this.#ahead[slot]
      if (payload === undefined) continue
      this.#ahead[slot] = undefined
      this.#aheadCount--
      this.#keptBytes -= payload.length
      this.#keptCount--
    }
  }
}

const costOf = (bytes: number, packets: number): number => bytes + packets * packetCost

/** A payload without the extensions of its datagram, which the bounds do not count: they may be longer than it by far. */
function kept(payload: Uint8Array): Uint8Array {
  return payload.buffer.byteLength - payload.length > besidePayloadMax ? new Uint8Array(payload) : payload
}
