import { connect, createServer, type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { canonicalHost } from './address.ts'
import {
  type Address,
  type Connection,
  type ConnectionHandler,
  type ListenerHandle,
  type Transport,
  type TransportEnd,
  writeHighWaterBytes,
} from './transport.ts'

/**
 * TCP, over IPv4 and IPv6. Nagle's algorithm is off: a request must not wait for the next one. TCP keep-alive is off too:
 * the protocol has its own (BEP 3), and whoever owns a connection times its silence.
 */
export function tcpTransport(): Transport {
  return { kind: 'tcp', dial: (address) => new TcpConnection('out', address), listen }
}

/**
 * The memory every socket of the process reads into. One buffer is enough because libuv asks for it, reads and calls back
 * in one go (on Windows too, where it waits with a read of zero bytes), so no two sockets are ever between the first and
 * the last of these steps; and `data` may not keep it. Without it each read allocates 64 KiB and passes through a stream of
 * Node: 1.6 times the processor time a byte, measured over loopback on Node 20. 256 KiB is 16 blocks a read; from 128 to
 * 512 KiB made no difference beyond the noise.
 */
const readBuffer = new Uint8Array(256 * 1024)

/** `opening`: dialling, or `opened` is about to be called. `ending`: `closed` is the only call that may follow. */
type Stage = 'new' | 'opening' | 'open' | 'ending' | 'closed'

class TcpConnection implements Connection {
  readonly kind = 'tcp'
  readonly direction: 'in' | 'out'
  readonly remote: Address
  #stage: Stage = 'new'
  #socket: Socket | undefined
  #handler: ConnectionHandler | undefined
  #end: TransportEnd | undefined
  #drainDue = false
  /** What the next read goes into: `readBuffer`, or the beginning of it. */
  #buffer = readBuffer

  /** `accepted`: a paused socket that nothing has been read from. */
  constructor(direction: 'in' | 'out', remote: Address, accepted?: Socket) {
    this.direction = direction
    this.remote = remote
    this.#socket = accepted
  }

  get queuedBytes(): number {
    return this.#socket?.writableLength ?? 0
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) throw new Error('a connection is opened once')
    this.#handler = handler
    if (this.#stage === 'ending') {
      process.nextTick(() => this.#close())
      return
    }
    this.#stage = 'opening'
    const onread: OnReadOpts = { buffer: () => this.#buffer, callback: (byteCount) => this.#received(byteCount) }
    try {
      if (this.#socket === undefined) {
        this.#socket = connect({ ...this.remote, noDelay: true, onread })
        this.#socket.on('connect', () => this.#opened())
      } else {
        this.#socket = withOwnReads(this.#socket, onread)
        process.nextTick(() => this.#opened())
      }
    } catch (error) {
      // An address no socket can have, such as port 65536.
      this.#fail(error)
      process.nextTick(() => this.#close())
      return
    }
    this.#socket.on('drain', () => this.#drained())
    this.#socket.on('end', () => this.#finished())
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#close())
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#startedSocket('write')
    if (socket === undefined) return false
    // Corked, Node hands all of them to one writev; joining them first is faster only for
    // 64 small ones and more, by a quarter.
    socket.cork()
    for (const chunk of chunks) if (chunk.length > 0) socket.write(chunk)
    socket.uncork()
    if (socket.writableLength <= writeHighWaterBytes) return true
    this.#drainDue = true
    return false
  }

  pause(): void {
    this.#startedSocket('pause')?.pause()
  }

  resume(): void {
    this.#startedSocket('resume')?.resume()
  }

  readAtMost(byteCount: number): void {
    if (Math.min(byteCount, readBuffer.length) === this.#buffer.length) return
    this.#buffer = readBuffer.subarray(0, byteCount)
  }

  end(): void {
    const socket = this.#startedSocket('end')
    if (socket === undefined) return
    this.#stage = 'ending'
    // Reads go on, unheard: closing a socket with unread bytes resets it, and the remote could lose what we sent last.
    socket.resume()
    socket.end()
  }

  destroy(): void {
    if (this.#stage === 'closed') return
    this.#stage = 'ending'
    this.#end ??= { code: 'destroyed' }
    this.#socket?.destroy()
  }

  /** The socket of a connection that may still be used, undefined once it is ending; throws before `open`. */
  #startedSocket(method: string): Socket | undefined {
    if (this.#handler === undefined && this.#stage === 'new') throw new Error(`${method} needs an open connection`)
    return this.#stage === 'opening' || this.#stage === 'open' ? this.#socket : undefined
  }

  #opened(): void {
    if (this.#stage !== 'opening') return
    this.#stage = 'open'
    this.#handler?.opened()
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
    this.#end ??= transportEnd(error)
    this.#stage = 'ending'
  }

  #close(): void {
    this.#stage = 'closed'
    this.#socket?.removeAllListeners()
    this.#socket = undefined
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

function listen(address: Address, accept: (connection: Connection) => void): Promise<ListenerHandle> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
      const { remoteAddress, remotePort } = socket
      socket.on('error', ignore)
      // Gone before we looked.
      if (remoteAddress === undefined || remotePort === undefined) socket.destroy()
      else accept(new TcpConnection('in', { host: canonicalHost(remoteAddress), port: remotePort }, socket))
    })
    server.once('error', reject)
    server.listen({ ...address }, () => {
      server.off('error', reject)
      // An accept that fails, say for want of file descriptors, costs that one connection.
      server.on('error', ignore)
      const bound = server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
      resolve({
        address: { host: address.host, port },
        close: async () => {
          // The port is free when this returns; its callback would wait for every accepted connection.
          server.close()
        },
      })
    })
  })
}

function ignore(): void {}

/** What the operating system's and the resolver's errors mean to a peer; by their code, since texts differ by platform. */
const endCodes: Readonly<Record<string, TransportEnd['code']>> = {
  ECONNREFUSED: 'refused',
  EADDRNOTAVAIL: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EAI_FAIL: 'unreachable',
  EAI_NODATA: 'unreachable',
  EAI_NONAME: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  ECONNABORTED: 'reset',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
}

function transportEnd(error: unknown): TransportEnd {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  return { code: endCodes[code ?? ''] ?? 'error', detail: message || code || 'unknown error' }
}
