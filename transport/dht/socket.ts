import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { isDialable } from '../address.ts'
import type { Clock } from '../clock.ts'
import type { DatagramHandler, DatagramSocket } from '../datagrams/datagrams.ts'
import type { Address } from '../transport.ts'
import { AnsweringNodes } from './answering-nodes.ts'
import { fitting, pingOf, queryTransaction, readMessage, withoutId } from './messages.ts'

/**
 * Queries that are answered in a second; others are dropped. Our own number: a node of the public DHT is asked some 10 a second, and an
 * answer may be ten times as long as what asks for it.
 */
export const queriesPerSecondMax = 200

/**
 * What bittorrent-dht takes for a socket of `node:dgram`. Datagrams are read before they reach it (messages.ts); what it sends goes to
 * single hosts alone, within a datagram's length. What it throws over a message costs that message.
 *
 * The package takes each node that sends a message into its table, whose nodes it names to others. Here it learns of those alone that
 * have answered: an answer to nothing is dropped, and a query of another node reaches the package without that node's id, and the node is
 * asked itself.
 */
export class DhtSocket extends EventEmitter implements DatagramHandler {
  readonly nodes: AnsweringNodes
  readonly #clock: Clock
  /** Our id in the DHT, 20 bytes. */
  readonly #id: Uint8Array
  #socket: DatagramSocket | undefined
  #second = 0
  #queries = 0

  constructor(clock: Clock, id: Uint8Array) {
    super()
    this.#clock = clock
    this.#id = id
    this.nodes = new AnsweringNodes(clock, (address) => this.#ping(address))
  }

  /** It is bound, and what uses it may begin. */
  begin(socket: DatagramSocket): void {
    this.#socket = socket
    this.emit('listening')
  }

  received(bytes: Uint8Array, from: Address): void {
    try {
      const message = readMessage(bytes, from)
      if (!message) return
      const { id, kind, transaction } = message
      const node = id === undefined ? undefined : { ...from, id }
      if (kind === 'query') {
        if (!this.#mayAnswer()) return
        const isKnown = node !== undefined && this.nodes.has(node)
        this.#pass(isKnown ? message.bytes : withoutId(message), from)
        if (!isKnown) this.nodes.check(from)
      } else if (this.nodes.isAnswer(transaction, from)) {
        if (node) this.nodes.noteAnswer(node)
        this.#pass(message.bytes, from)
      }
    } catch {
      // It was a message that we or the package cannot take.
    }
  }

  drained(): void {}

  /** As Node's. */
  address(): { readonly address: string; readonly port: number } {
    const { host, port } = this.#socket?.address ?? { host: '0.0.0.0', port: 0 }
    return { address: host, port }
  }

  /** As Node's: `length` bytes from `offset`. What cannot go there is dropped, as datagrams may be. */
  send(bytes: Uint8Array, offset: number, length: number, port: number, host: string): void {
    const socket = this.#socket
    const to = { host, port }
    if (!socket || socket.isBusy || !isDialable(to) || !socket.reaches(host)) return
    const message = fitting(bytes.subarray(offset, offset + length))
    if (!message) return
    const transaction = queryTransaction(message)
    if (transaction !== undefined) this.nodes.noteQuery(transaction, to)
    socket.send(message, to)
  }

  /** As Node's. */
  close(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.nodes.end()
    if (socket) socket.close(() => this.emit('close'))
    else queueMicrotask(() => this.emit('close'))
  }

  #pass(bytes: Uint8Array, { host, port }: Address): void {
    this.emit('message', Buffer.from(bytes), { address: host, port })
  }

  /** The package takes what answers a transaction whose first bytes are 0 for none of its own queries, and the node into its table. */
  #ping({ host, port }: Address): void {
    const ping = pingOf(this.#id, Uint8Array.of(0, 0, ...randomBytes(4)))
    this.send(ping, 0, ping.length, port, host)
  }

  #mayAnswer(): boolean {
    const second = Math.floor(this.#clock.now() / 1000)
    if (second !== this.#second) this.#queries = 0
    this.#second = second
    return ++this.#queries <= queriesPerSecondMax
  }
}
