import { CongestionWindow } from './congestion.ts'
import { QueueDelay } from './delay.ts'
import type { UtpHost } from './host.ts'
import { Outgoing, outstandingMax, type SentPacket } from './outgoing.ts'
import type { Output } from './output.ts'
import { headerBytes, type Packet, type PacketType, packetTypes, pad } from './packet.ts'
import { PacketSize } from './packet-size.ts'
import { RoundTrip } from './round-trip.ts'
import type { WriteQueue } from './write-queue.ts'

/** Timeouts in a row, nothing being acknowledged, with the last of which the remote is taken for gone: after 30.5 s at the least, 45 s for a dial. */
const timeoutsMax = 6

/** Packets of one turn at most, so that a burst stays below what sockets hold (208 KiB); the rest follows in the next turn. */
const burstPackets = 64

/** Beyond two round trips: how long a remote may keep an acknowledgement of a lone packet to itself. */
const ackDelayMaxMicros = 20_000

/**
 * The sending half of a connection: packs what is queued, as much as congestion and the remote's room allow, resends what is lost, and says
 * when it wants to be called for time alone.
 */
export class Sender {
  readonly #host: UtpHost
  readonly #output: Output
  readonly #queue: WriteQueue
  readonly #outgoing: Outgoing
  readonly #window: CongestionWindow
  readonly #size: PacketSize
  readonly #roundTrip = new RoundTrip()
  readonly #delay = new QueueDelay()
  #remoteWindow = 0
  /** Whether it was the congestion window that held us back last. */
  #isLimiting = false
  /** Since when the retransmission timer runs: something new was acknowledged, or sent when nothing was outstanding. */
  #waitsSince = 0
  #lossAt = Number.POSITIVE_INFINITY
  #hasProbedTail = false
  /** Whether something was newly acknowledged, or found lost, in this turn. */
  #mayExceed = false
  #timeouts = 0
  /** The remote has no room, and we have bytes for it. */
  #hasZeroWindow = false
  #burst = 0
  readonly #onLost = (packet: SentPacket) => {
    if (packet.paddingBytes === 0) this.#window.lost(packet.sentAt, this.#now)
    this.#mayExceed = true
  }
  #now = 0

  /** `sequence`: of the first packet. */
  constructor(host: UtpHost, output: Output, queue: WriteQueue, sequence: number, datagramBytes: number) {
    this.#host = host
    this.#output = output
    this.#queue = queue
    this.#outgoing = new Outgoing(sequence)
    this.#size = new PacketSize(datagramBytes)
    this.#window = new CongestionWindow(datagramBytes)
  }

  /** The number of the next packet. */
  get next(): number {
    return this.#outgoing.next
  }

  /** Whether all that was sent is acknowledged. */
  get isSettled(): boolean {
    return this.#outgoing.count === 0
  }

  /** Whether data was sent that is not acknowledged. */
  get owesData(): boolean {
    const oldest = this.#outgoing.oldest
    return oldest !== undefined && oldest.bytes.length > headerBytes
  }

  /** Sends a packet that carries no bytes and takes a number: SYN or FIN. */
  sendControl(type: PacketType, connectionId: number, now: number): void {
    this.#send(this.#output.prepare(type, this.next, 0, connectionId), now)
  }

  /** Whether a packet acknowledges nothing that was not sent. */
  isPossible(packet: Packet): boolean {
    return this.#outgoing.hasSent(packet.ack)
  }

  /** Whether a packet acknowledges more in order than any before it: it was sent later, whatever its clock says. */
  isFurther(packet: Packet): boolean {
    return this.#outgoing.isFurther(packet.ack)
  }

  /** Takes what a packet says of ours. `isNewest`: none that was sent after it has come before. Answers whether something new is acknowledged. */
  acknowledged(packet: Packet, isNewest: boolean, now: number): boolean {
    // It is asked for room, and answers.
    if (this.#hasZeroWindow) this.#timeouts = 0
    if (isNewest) this.heardRoom(packet.window, now)
    if (this.#outgoing.count === 0) return false
    const done = this.#outgoing.acknowledge(packet, this.#host.departed, now)
    if (done.bytes === 0) return false
    if (done.roundTrip > 0) {
      this.#roundTrip.sample(done.roundTrip, now)
      this.#outgoing.reordering.measured(this.#roundTrip.min, this.#roundTrip.smoothed)
    }
    this.#delay.sample(packet.timestampDifference, now)
    if (done.roundTrip > 0) this.#delay.tookInAll(done.roundTrip)
    for (let i = 0; i < done.late; i++) this.#window.wasLate()
    this.#window.acknowledged(done.bytes, this.#delay.micros, this.#isLimiting, now, this.#roundTrip.smoothed)
    this.#size.arrived(done.largest)
    this.#roundTrip.settle()
    this.#timeouts = 0
    this.#waitsSince = now
    this.#hasProbedTail = false
    this.#mayExceed = true
    this.#forgetZeroWindow()
    return true
  }

  /** The remote tells how much room it has. When it has some again, the packet that asked is sent once more at once. */
  heardRoom(window: number, now: number): void {
    this.#remoteWindow = window
    if (!this.#hasZeroWindow || window < this.#size.bytes) return
    this.#hasZeroWindow = false
    this.#waitsSince = now
    this.#roundTrip.settle()
    this.#outgoing.loseAll(this.#host.departed)
  }

  /** Sends what may be sent: what is lost, then, when it `mayData`, what is queued. Answers whether more may be sent in the next turn. */
  flush(now: number, mayData: boolean): boolean {
    this.#now = now
    this.#burst = burstPackets
    this.#lossAt = this.#outgoing.findLost(now, this.#host.departed, this.#onLost)
    if (this.#resendLost(now) && mayData) this.#sendQueued(now)
    this.#mayExceed = false
    return this.#burst === 0 && !this.#host.isBusy
  }

  /** Answers whether all of it was. */
  #resendLost(now: number): boolean {
    for (let packet = this.#outgoing.nextLost; packet !== undefined; packet = this.#outgoing.nextLost) {
      if (!this.#mayLeave(packet.bytes.length) && !this.#mayReplace()) return false
      this.#resend(packet, now)
    }
    return true
  }

  /** Whether a lost packet may leave beyond the window, which was just cut: one for each turn in which others arrived or it was found. */
  #mayReplace(): boolean {
    const may = this.#mayExceed && this.#burst > 0 && !this.#host.isBusy
    this.#mayExceed = false
    return may
  }

  #sendQueued(now: number): void {
    while (this.#queue.length > 0 && this.#outgoing.count < outstandingMax) {
      const room = this.#remoteWindow - this.#outgoing.payloadBytes
      let payloadBytes = Math.min(this.#size.bytes - headerBytes, this.#queue.run)
      if (payloadBytes > room) {
        if (this.#outgoing.count > 0) return
        if (room <= 0) {
          this.#noteZeroWindow(now)
          return
        }
        payloadBytes = room
      }
      const datagramBytes = payloadBytes + headerBytes
      const paddedBytes = datagramBytes === this.#size.bytes ? this.#size.probeBytes : undefined
      if (!this.#mayLeave(paddedBytes ?? datagramBytes)) return
      if (paddedBytes === undefined) this.#sendData(payloadBytes, now)
      else this.#sendPadded(payloadBytes, paddedBytes, now)
    }
    if (this.#queue.length === 0) this.#isLimiting = false
  }

  #sendData(payloadBytes: number, now: number): void {
    const packet = this.#output.prepare(packetTypes.data, this.next, payloadBytes)
    this.#queue.take(packet, headerBytes, payloadBytes)
    this.#send(packet, now)
  }

  /** Sends data in a datagram that is padded to `paddedBytes`. */
  #sendPadded(payloadBytes: number, paddedBytes: number, now: number): void {
    this.#size.probing()
    const paddingBytes = paddedBytes - headerBytes - payloadBytes
    const packet = this.#output.prepare(packetTypes.data, this.next, paddingBytes + payloadBytes)
    pad(packet, paddingBytes)
    this.#queue.take(packet, headerBytes + paddingBytes, payloadBytes)
    this.#send(packet, now, paddingBytes)
  }

  #send(bytes: Uint8Array, now: number, paddingBytes = 0): void {
    if (this.#outgoing.count === 0) {
      this.#waitsSince = now
      this.#hasProbedTail = false
    }
    const packet = this.#outgoing.push(bytes, paddingBytes, now)
    packet.number = this.#output.sendKept(bytes, now)
    this.#burst--
  }

  #resend(packet: SentPacket, now: number): void {
    if (packet.paddingBytes > 0) {
      this.#size.probeLost()
      this.#outgoing.strip(packet)
    }
    this.#outgoing.resent(packet, now)
    packet.number = this.#output.sendKept(packet.bytes, now)
    this.#burst--
  }

  /** Whether a datagram may leave now, by what is on the way, by what the socket takes, and by what has left in this turn. */
  #mayLeave(bytes: number): boolean {
    const onTheWay = this.#outgoing.onTheWayBytes
    if (onTheWay > 0 && onTheWay + bytes > this.#window.bytes) {
      this.#isLimiting = true
      return false
    }
    return this.#burst > 0 && !this.#host.isBusy
  }

  /** Nothing is queued any more. */
  queueDropped(): void {
    this.#forgetZeroWindow()
  }

  /** The remote is asked for room as long as we have bytes for it: without any, what asks would be an empty packet. */
  #forgetZeroWindow(): void {
    if (this.#queue.length === 0 && this.#outgoing.count === 0) this.#hasZeroWindow = false
  }

  /** The remote has no room: it is asked from time to time. */
  #noteZeroWindow(now: number): void {
    if (this.#hasZeroWindow) return
    this.#hasZeroWindow = true
    this.#waitsSince = now
  }

  /** When `timePassed` is to be called: Infinity when there is nothing to wait for. */
  get nextAt(): number {
    if (this.#outgoing.count === 0) return this.#hasZeroWindow ? this.#timeoutAt : Number.POSITIVE_INFINITY
    return Math.min(this.#lossAt, this.#timeoutAt, this.#tailProbeAt)
  }

  get #timeoutAt(): number {
    return this.#waitsSince + this.#roundTrip.timeout
  }

  /** When the last packet is sent again, so that its acknowledgement tells what of those before it is lost (RFC 8985, tail loss probe). */
  get #tailProbeAt(): number {
    if (this.#hasProbedTail || this.#roundTrip.smoothed === 0 || this.#hasZeroWindow) return Number.POSITIVE_INFINITY
    return this.#waitsSince + 2 * this.#roundTrip.smoothed + ackDelayMaxMicros
  }

  /** Does what time alone asks for; `flush` follows. Answers false when the remote is to be taken for gone. */
  timePassed(now: number): boolean {
    this.#now = now
    this.#burst = burstPackets
    if (this.#outgoing.count === 0 && !this.#hasZeroWindow) return true
    if (now >= this.#timeoutAt) return this.#timedOut(now)
    if (now >= this.#tailProbeAt) this.#probeTail(now)
    return true
  }

  #probeTail(now: number): void {
    this.#hasProbedTail = true
    const packet = this.#outgoing.lastOnTheWay
    if (packet !== undefined && packet.number <= this.#host.departed) this.#resend(packet, now)
  }

  #timedOut(now: number): boolean {
    const oldest = this.#outgoing.oldest
    this.#waitsSince = now
    // It has not left the socket yet.
    if (oldest !== undefined && oldest.number > this.#host.departed) return true
    this.#timeouts++
    if (this.#timeouts === timeoutsMax) return false
    this.#roundTrip.backOff()
    if (this.#hasZeroWindow) {
      if (oldest === undefined) this.#sendData(Math.min(this.#size.bytes - headerBytes, this.#queue.run), now)
      else this.#resend(oldest, now)
      return true
    }
    const outstandingBytes = this.#outgoing.onTheWayBytes
    this.#window.timedOut(outstandingBytes, this.#outgoing.loseAll(this.#host.departed), now)
    this.#hasProbedTail = true
    return true
  }
}
