import { limits } from '../machines/peer/vocabulary/delays.ts'
import type { PeerEvent } from '../machines/peer/vocabulary/events.ts'
import type { SendEvent } from '../machines/peer/vocabulary/transport-commands.ts'
import type { Bandwidth } from '../transport/bandwidth/bandwidth.ts'
import type { Gate } from '../transport/bandwidth/gate.ts'
import { Outbox, type Writer } from '../transport/bandwidth/outbox.ts'
import type { Clock } from '../transport/clock.ts'
import type { Rc4 } from '../transport/mse/rc4.ts'
import type { Connection } from '../transport/transport.ts'
import { encode, encodeHaves, encodeSent } from '../transport/wire/encode.ts'
import { encodeExtendedHandshake, extendedHandshakeId } from '../transport/wire/extended/handshake.ts'
import { HaveQueue } from '../transport/wire/have-queue.ts'
import type { Message } from '../transport/wire/messages.ts'
import { handshakeBytes } from './handshake-bytes.ts'

/** What an outbound stream works with. */
export interface OutboundServices {
  readonly connection: Connection
  /** Of the limits up that hold for it. */
  readonly gates: readonly Gate[]
  readonly clock: Clock
  readonly report: (event: PeerEvent) => void
  /** Runs what may throw. */
  readonly guarded: (action: () => void) => void
}

/**
 * The writing side of one connection: encrypted once a cipher is agreed on, within the limits, and known to the peer when the socket, or
 * a limit, takes no more for now (`transport.congested`, then `drained`) or the remote has ceased to read (`overflowed`).
 */
export class Outbound implements Writer {
  readonly #services: OutboundServices
  readonly #outbox: Outbox
  readonly #haves = new HaveQueue()
  /** Pieces whose `have` goes with the next write. */
  #knownHaves: number[] = []
  #cipher: Rc4 | undefined
  #lastAt = 0

  constructor(services: OutboundServices) {
    this.#services = services
    this.#outbox = new Outbox(this, services.gates)
  }

  /** When bytes were last written, at first when the connection opened: a time of the clock. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** Bytes a second at most; Infinity without a limit. */
  get limit(): number {
    return this.#outbox.limit
  }

  /** The connection is open. */
  begin(at: number): void {
    this.#lastAt = at
  }

  /** One more bandwidth from now on. */
  join(bandwidth: Bandwidth): void {
    this.#outbox.join(bandwidth)
  }

  /** Everything from now on is encrypted. */
  encrypt(cipher: Rc4): void {
    this.#cipher = cipher
  }

  /** Puts on the wire what the peer sends: a block or a large extended message in its turn under the limits, all else at once. */
  send(command: SendEvent): void {
    switch (command.type) {
      case 'send.handshake':
        this.write([handshakeBytes(command)])
        break
      case 'send.extended_handshake': {
        const payload = encodeExtendedHandshake(command.handshake)
        this.write(encode({ name: 'extended', id: extendedHandshakeId, payload }))
        break
      }
      case 'send.haves':
        this.#haves.push(command.pieces.indexes())
        this.#sayHaves()
        break
      case 'send.known_have':
        this.#knownHaves.push(command.index)
        break
      case 'send.piece':
        this.#sendInTurn({ name: 'piece', blocks: command.blocks })
        break
      case 'send.extended':
        this.#sendInTurn({ name: 'extended', id: command.id, payload: command.payload })
        break
      default:
        this.write(encodeSent(command))
    }
  }

  /** Sends each `have` that waits for a write. */
  sendKnownHaves(): void {
    if (this.#knownHaves.length > 0) this.#services.guarded(() => this.write([]))
  }

  /** Writes at once. Blocks are shared with other peers, so what is encrypted is a copy. Answers false when the socket is full. */
  write(message: readonly Uint8Array[]): boolean {
    const { clock, connection, report } = this.#services
    const chunks = this.#withKnownHaves(message)
    this.#lastAt = clock.now()
    if (this.#outbox.limit !== Number.POSITIVE_INFINITY) {
      this.#outbox.wrote(chunks.reduce((sum, { length }) => sum + length, 0))
    }
    if (connection.write(this.#cipher ? [this.#cipher.seal(chunks)] : chunks)) return true
    this.#outbox.fill()
    report({ type: 'transport.congested' })
    if (connection.queuedBytes > limits.writeQueueBytes) report({ type: 'transport.overflowed' })
    return false
  }

  /** The socket's queue is empty again. */
  drained(): void {
    if (this.#sayHaves()) this.#outbox.drained()
  }

  /** The connection is over: what waits is dropped. */
  stop(): void {
    this.#outbox.stop()
    this.#haves.clear()
    this.#knownHaves = []
  }

  writeMessage(message: Message): void {
    this.#services.guarded(() => this.write(encode(message)))
  }

  outboxDrained(): void {
    this.#services.report({ type: 'transport.drained' })
  }

  #sendInTurn(message: Message): void {
    const { report } = this.#services
    if (this.#outbox.letsPass(message)) this.write(encode(message))
    else if (!this.#outbox.push(message)) report({ type: 'transport.congested', isLimited: true })
    if (this.#outbox.extendedBytes > limits.writeQueueBytes) report({ type: 'transport.overflowed' })
  }

  #withKnownHaves(message: readonly Uint8Array[]): readonly Uint8Array[] {
    if (this.#knownHaves.length === 0) return message
    const haves = encodeHaves(this.#knownHaves)
    this.#knownHaves = []
    return [haves, ...message]
  }

  /** As many as the socket has room for; the others when it is drained. Answers false when it is full. */
  #sayHaves(): boolean {
    for (let portion = this.#haves.next(); portion; portion = this.#haves.next()) {
      if (!this.write([portion])) return false
    }
    return true
  }
}
