import type { Line, LineReports } from '../../transport/line.ts'
import type { Inflow, Sink } from './inflow.ts'
import { Outflow, type Way } from './outflow.ts'
import type { Packet } from './packet.ts'

/** What an end needs of its host. */
export interface EndOfHost {
  /** The way to the other end. */
  readonly way: Way
  /** What arrives, for a sink. */
  inflow(sink: Sink): Inflow
  /** It dials, or goes on with what was accepted: `open` or `fail` is to be called later. */
  begin(end: StreamEnd): void
  /** So many bytes were read. */
  hasRead(byteCount: number): void
  /** It broke: the other end is to know. */
  broke(): void
  /** It holds nothing any more. */
  over(end: StreamEnd): void
}

/** One end of a connection as TCP makes them: a line in the sense of `connectionOver`. It knows the other end by packets alone. */
export class StreamEnd implements Line, Sink {
  readonly #tell: LineReports
  readonly #host: EndOfHost
  readonly #out: Outflow
  readonly #in: Inflow
  #isReading = false
  #isClosed = false

  constructor(tell: LineReports, host: EndOfHost) {
    this.#tell = tell
    this.#host = host
    this.#out = new Outflow(host.way, () => tell.left())
    this.#in = host.inflow(this)
  }

  /** Whether its owner reads. */
  get isReading(): boolean {
    return this.#isReading
  }

  queuedBytes(): number {
    return this.#out.queuedBytes
  }

  start(): void {
    this.#host.begin(this)
  }

  send(chunk: Uint8Array): void {
    this.#out.send(chunk)
  }

  flow(isOn: boolean): void {
    this.#isReading = isOn
    if (isOn) this.#in.readOn()
  }

  finish(): void {
    // Reads go on, unheard, until the finish of the other end comes.
    this.flow(true)
    this.#out.finish()
  }

  cut(): void {
    if (this.#isClosed) return
    this.#leave()
    queueMicrotask(() => this.#tell.closed())
  }

  /** From now on what it sends leaves. */
  carry(): void {
    this.#out.start()
  }

  /** The connection stands. */
  open(): void {
    if (!this.#isClosed) this.#tell.opened()
  }

  /** It ends now, for a reason of the network. */
  fail(code: 'refused' | 'unreachable' | 'reset', detail: string): void {
    if (this.#isClosed) return
    this.#leave()
    this.#tell.ending(code, detail)
    this.#tell.closed()
  }

  /** The connection breaks: both ends are reset. */
  reset(): void {
    this.#host.broke()
    this.broken()
  }

  /** What the other end has sent arrives. */
  arrive({ bytes, byteCount, kind }: Packet): void {
    if (kind === 'data') this.#in.arrive(bytes)
    else if (kind === 'finish') this.#in.arrive(kind)
    else if (kind === 'room') this.#out.makeRoom(byteCount)
    else if (kind === 'reset') this.broken()
  }

  /** The connection is broken. */
  broken(): void {
    this.fail('reset', 'the connection broke')
  }

  /** The other end's bytes. */
  received(bytes: Uint8Array): void {
    this.#tell.data(bytes)
  }

  hasRead(byteCount: number): void {
    this.#host.hasRead(byteCount)
  }

  /** The other end sends nothing any more. It listens no more either, so what this one still queues is dropped. */
  finished(): void {
    if (this.#isClosed) return
    const code = this.#out.hasFinished ? 'destroyed' : 'end'
    this.#leave()
    this.#tell.ending(code)
    this.#tell.closed()
  }

  #leave(): void {
    this.#isClosed = true
    this.#in.cut()
    this.#out.abandon()
    this.#host.over(this)
  }
}
