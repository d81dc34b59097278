import type { Negotiation } from '../../../transport/mse/negotiation.ts'
import type { NegotiationOutput, Streams } from '../../../transport/mse/negotiation-output.ts'
import type { Connection, ConnectionHandler, TransportEnd } from '../../../transport/transport.ts'
import { protocolHeader } from '../../../transport/wire/handshake.ts'
import { concat } from '../wire/record.ts'
import { kept } from './drive.ts'

/**
 * One end of a connection: negotiates, then says its payload right behind, and hears the other's. Without a negotiation it speaks
 * in the clear: the one that dials speaks first, and anything but BitTorrent's header makes it hang up.
 */
export class Side implements ConnectionHandler {
  readonly outputs: NegotiationOutput[] = []
  /** Bytes the negotiation took. */
  consumed = 0
  end: TransportEnd | undefined
  readonly #connection: Connection
  readonly #negotiation: Negotiation | undefined
  readonly #payload: readonly Uint8Array[]
  readonly #heard: Uint8Array[] = []
  #streams: Streams | undefined
  #isForeign = false

  constructor(connection: Connection, negotiation: Negotiation | undefined, payload: readonly Uint8Array[]) {
    this.#connection = connection
    this.#negotiation = negotiation
    this.#payload = payload
  }

  /** Whether nothing is left to agree on. */
  get isOver(): boolean {
    return this.#negotiation === undefined || this.#negotiation.isOver
  }

  /** How it went: the method agreed on, `clear`, `not_bittorrent`, why it failed, or the step it waits in. */
  get outcome(): string | undefined {
    if (this.#isForeign) return 'not_bittorrent'
    const last = this.outputs.findLast(({ type }) => type !== 'write')
    if (last?.type === 'established') return last.method
    if (last?.type === 'failed') return last.code
    return this.#streams ? 'clear' : last?.type
  }

  /** Whether it speaks and hears payload. */
  get goesOn(): boolean {
    return this.#streams !== undefined
  }

  /** The payload that arrived, as one. */
  get heard(): Uint8Array {
    return concat(this.#heard)
  }

  opened(): void {
    if (this.#negotiation) this.#note(this.#negotiation.start())
    else if (this.#connection.direction === 'out') this.#speak({ method: 'plaintext' })
  }

  data(chunk: Uint8Array): void {
    if (this.#negotiation && !this.#negotiation.isOver) {
      this.consumed += chunk.length
      this.#note(this.#negotiation.push(chunk))
      return
    }
    if (this.#streams?.method === 'rc4') this.#streams.decrypt.apply(chunk)
    this.#heard.push(chunk.slice())
    if (this.#negotiation) return
    const start = this.heard.subarray(0, protocolHeader.length)
    if (start.some((byte, at) => byte !== protocolHeader[at])) this.#hangUp()
    else if (!this.#streams && start.length === protocolHeader.length) this.#speak({ method: 'plaintext' })
  }

  drained(): void {}

  closed(end: TransportEnd): void {
    this.end = end
  }

  #hangUp(): void {
    this.#heard.length = 0
    this.#isForeign = true
    this.#connection.destroy()
  }

  #note(outputs: readonly NegotiationOutput[]): void {
    for (const output of outputs.map(kept)) {
      this.outputs.push(output)
      if (output.type === 'write') this.#connection.write([output.bytes])
      if (output.type === 'failed') this.#connection.destroy()
      if (output.type !== 'established' && output.type !== 'plaintext_header') continue
      this.consumed -= output.rest.length
      if (output.type === 'established') this.#heard.push(output.initialPayload)
      this.#heard.push(output.rest)
      this.#speak(output.type === 'established' ? output : { method: 'plaintext' })
    }
  }

  #speak(streams: Streams): void {
    this.#streams = streams
    for (const part of this.#payload) {
      const bytes = part.slice()
      if (streams.method === 'rc4') streams.encrypt.apply(bytes)
      this.#connection.write([bytes])
    }
  }
}
