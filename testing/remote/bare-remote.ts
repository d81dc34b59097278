import type { Negotiation } from '../../transport/mse/negotiation.ts'
import type { NegotiationOutput, Streams } from '../../transport/mse/negotiation-output.ts'
import type { Connection, TransportEnd } from '../../transport/transport.ts'
import { frameBytesMaxBeforePieceCount } from '../../transport/wire/frame-limit.ts'
import { type Features, readFeatures } from '../../transport/wire/handshake.ts'
import { WireReader } from '../../transport/wire/reader.ts'
import type { WireViolation } from '../../transport/wire/violation.ts'
import { eachAlone, type Heard } from './heard.ts'

/** What came of a handshake. */
export interface HeardHandshake {
  readonly reserved: Uint8Array
  /** What the reserved bytes announce. */
  readonly features: Features
  readonly infoHash: Uint8Array
  /** Undefined until byte 68 has come. */
  readonly peerId: Uint8Array | undefined
}

/** How a negotiation of encryption ended. */
export type NegotiationEnd = Extract<NegotiationOutput, { type: 'established' | 'plaintext_header' | 'failed' }>

/** What a remote tells. */
export interface RemoteReports {
  opened(): void
  /** Bytes came and are about to be read: as they stood on the wire, for this call alone. */
  bytes(chunk: Uint8Array): void
  /** The same as the other side meant it: decrypted where that was agreed on. Valid during the call. */
  plain(bytes: Uint8Array): void
  /** All that these bytes say is told. */
  read(): void
  negotiated(end: NegotiationEnd): void
  /** At byte 48, and again at byte 68. */
  handshake(handshake: HeardHandshake): void
  message(message: Heard): void
  /** The other side broke the framing: nothing that it sends is read any more. */
  violation(violation: WireViolation): void
  closed(end: TransportEnd): void
}

/** The end of a connection that keeps no rules: it sends what it is told to, right or wrong, and tells all that comes, message by message. */
export class BareRemote {
  readonly #connection: Connection
  readonly #reports: RemoteReports
  readonly #reader: WireReader
  #handshake: HeardHandshake | undefined
  #negotiation: Negotiation | undefined
  #streams: Streams = { method: 'plaintext' }
  #isBroken = false

  constructor(connection: Connection, reports: RemoteReports) {
    this.#connection = connection
    this.#reports = reports
    this.#reader = new WireReader({
      infoHash: (reserved, infoHash) =>
        this.#greeted({ reserved, features: readFeatures(reserved), infoHash, peerId: undefined }),
      peerId: (peerId) => this.#handshake && this.#greeted({ ...this.#handshake, peerId }),
      ...eachAlone((message) => reports.message(message)),
      violation: (violation) => {
        this.#isBroken = true
        reports.violation(violation)
      },
    })
    this.#reader.startMessages(frameBytesMaxBeforePieceCount)
  }

  /** Opens the connection. */
  open(): void {
    this.#connection.open({
      opened: () => this.#reports.opened(),
      data: (chunk) => {
        this.#reports.bytes(chunk)
        this.#data(chunk)
        this.#reports.read()
      },
      drained: () => {},
      closed: (end) => this.#reports.closed(end),
    })
  }

  /** Sends bytes, encrypted where that was agreed on. */
  send(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#connection.write([this.#streams.method === 'rc4' ? this.#streams.encrypt.seal([bytes]) : bytes])
  }

  /** Begins one side of an MSE handshake, which takes what comes until it is over. Answers its first words, which the caller sends. */
  negotiate(negotiation: Negotiation): Uint8Array {
    this.#negotiation = negotiation
    return Buffer.concat(negotiation.start().flatMap((output) => (output.type === 'write' ? [output.bytes] : [])))
  }

  #data(chunk: Uint8Array): void {
    if (this.#negotiation && !this.#negotiation.isOver) {
      for (const output of this.#negotiation.push(chunk)) this.#negotiated(output)
    } else {
      if (this.#streams.method === 'rc4') this.#streams.decrypt.apply(chunk)
      this.#read(chunk)
    }
  }

  #negotiated(output: NegotiationOutput): void {
    if (output.type === 'write') this.send(output.bytes)
    if (output.type !== 'established' && output.type !== 'plaintext_header' && output.type !== 'failed') return
    if (output.type === 'established') this.#streams = output
    this.#reports.negotiated(output)
    if (output.type === 'established') this.#read(output.initialPayload)
    if (output.type !== 'failed') this.#read(output.rest)
  }

  #read(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#reports.plain(bytes)
    if (this.#isBroken) return
    this.#reader.push(bytes)
    while (this.#reader.isBehind) this.#reader.readOn()
  }

  #greeted(handshake: HeardHandshake): void {
    this.#handshake = handshake
    this.#reports.handshake(handshake)
  }
}
