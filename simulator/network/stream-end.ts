import type { Line, LineReports } from '../../transport/line.ts'
import { Flow, type Way } from './flow.ts'

/** One end of a connection as TCP makes them: a line in the sense of `connectionOver`, on two flows. */
export class StreamEnd implements Line {
  readonly #tell: LineReports
  readonly #begin: (end: StreamEnd) => void
  readonly #over: (end: StreamEnd) => void
  readonly #out: Flow
  #other: StreamEnd | undefined
  #isReading = false
  #isClosed = false

  /** `begin`: it dials, or goes on with what was accepted; `open` or `fail` is to be called later, `carry` before. `over`: it holds nothing any more. */
  constructor(tell: LineReports, begin: (end: StreamEnd) => void, over: (end: StreamEnd) => void) {
    this.#tell = tell
    this.#begin = begin
    this.#over = over
    this.#out = new Flow({ left: () => this.#tell.left() })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether its owner reads. */
  get isReading(): boolean {
    return this.#isReading
  }

  queuedBytes(): number {
    return this.#out.queuedBytes
  }

  start(): void {
    this.#begin(this)
  }

  send(chunk: Uint8Array): void {
    this.#out.send(chunk)
  }

  flow(isOn: boolean): void {
    this.#isReading = isOn
    const other = this.#other
    if (isOn && other) other.#out.readOn()
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

  /** Joins it to the other end. */
  join(other: StreamEnd): void {
    this.#other = other
  }

  /** From now on what it sends travels by `way`. Also of an end that was closed meanwhile: the other end is to know. */
  carry(way: Way): void {
    if (this.#other) this.#out.start(way, this.#other)
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
    for (const end of [this.#other, this]) end?.fail('reset', 'the connection broke')
  }

  /** The other end's bytes. */
  received(bytes: Uint8Array): void {
    this.#tell.data(bytes)
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
    const other = this.#other
    if (other) other.#out.cut()
    this.#out.abandon()
    this.#over(this)
  }
}
