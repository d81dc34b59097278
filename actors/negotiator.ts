import { bytesToHex, hexToBytes } from '../machines/hex.ts'
import type { PeerEvent } from '../machines/peer/vocabulary/events.ts'
import type { LinkCommand } from '../machines/peer/vocabulary/transport-commands.ts'
import { initiate } from '../transport/mse/initiator.ts'
import type { Negotiation } from '../transport/mse/negotiation.ts'
import type { NegotiationOutput } from '../transport/mse/negotiation-output.ts'
import { zeroPadding } from '../transport/mse/padding.ts'
import { respond } from '../transport/mse/responder.ts'
import { SkeyTable } from '../transport/mse/skey-table.ts'
import { handshakeBytes } from './handshake-bytes.ts'
import type { Inbound } from './inbound.ts'
import type { Outbound } from './outbound.ts'
import type { TransportServices } from './transport-services.ts'

type Command<Type extends LinkCommand['type']> = Extract<LinkCommand, { type: Type }>

/** What a negotiator works with. */
export interface NegotiatorServices {
  readonly services: Pick<TransportServices, 'randomBytes' | 'torrents'>
  readonly inbound: Pick<Inbound, 'decrypt' | 'push'>
  readonly outbound: Pick<Outbound, 'encrypt' | 'write'>
  readonly report: (event: PeerEvent) => void
}

/**
 * The negotiation of encryption (MSE/PE) on one connection: while one is under way, what is read is its own. Its steps are events of the
 * peer. When it is over, both streams have their ciphers, if any, and what stood behind it in the same read is read as if it had come
 * by itself.
 */
export class Negotiator {
  readonly #with: NegotiatorServices
  #negotiation: Negotiation | undefined

  constructor(services: NegotiatorServices) {
    this.#with = services
  }

  /** Whether what is read is the negotiation's. */
  get isUnderWay(): boolean {
    return this.#negotiation !== undefined
  }

  /** Negotiates as the side that dials. */
  offer({ infoHash, methods, handshake }: Command<'link.offer_encryption'>): void {
    const { randomBytes } = this.#with.services
    this.#begin(
      initiate({
        infoHash: hexToBytes(infoHash),
        offer: methods,
        initialPayload: handshake ? handshakeBytes(handshake) : new Uint8Array(0),
        padding: zeroPadding(randomBytes),
        randomBytes,
      }),
    )
  }

  /** Negotiates as the side that accepts. */
  await({ infoHash, methods }: Command<'link.await_encryption'>): void {
    const { randomBytes, torrents } = this.#with.services
    const served = infoHash === '' ? torrents : new SkeyTable([hexToBytes(infoHash)])
    this.#begin(
      respond({
        lookup: (hash) => served.find(hash),
        select: (offered) => methods.find((method) => offered.includes(method)),
        padding: zeroPadding(randomBytes),
        randomBytes,
      }),
    )
  }

  /** Reads what has come while it is under way. */
  push(chunk: Uint8Array): void {
    if (this.#negotiation) this.#follow(this.#negotiation.push(chunk))
  }

  #begin(negotiation: Negotiation): void {
    this.#negotiation = negotiation
    this.#follow(negotiation.start())
  }

  #follow(outputs: readonly NegotiationOutput[]): void {
    const { inbound, outbound, report } = this.#with
    for (const output of outputs) {
      switch (output.type) {
        case 'write':
          outbound.write([output.bytes])
          break
        case 'established':
          this.#negotiation = undefined
          if (output.method === 'rc4') {
            outbound.encrypt(output.encrypt)
            inbound.decrypt(output.decrypt)
          }
          report({ type: 'mse.established', method: output.method, infoHash: bytesToHex(output.infoHash) })
          inbound.push(output.initialPayload)
          inbound.push(output.rest)
          break
        case 'plaintext_header':
          this.#negotiation = undefined
          report({ type: 'mse.plaintext' })
          inbound.push(output.rest)
          break
        case 'failed':
          this.#negotiation = undefined
          report(
            output.code === 'unknown_torrent'
              ? { type: 'mse.unknown_torrent' }
              : { type: 'mse.failed', code: output.code, detail: output.detail },
          )
          break
        default:
          report({ type: `mse.${output.type}` })
      }
    }
  }
}
