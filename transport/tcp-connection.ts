import { connect, type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { isShortage } from './descriptors.ts'
import { SocketDescriptor } from './socket-descriptor.ts'
import { tcpEnd } from './tcp-end.ts'
import {
  type Address,
  type Connection,
  type ConnectionHandler,
  type TransportEnd,
  writeHighWaterBytes,
} from './transport.ts'

/**
 * The memory every socket of the process reads into. One buffer is enough because libuv asks for it, reads and calls back
 * in one go (on Windows too, where it waits with a read of zero bytes), so no two sockets are ever between the first and
 * the last of these steps; and `data` may not keep it. Without it each read allocates 64 KiB and passes through a stream of
 * Node: 1.6 times the processor time a byte, measured over loopback on Node 20. 256 KiB is 16 blocks a read; from 128 to
 * 512 KiB made no difference beyond the noise.
 */
const readBuffer = new Uint8Array(256 * 1024)

/**
 * What one event has us say goes to the socket as one write, which costs as much as a few events. From so many bytes on it goes at once.
 */
const corkedBytesMax = 16 * 1024

/** `opening`: dialling, or `opened` is about to be called. `ending`: `closed` is the only call that may follow. */
type Stage = 'new' | 'opening' | 'open' | 'ending' | 'closed'

/** A TCP connection, dialled or accepted. */
export class TcpConnection implements Connection {
  readonly kind = 'tcp'
  readonly direction: 'in' | 'out'
  readonly remote: Address
  #stage: Stage = 'new'
  readonly #localAddress: string | undefined
  /** None before the dial has a descriptor. */
  #socket: Socket | undefined
  #handler: ConnectionHandler | undefined
  #end: TransportEnd | undefined
  #drainDue = false
  #isPaused = false
  readonly #descriptor: SocketDescriptor
  /** Written while dialling. */
  #early: Uint8Array[] | undefined
  #earlyBytes = 0
  /** Whether what is written waits for what else is said by the same event. */
  #isCorked = false
  static readonly #uncork = (connection: TcpConnection): void => {
    if (!connection.#isCorked) return
    connection.#isCorked = false
    connection.#socket?.uncork()
  }
  /** What the next read goes into: `readBuffer`, or the beginning of it. */
  #buffer = readBuffer

  /**
   * `accepted`: a paused socket that nothing has been read from, and whose descriptor is counted. `localAddress`: what is dialled from.
   */
  constructor(
    direction: 'in' | 'out',
    remote: Address,
    { accepted, localAddress }: { readonly accepted?: Socket; readonly localAddress?: string | undefined } = {},
  ) {
    this.#localAddress = localAddress
    this.direction = direction
    this.remote = remote
    this.#socket = accepted
    this.#descriptor = new SocketDescriptor(accepted !== undefined)
  }

  get queuedBytes(): number {
    return this.#earlyBytes + (this.#socket?.writableLength ?? 0)
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) throw new Error('a connection is opened once')
    this.#handler = handler
    if (this.#stage === 'ending') {
      process.nextTick(() => this.#close())
      return
    }
    this.#stage = 'opening'
    if (this.#socket === undefined) {
      this.#descriptor.take(
        () => this.#dialUnlessEnded(),
        () => this.#giveUp(),
      )
    } else {
      this.#start(() => this.#adopt())
    }
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (!this.#isUsable('write')) return false
    if (this.#stage === 'opening' && this.direction === 'out') this.#keep(chunks)
    else this.#send(chunks)
    if (this.queuedBytes <= writeHighWaterBytes) return true
    this.#drainDue = true
    return false
  }

  pause(): void {
    if (!this.#isUsable('pause')) return
    this.#isPaused = true
    this.#socket?.pause()
  }

  resume(): void {
    if (!this.#isUsable('resume')) return
    this.#isPaused = false
    this.#socket?.resume()
  }

  readAtMost(byteCount: number): void {
    if (Math.min(byteCount, readBuffer.length) === this.#buffer.length) return
    this.#buffer = readBuffer.subarray(0, byteCount)
  }

  end(): void {
    if (!this.#isUsable('end')) return
    if (this.#socket === undefined) {
      // It still waits to dial: nobody has been promised anything.
      this.destroy()
      return
    }
    this.#stage = 'ending'
    this.#flush()
    // Reads go on, unheard: closing a socket with unread bytes resets it, and the remote could lose what we sent last.
    this.#socket.resume()
    this.#socket.end()
  }

  destroy(): void {
    if (this.#stage === 'closed') return
    const isWaiting = this.#stage === 'opening' && this.#socket === undefined
    this.#stage = 'ending'
    this.#end ??= { code: 'destroyed' }
    TcpConnection.#uncork(this)
    this.#socket?.destroy()
    if (isWaiting) process.nextTick(() => this.#close())
    else if (this.#handler === undefined) this.#descriptor.release()
  }

  /** Whether it may be used still: not once it is ending. Throws before `open`. */
  #isUsable(method: string): boolean {
    if (this.#handler === undefined && this.#stage === 'new') throw new Error(`${method} needs an open connection`)
    return this.#stage === 'opening' || this.#stage === 'open'
  }

  #dialUnlessEnded(): void {
    if (this.#stage === 'opening') this.#start(() => this.#dial())
  }

  #dial(): void {
    const from = this.#localAddress === undefined ? {} : { localAddress: this.#localAddress }
    const socket = connect({ ...this.remote, ...from, noDelay: true, onread: this.#onread() })
    let isStarved = false
    socket.on('connect', () => this.#opened())
    this.#attach(socket, {
      error: (error) => {
        isStarved = this.#stage === 'opening' && isShortage(error)
        if (!isStarved) this.#fail(error)
      },
      close: () => {
        if (!isStarved || this.#stage !== 'opening') {
          this.#close()
          return
        }
        this.#socket = undefined
        this.#descriptor.retake(() => this.#dialUnlessEnded())
      },
    })
  }

  #giveUp(): void {
    if (this.#stage !== 'opening') return
    this.#end ??= { code: 'no_descriptor' }
    this.#stage = 'ending'
    process.nextTick(() => this.#close())
  }

  /** Goes on with a socket that was accepted. */
  #adopt(): void {
    if (this.#socket === undefined) return
    this.#attach(withOwnReads(this.#socket, this.#onread()), {
      error: (error) => this.#fail(error),
      close: () => this.#close(),
    })
    process.nextTick(() => this.#opened())
  }

  #start(start: () => void): void {
    try {
      start()
    } catch (error) {
      // An address no socket can have, such as port 65536.
      this.#fail(error)
      process.nextTick(() => this.#close())
    }
  }

  #onread(): OnReadOpts {
    return { buffer: () => this.#buffer, callback: (byteCount) => this.#received(byteCount) }
  }

  #attach(socket: Socket, { error, close }: { error: (error: Error) => void; close: () => void }): void {
    this.#socket = socket
    if (this.#isPaused) socket.pause()
    socket.on('drain', () => this.#drained())
    socket.on('end', () => this.#finished())
    socket.on('error', error)
    socket.on('close', close)
  }

  #opened(): void {
    if (this.#stage !== 'opening') return
    this.#stage = 'open'
    this.#descriptor.used()
    this.#flush()
    this.#handler?.opened()
  }

  #keep(chunks: readonly Uint8Array[]): void {
    this.#early ??= []
    for (const chunk of chunks) {
      this.#early.push(chunk)
      this.#earlyBytes += chunk.length
    }
  }

  #flush(): void {
    if (this.#early === undefined) return
    this.#send(this.#early)
    this.#early = undefined
    this.#earlyBytes = 0
  }

  #send(chunks: readonly Uint8Array[]): void {
    if (!this.#socket) return
    // Corked, Node hands all of them to one writev; joining them first is faster only for
    // 64 small ones and more, by a quarter.
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#socket.cork()
      process.nextTick(TcpConnection.#uncork, this)
    }
    for (const chunk of chunks) if (chunk.length > 0) this.#socket.write(chunk)
    if (this.#socket.writableLength > corkedBytesMax) TcpConnection.#uncork(this)
  }

  #received(byteCount: number): boolean {
    if (this.#stage === 'open') this.#handler?.data(readBuffer.subarray(0, byteCount))
    return true
  }

  #drained(): void {
    if (!this.#drainDue || this.#stage !== 'open') return
    this.#drainDue = false
    this.#handler?.drained()
  }

  /** The remote has sent its FIN. It listens no more (neither side half-closes), so what we still queue is dropped. */
  #finished(): void {
    this.#end ??= { code: this.#socket?.writableFinished ? 'destroyed' : 'end' }
    this.#stage = 'ending'
    this.#socket?.destroy()
  }

  #fail(error: unknown): void {
    this.#end ??= tcpEnd(error)
    this.#stage = 'ending'
  }

  #close(): void {
    this.#stage = 'closed'
    this.#socket?.removeAllListeners()
    this.#socket = undefined
    this.#early = undefined
    this.#earlyBytes = 0
    this.#descriptor.release()
    this.#handler?.closed(this.#end ?? { code: 'error', detail: 'the socket closed without a reason' })
  }
}

/**
 * An accepted socket again, reading into the buffer of `onread`, which `net.Server` has no option for. The handle under a
 * socket is not public, but `tls`, `cluster` and `child_process` move it in this very way.
 */
function withOwnReads(accepted: Socket & { _handle?: object | null }, onread: OnReadOpts): Socket {
  const handle = accepted._handle
  if (!handle) throw new Error('an accepted socket has no handle')
  accepted._handle = null
  const options: SocketConstructorOpts & { handle: object; onread: OnReadOpts } = { handle, onread }
  return new Socket(options)
}
