import type { Address, Connection, ConnectionHandler, Transport } from '../../transport/transport.ts'

/** The messages of the protocol by their ids (BEP 3, 6, 10). */
const names: Readonly<Record<number, string>> = {
  0: 'choke',
  1: 'unchoke',
  2: 'interested',
  3: 'not_interested',
  4: 'have',
  5: 'bitfield',
  6: 'request',
  7: 'piece',
  8: 'cancel',
  13: 'suggest_piece',
  14: 'have_all',
  15: 'have_none',
  16: 'reject_request',
  17: 'allowed_fast',
  20: 'extended',
}

const handshakeBytes = 68
/** Of a `piece` message: its length, its id, and where the block begins. */
const pieceHeadBytes = 13

/** What members have sent, in bytes, and in messages of each kind where they are not encrypted. */
export class Tally {
  /** Bytes that were given to connections, handshakes included. */
  wireBytes = 0
  /** Of these, the bytes of blocks. */
  payloadBytes = 0
  /** By name; `keep_alive` for those without an id. */
  readonly messages: Record<string, number> = {}

  /** Counts a message: `byteCount` as its length says. */
  message(id: number | undefined, byteCount: number): void {
    const name = id === undefined ? 'keep_alive' : (names[id] ?? 'unknown')
    this.messages[name] = (this.messages[name] ?? 0) + 1
    if (id === 7) this.payloadBytes += byteCount + 4 - pieceHeadBytes
  }
}

/** Finds the messages in what one end of a connection writes: looks at their heads, and passes over the rest. */
export class MessageCounter {
  readonly #tally: Tally
  #bytesToSkip = handshakeBytes
  readonly #head: number[] = []

  constructor(tally: Tally) {
    this.#tally = tally
  }

  /** What is written next. */
  wrote(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      const skipped = Math.min(this.#bytesToSkip, chunk.length - at)
      this.#bytesToSkip -= skipped
      at += skipped
      if (at === chunk.length) return
      this.#head.push(chunk[at++] as number)
      const [a = 0, b = 0, c = 0, d = 0, id] = this.#head
      const byteCount = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
      if (this.#head.length === 4 && byteCount === 0) {
        this.#tally.message(undefined, 0)
        this.#head.length = 0
      } else if (id !== undefined) {
        this.#tally.message(id, byteCount)
        this.#bytesToSkip = byteCount - 1
        this.#head.length = 0
      }
    }
  }
}

/** What a transport is counted by. */
export interface Counting {
  readonly tally: Tally
  /** A connection is there from now on, also one that dials; or is over. */
  changed(by: 1 | -1): void
  /** Whether what is written can be read: no encryption. */
  readonly isPlain: boolean
  /** So many bytes were written to a remote now. */
  wrote(remote: Address, byteCount: number): void
}

/** The same transport, all that is written to which is counted. */
export function counted(transport: Transport, counting: Counting): Transport {
  const { idle } = transport
  return {
    kind: transport.kind,
    dial: (address) => new CountedConnection(transport.dial(address), counting),
    listen: (address, accept) =>
      transport.listen(address, (connection) => accept(new CountedConnection(connection, counting))),
    ...(idle && { idle: () => idle.call(transport) }),
  }
}

class CountedConnection implements Connection {
  readonly #connection: Connection
  readonly #counting: Counting
  readonly #counter: MessageCounter | undefined

  constructor(connection: Connection, counting: Counting) {
    this.#connection = connection
    this.#counting = counting
    this.#counter = counting.isPlain ? new MessageCounter(counting.tally) : undefined
  }

  get kind() {
    return this.#connection.kind
  }

  get direction() {
    return this.#connection.direction
  }

  get remote() {
    return this.#connection.remote
  }

  get queuedBytes() {
    return this.#connection.queuedBytes
  }

  open(handler: ConnectionHandler): void {
    this.#counting.changed(1)
    this.#connection.open({
      opened: () => handler.opened(),
      data: (chunk) => handler.data(chunk),
      drained: () => handler.drained(),
      closed: (end) => {
        this.#counting.changed(-1)
        handler.closed(end)
      },
    })
  }

  write(chunks: readonly Uint8Array[]): boolean {
    let byteCount = 0
    for (const chunk of chunks) {
      byteCount += chunk.length
      this.#counter?.wrote(chunk)
    }
    this.#counting.tally.wireBytes += byteCount
    this.#counting.wrote(this.remote, byteCount)
    return this.#connection.write(chunks)
  }

  pause(): void {
    this.#connection.pause()
  }

  resume(): void {
    this.#connection.resume()
  }

  readAtMost(byteCount: number): void {
    this.#connection.readAtMost(byteCount)
  }

  end(): void {
    this.#connection.end()
  }

  destroy(): void {
    this.#connection.destroy()
  }
}
