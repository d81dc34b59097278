import { createHash } from 'node:crypto'
import type { Connection, ConnectionHandler, TransportEnd } from '../../transport/transport.ts'

/** One end of a connection under test: calls its methods, keeps what it tells, and notes every broken promise in `faults`. */
export class EndOfConnection implements ConnectionHandler {
  readonly connection: Connection
  readonly faults: string[] = []
  /** What was called, in order; a run of `data` is noted once. */
  readonly calls: string[] = []
  receivedBytes = 0
  readsCount = 0
  ended: TransportEnd | undefined
  /** What a test does from inside a call. */
  onOpened: () => void = () => {}
  onData: (chunk: Uint8Array) => void = () => {}
  onDrained: () => void = () => {}
  readonly #received = createHash('sha1')
  #isInsideMethod = false

  constructor(connection: Connection) {
    this.connection = connection
  }

  /** The SHA-1 of all bytes received; call once, at the end. */
  receivedDigest(): string {
    return this.#received.digest('hex')
  }

  get isOpen(): boolean {
    return this.calls.includes('opened') && this.ended === undefined
  }

  open(): void {
    this.#inside(() => this.connection.open(this))
  }

  write(...chunks: Uint8Array[]): boolean {
    return this.#inside(() => this.connection.write(chunks))
  }

  pause(): void {
    this.#inside(() => this.connection.pause())
  }

  resume(): void {
    this.#inside(() => this.connection.resume())
  }

  end(): void {
    this.#inside(() => this.connection.end())
  }

  destroy(): void {
    this.#inside(() => this.connection.destroy())
  }

  opened(): void {
    if (this.calls.length > 0) this.faults.push(`opened after ${this.calls}`)
    this.#called('opened')
    this.onOpened()
  }

  data(chunk: Uint8Array): void {
    if (!this.isOpen) this.faults.push('data while not open')
    if (chunk.length === 0) this.faults.push('data without a byte')
    this.#called('data')
    this.readsCount++
    this.receivedBytes += chunk.length
    this.#received.update(chunk)
    this.onData(chunk)
    // The handler may write into a chunk, and nobody may notice.
    chunk.fill(0xee)
  }

  drained(): void {
    if (!this.isOpen) this.faults.push('drained while not open')
    if (this.connection.queuedBytes > 0) this.faults.push('drained with bytes in the queue')
    this.#called('drained')
    this.onDrained()
  }

  closed(end: TransportEnd): void {
    this.#called('closed')
    this.ended = end
  }

  #called(name: string): void {
    if (this.#isInsideMethod) this.faults.push(`${name} from inside a method`)
    if (this.ended !== undefined) this.faults.push(`${name} after closed`)
    if (name !== 'data' || this.calls.at(-1) !== 'data') this.calls.push(name)
  }

  #inside<Result>(method: () => Result): Result {
    this.#isInsideMethod = true
    try {
      return method()
    } finally {
      this.#isInsideMethod = false
    }
  }
}
