import { type Address, type ConnectionHandler, type TransportEnd, writeHighWaterBytes } from '../transport.ts'
import { viewOf } from '../wire/bytes.ts'
import { Delivery } from './delivery.ts'
import type { UtpHost } from './host.ts'
import { Incoming } from './incoming.ts'
import { KeepAlive } from './keep-alive.ts'
import type { UtpLife } from './life.ts'
import { Output } from './output.ts'
import type { OwnerStage } from './owner-stage.ts'
import { type Packet, packetTypes } from './packet.ts'
import { Sender } from './sender.ts'
import { sequencePlus } from './sequence.ts'
import type { UtpAccepting, UtpDialling, UtpStream, UtpStreamOptions } from './stream.ts'
import { StreamTimer } from './stream-timer.ts'
import { WriteQueue } from './write-queue.ts'

/** How long what the remote may repeat is acknowledged: three of its timeouts at least (BEP 29 begins with 1 s). */
const lingerMicros = 3_000_000
/** How long a connection that its owner has done with may take to end. */
const orphanMicros = 15_000_000
/** How long the sender of a SYN has to show that it got our answer. */
const halfOpenMicros = 30_000_000

/** A stream whose windows are LEDBAT's and whose losses are found by time (RACK); its chart says how far it is. */
export class LedbatStream implements UtpStream {
  readonly kind = 'utp'
  readonly direction: 'in' | 'out'
  readonly remote: Address
  readonly #host: UtpHost
  readonly #life: UtpLife
  readonly #timer: StreamTimer
  readonly #queue = new WriteQueue()
  #receiveId: number | undefined
  /** The number of our SYN, or of our answer to one. */
  #firstSequence = 0
  #datagramBytesMax = 0
  #output: Output | undefined
  #keepAlive: KeepAlive | undefined
  #sender: Sender | undefined
  #incoming: Incoming | undefined
  #owner: OwnerStage = 'none'
  readonly #delivery: Delivery
  #handler: ConnectionHandler | undefined
  #end: TransportEnd | undefined
  #isPaused = false
  #readBytesMax = Number.POSITIVE_INFINITY
  #drainDue = false
  #isTurnDue = false
  #isInTurn = false
  #isFree = false
  /** Whether the remote had sent its FIN before ours: then it knows that we got it once it acknowledges ours. */
  #finIsAnswer = false
  /** When what goes on without its owner, or without need, is over. */
  #overAt = Number.POSITIVE_INFINITY
  readonly #goesOn = () => this.#owner === 'open' && !this.#isPaused

  constructor({ host, life, remote, accepting }: UtpStreamOptions) {
    this.direction = accepting ? 'in' : 'out'
    this.remote = remote
    this.#host = host
    this.#life = life
    this.#delivery = new Delivery(host, this.#goesOn, () => this.#nextTurn())
    this.#timer = new StreamTimer(host, (now) => this.#timeHasCome(now))
    if (accepting) this.#accept(accepting)
  }

  get receiveId(): number | undefined {
    return this.#receiveId
  }

  get sendId(): number | undefined {
    return this.#output?.sendId
  }

  /** What was written and is in no packet yet. */
  get queuedBytes(): number {
    return this.#queue.length
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) throw new Error('a connection is opened once')
    this.#handler = handler
    if (this.#owner === 'closing') {
      this.#turnLater()
      return
    }
    this.#owner = 'opening'
    if (this.direction === 'out') this.#host.begin()
    else this.#turnLater()
  }

  dial(dialling: UtpDialling): void {
    if (this.#isFree) return
    const { receiveId } = dialling
    const { sender } = this.#begin(receiveId, (receiveId + 1) & 0xffff, dialling)
    this.#life.send({ type: 'utp.dialled' })
    sender.sendControl(packetTypes.syn, receiveId, this.#host.nowMicros())
    this.#setTimer()
  }

  #accept(accepting: UtpAccepting): void {
    const { syn } = accepting
    const now = this.#host.nowMicros()
    const { output, sender } = this.#begin((syn.connectionId + 1) & 0xffff, syn.connectionId, accepting)
    this.#incoming = new Incoming(syn.sequence)
    output.incoming = this.#incoming
    output.received(syn.timestamp, true, now)
    sender.heardRoom(syn.window, now)
    this.#life.send({ type: 'utp.accepted' })
    this.#overAt = now + halfOpenMicros
    this.#acknowledgeLater()
  }

  #begin(receiveId: number, sendId: number, { sequence, datagramBytesMax }: Omit<UtpDialling, 'receiveId'>) {
    this.#receiveId = receiveId
    this.#firstSequence = sequence
    this.#datagramBytesMax = datagramBytesMax
    const output = new Output(this.#host, sendId, this.#host.nowMicros())
    const sender = new Sender(this.#host, output, this.#queue, sequence, datagramBytesMax)
    this.#output = output
    this.#sender = sender
    this.#keepAlive = new KeepAlive(output)
    return { output, sender }
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (!this.#isUsable('write')) return false
    this.#queue.push(chunks)
    this.#turnLater()
    if (this.#queue.length <= writeHighWaterBytes) return true
    this.#drainDue = true
    return false
  }

  pause(): void {
    if (this.#isUsable('pause')) this.#isPaused = true
  }

  resume(): void {
    if (!this.#isUsable('resume')) return
    this.#isPaused = false
    this.#turnLater()
  }

  readAtMost(byteCount: number): void {
    this.#readBytesMax = byteCount
  }

  end(): void {
    if (!this.#isUsable('end')) return
    this.#owner = 'ending'
    this.#turnLater()
  }

  destroy(): void {
    if (this.#owner === 'closing' || this.#owner === 'closed') return
    this.#close({ code: 'destroyed' })
    // A remote that nobody took in is not waited for: its place is free at once.
    if (this.direction === 'in' && this.#handler === undefined) this.#reset()
    else if (!this.#isConnected) this.#abandon()
    else if (this.#queue.length > 0 || this.#sender?.owesData) this.#reset()
    else this.#orphan()
  }

  fail(end: TransportEnd): void {
    this.#close(end)
    this.#abandon()
  }

  receive(packet: Packet, now: number): void {
    const output = this.#output
    let sender = this.#sender
    if (this.#isFree || output === undefined || sender === undefined) return
    if (packet.type === packetTypes.reset) {
      this.#wasReset()
      return
    }
    if (packet.type === packetTypes.syn) {
      // Our answer was lost.
      if (this.#life.stage === 'syn_received') this.#acknowledgeLater()
      return
    }
    const isAnswer = this.#life.stage === 'syn_sent'
    if (this.#life.stage === 'syn_received' && packet.ack === this.#firstSequence) {
      // It counts our answer, as BEP 29 has it and few do: our first data has the number behind it.
      const first = sequencePlus(this.#firstSequence, 1)
      sender = new Sender(this.#host, output, this.#queue, first, this.#datagramBytesMax)
      sender.heardRoom(packet.window, now)
      this.#sender = sender
    }
    if (!sender.isPossible(packet) || !this.#isEstablishedBy(packet)) return
    const isNewest = output.received(packet.timestamp, sender.isFurther(packet), now)
    const isNews = sender.acknowledged(packet, isNewest, now)
    if (isNews && this.#life.ours === 'fin_sent' && sender.isSettled) this.#life.send({ type: 'utp.fin_acknowledged' })
    if (packet.type !== packetTypes.state) this.#take(packet)
    if (!isAnswer && (isNews || packet.type !== packetTypes.state)) this.#keepAlive?.confirmed()
    this.#turnLater()
  }

  turn(): void {
    this.#isTurnDue = false
    this.#isInTurn = true
    try {
      this.#tell()
      this.#flush(this.#host.nowMicros())
      if (this.#drainDue && this.#queue.length === 0 && this.#owner === 'open') {
        this.#drainDue = false
        this.#isInTurn = false
        this.#handler?.drained()
      }
    } finally {
      this.#isInTurn = false
    }
  }

  /** Whether the connection stands, as of this packet at the latest. The first must show that the remote got our SYN, or our answer. */
  #isEstablishedBy(packet: Packet): boolean {
    const { stage } = this.#life
    if (stage !== 'syn_sent' && stage !== 'syn_received') return true
    if (stage === 'syn_sent') {
      if (packet.type !== packetTypes.state || packet.ack !== this.#firstSequence) return false
      // The remote does not count its answer: its first data has the same number.
      this.#incoming = new Incoming(sequencePlus(packet.sequence, -1))
      if (this.#output) this.#output.incoming = this.#incoming
      this.#keepAlive?.answered()
      this.#acknowledgeLater()
    } else if (sequencePlus(this.#firstSequence, -packet.ack) > 2) {
      // Our answer is counted by few, and a keep-alive says one less.
      return false
    }
    this.#life.send({ type: 'utp.established' })
    this.#overAt = Number.POSITIVE_INFINITY
    return true
  }

  #take({ type, sequence, bytes, payloadAt }: Packet): void {
    const incoming = this.#incoming
    if (incoming === undefined) return
    if (type === packetTypes.fin) incoming.finish(sequence)
    else incoming.data(sequence, viewOf(bytes, payloadAt, bytes.length))
    if (incoming.hasEnded && this.#life.theirs === 'open') this.#life.send({ type: 'utp.fin_received' })
    this.#acknowledgeLater()
  }

  #acknowledgeLater(): void {
    if (this.#output) this.#output.owesState = true
    this.#turnLater()
  }

  /** What is to be done is done in this turn, or else in another. */
  #turnLater(): void {
    if (!this.#isInTurn) this.#nextTurn()
  }

  #nextTurn(): void {
    if (this.#isTurnDue) return
    this.#isTurnDue = true
    this.#host.turnLater()
  }

  #isUsable(method: string): boolean {
    if (this.#owner === 'none') throw new Error(`${method} needs an open connection`)
    return this.#owner === 'opening' || this.#owner === 'open'
  }

  get #isConnected(): boolean {
    return this.#life.stage === 'connected'
  }

  /** Everything the owner is to hear. */
  #tell(): void {
    const handler = this.#handler
    const incoming = this.#incoming
    if (handler && this.#owner === 'opening' && (this.#isConnected || this.direction === 'in')) {
      this.#owner = 'open'
      handler.opened()
    }
    if (incoming) {
      if (handler) this.#delivery.deliver(incoming, handler, this.#readBytesMax)
      if (this.#isEnding) incoming.discard()
      if (this.#life.theirs === 'fin_received' && incoming.readyBytes === 0) this.#remoteHasFinished()
    }
    if (handler && this.#owner === 'closing') {
      this.#owner = 'closed'
      this.#host.disowned()
      handler.closed(this.#end ?? { code: 'destroyed' })
    }
  }

  /** All its bytes were delivered. It listens no more, as neither side half-closes: what we still queue is dropped. */
  #remoteHasFinished(): void {
    if (this.#owner !== 'ending' && !this.#goesOn()) return
    this.#close({ code: this.#owner === 'ending' && this.#life.ours !== 'open' ? 'destroyed' : 'end' })
    this.#orphan()
  }

  #flush(now: number): void {
    const output = this.#output
    const sender = this.#sender
    if (this.#isFree || output === undefined || sender === undefined) return
    const hasMore = sender.flush(now, this.#isConnected)
    if (this.#isConnected && this.#life.ours === 'open' && this.#isEnding && this.#queue.length === 0) {
      this.#finIsAnswer = this.#life.theirs === 'fin_received'
      sender.sendControl(packetTypes.fin, output.sendId, now)
      this.#life.send({ type: 'utp.fin_sent' })
    }
    if (output.isStateDue) output.sendState(sender.next, now)
    if (this.#life.stage === 'lingering') this.#linger(now)
    if (this.#isFree) return
    this.#setTimer()
    if (hasMore) this.#nextTurn()
  }

  /** Whether the owner writes and hears nothing more. */
  get #isEnding(): boolean {
    return this.#owner === 'ending' || this.#owner === 'closing' || this.#owner === 'closed'
  }

  #linger(now: number): void {
    const at = this.#finIsAnswer ? now : now + lingerMicros
    if (at < this.#overAt) this.#overAt = at
    if (now >= this.#overAt) this.#finish('utp.lingered')
  }

  #setTimer(): void {
    this.#timer.set(Math.min(this.#sender?.nextAt ?? Number.POSITIVE_INFINITY, this.#overAt, this.#keepAliveAt))
  }

  get #keepAliveAt(): number {
    return (this.#isConnected && this.#keepAlive?.at) || Number.POSITIVE_INFINITY
  }

  #timeHasCome(now: number): void {
    const sender = this.#sender
    if (sender === undefined) return
    if (now >= this.#overAt && this.#life.stage === 'lingering') this.#finish('utp.lingered')
    else if (now >= this.#overAt && this.#life.stage !== 'syn_received') this.#giveUp()
    else if (now >= this.#overAt || !sender.timePassed(now)) this.#timedOut()
    else {
      if (now >= this.#keepAliveAt) this.#keepAlive?.speak(sender.next, now)
      this.#flush(now)
    }
  }

  #timedOut(): void {
    this.#close({ code: 'timeout', detail: 'the remote does not answer' })
    this.#finish('utp.timed_out')
  }

  #wasReset(): void {
    const isRefused = this.#life.stage === 'syn_sent'
    this.#close({ code: isRefused ? 'refused' : 'reset', detail: 'the remote has sent a RESET' })
    this.#finish('utp.reset')
  }

  /** The owner has done with it. What is owed to the remote goes on for a while. */
  #orphan(): void {
    this.#queue.clear()
    this.#sender?.queueDropped()
    this.#overAt = Math.min(this.#overAt, this.#host.nowMicros() + orphanMicros)
    this.#setTimer()
  }

  /** A remote that has all our bytes may read them yet: it is told nothing, and a RESET if it writes. */
  #giveUp(): void {
    if (this.#life.ours === 'fin_acknowledged') this.#abandon()
    else this.#reset()
  }

  /** Gives it up, and says so. */
  #reset(): void {
    if (this.#sender) this.#output?.sendReset(this.#sender.next, this.#host.nowMicros())
    this.#abandon()
  }

  /** Gives it up silently. */
  #abandon(): void {
    if (!this.#isFree) this.#finish('utp.abandoned')
  }

  /** The owner is told in the next turn. The first reason counts. */
  #close(end: TransportEnd): void {
    if (this.#owner === 'closing' || this.#owner === 'closed') return
    this.#owner = 'closing'
    this.#end = end
    this.#nextTurn()
  }

  #finish(type: 'utp.lingered' | 'utp.reset' | 'utp.timed_out' | 'utp.abandoned'): void {
    this.#life.send({ type })
    this.#isFree = true
    this.#timer.clear()
    this.#queue.clear()
    this.#sender = undefined
    this.#incoming = undefined
    this.#host.free()
  }
}
