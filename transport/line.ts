import { requireObject } from './require.ts'
import {
  type Connection,
  type ConnectionHandler,
  type TransportEnd,
  type TransportKind,
  writeHighWaterBytes,
} from './transport.ts'

/** What a connection over a line says of itself. */
export type LineEnds = Pick<Connection, 'direction' | 'remote'> & { readonly kind: TransportKind }

/** What carries bytes, in the least that it has to know: it does as it is told, and tells `LineReports` what happens. */
export interface Line {
  /** Bytes given to `send` that have not left. */
  queuedBytes(): number
  /** Dials, or goes on with what was accepted; reports `opened` later. Called at most once, and first but for `cut`. */
  start(): void
  /** Queues bytes, also while it dials. The memory is the writer's until they have left. */
  send(chunk: Uint8Array): void
  /** Reads, or stops reading: it reads nothing before it is told to, which is after `opened`. Meanwhile no end of the remote is noticed. */
  flow(isOn: boolean): void
  /** Sends what is queued, and then that no more comes. It reads on. */
  finish(): void
  /** Lets go of everything at once, also before `start` and more than once; `closed` follows. */
  cut(): void
}

/** What a line tells, never from inside one of its methods. */
export interface LineReports {
  /** Bytes can flow. Once. */
  opened(): void
  /** At least one byte, in order. The memory is the reader's during the call: it may be changed, so it is not the writer's. */
  data(chunk: Uint8Array): void
  /** Bytes have left the queue. May be called more often than that. */
  left(): void
  /**
   * Why it will be closed; the first reason counts, and our own `destroy` before any. An `end` may come while the owner pauses, or has not
   * read all: it is told, and `closed` with it, behind the bytes.
   */
  ending(code: TransportEnd['code'], detail?: string): void
  /** It is closed. Once, the last call. */
  closed(): void
}

/**
 * A connection over a line, as the contract has it (`Connection`): what is called when, what does nothing any more, how much is read at
 * once. `make` is called at once, and gets what the line is to tell.
 */
export function connectionOver(ends: LineEnds, make: (tell: LineReports) => Line): Connection {
  requireObject('what a connection says of itself', ends)
  return new LineConnection(ends, make)
}

/** `new`: not opened. `opening`: `opened` is still to be called. `ending`: `closed` is the only call that may follow. */
type Stage = 'new' | 'opening' | 'open' | 'ending' | 'closed'

class LineConnection implements Connection {
  readonly kind: TransportKind
  readonly direction: 'in' | 'out'
  readonly remote: Connection['remote']
  readonly #line: Line
  #stage: Stage = 'new'
  #handler: ConnectionHandler | undefined
  #end: TransportEnd | undefined
  #isPaused = false
  #drainDue = false
  #readBytesMax = Number.POSITIVE_INFINITY
  /** What was read and is not reported yet, as the owner paused amid it. */
  #unread: Uint8Array[] = []
  #isLineClosed = false

  constructor({ kind, direction, remote }: LineEnds, make: (tell: LineReports) => Line) {
    this.kind = kind
    this.direction = direction
    this.remote = remote
    this.#line = make({
      opened: () => this.#opened(),
      data: (chunk) => this.#received(chunk),
      left: () => this.#left(),
      ending: (code, detail) => this.#ending(code, detail),
      closed: () => this.#closed(),
    })
  }

  get queuedBytes(): number {
    return this.#end ? 0 : this.#line.queuedBytes()
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) throw new Error('a connection is opened once')
    this.#handler = handler
    if (this.#stage === 'new') {
      this.#stage = 'opening'
      this.#line.start()
    } else if (this.#stage === 'closed') {
      queueMicrotask(() => this.#tellClosed())
    }
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (!this.#isUsable('write') || this.#end) return false
    for (const chunk of chunks) if (chunk.length > 0) this.#line.send(chunk)
    if (this.queuedBytes <= writeHighWaterBytes) return true
    this.#drainDue = true
    return false
  }

  pause(): void {
    if (!this.#isUsable('pause') || this.#isPaused) return
    this.#isPaused = true
    if (this.#stage === 'open' && !this.#end) this.#line.flow(false)
  }

  resume(): void {
    if (!this.#isUsable('resume') || !this.#isPaused) return
    this.#isPaused = false
    if (this.#stage !== 'open') return
    if (this.#unread.length === 0 && !this.#end) this.#line.flow(true)
    else queueMicrotask(() => this.#readOut())
  }

  readAtMost(byteCount: number): void {
    this.#readBytesMax = byteCount
  }

  end(): void {
    if (!this.#isUsable('end')) return
    if (this.#stage === 'open' && this.#isPaused && !this.#end) this.#line.flow(true)
    this.#isPaused = false
    this.#stage = 'ending'
    this.#unread = []
    if (this.#end) this.#closeLater()
    else this.#line.finish()
  }

  destroy(): void {
    if (this.#stage === 'closed') return
    // An end that was not told is none.
    if (this.#stage === 'open') this.#end = undefined
    this.#stage = 'ending'
    this.#end ??= { code: 'destroyed' }
    this.#unread = []
    this.#line.cut()
    this.#closeLater()
  }

  #isUsable(method: string): boolean {
    if (this.#handler === undefined && this.#stage === 'new') throw new Error(`${method} needs an open connection`)
    return this.#stage === 'opening' || this.#stage === 'open'
  }

  #opened(): void {
    if (this.#stage === 'opening') {
      this.#stage = 'open'
      this.#handler?.opened()
    }
    if (!this.#end) this.#line.flow(!this.#isPaused)
  }

  #received(chunk: Uint8Array): void {
    if (this.#stage !== 'open') return
    this.#unread.push(chunk)
    if (!this.#isPaused) this.#readOut()
  }

  #readOut(): void {
    while (this.#stage === 'open' && !this.#isPaused) {
      const chunk = this.#unread.shift()
      if (chunk === undefined) break
      if (chunk.length > this.#readBytesMax) this.#unread.unshift(chunk.subarray(this.#readBytesMax))
      this.#handler?.data(chunk.subarray(0, this.#readBytesMax))
    }
    if (this.#stage !== 'open' || this.#isPaused) return
    if (this.#end) this.#endTold()
    else this.#line.flow(true)
  }

  #left(): void {
    if (!this.#drainDue || this.#stage !== 'open' || this.#end || this.queuedBytes > 0) return
    this.#drainDue = false
    this.#handler?.drained()
  }

  #ending(code: TransportEnd['code'], detail?: string): void {
    this.#end ??= { code, ...(detail !== undefined && { detail }) }
    if (this.#stage !== 'new' && this.#stage !== 'closed' && !this.#isEndHeld) this.#stage = 'ending'
  }

  /** Whether the remote has ended in order, and its owner, which has not read all or pauses, is not to know yet. */
  get #isEndHeld(): boolean {
    return this.#end?.code === 'end' && this.#stage === 'open' && (this.#isPaused || this.#unread.length > 0)
  }

  /** Everything in front of the end was read. */
  #endTold(): void {
    this.#stage = 'ending'
    if (this.#isLineClosed) this.#closed()
  }

  /** The same, from inside a method. */
  #closeLater(): void {
    if (this.#isLineClosed) queueMicrotask(() => this.#closed())
  }

  #closed(): void {
    this.#isLineClosed = true
    if (this.#isEndHeld) return
    const isTold = this.#handler !== undefined && this.#stage !== 'closed'
    this.#stage = 'closed'
    this.#end ??= { code: 'error', detail: 'the line closed without a reason' }
    if (isTold) this.#tellClosed()
  }

  #tellClosed(): void {
    if (this.#end) this.#handler?.closed(this.#end)
  }
}
