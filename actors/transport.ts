import { type CallbackActorLogic, fromCallback } from 'xstate'
import { bytesToHex, hexToBytes } from '../machines/hex.ts'
import type { TransportInput } from '../machines/peer/actions/vocabulary.ts'
import type { PeerEvent } from '../machines/peer/events.ts'
import type { OurHandshake, TransportCommand } from '../machines/peer/transport-commands.ts'
import { type Bandwidth, createBandwidth } from '../transport/bandwidth/bandwidth.ts'
import { Intake } from '../transport/bandwidth/intake.ts'
import { initiate } from '../transport/mse/initiator.ts'
import type { Negotiation } from '../transport/mse/negotiation.ts'
import type { NegotiationOutput } from '../transport/mse/negotiation-output.ts'
import { zeroPadding } from '../transport/mse/padding.ts'
import type { Rc4 } from '../transport/mse/rc4.ts'
import { respond } from '../transport/mse/responder.ts'
import { SkeyTable } from '../transport/mse/skey-table.ts'
import type { Connection, ConnectionHandler, TransportEnd } from '../transport/transport.ts'
import { receivedMessage } from '../transport/wire/decode.ts'
import { encode, encodeSent } from '../transport/wire/encode.ts'
import {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  extendedHandshakeId,
} from '../transport/wire/extended/handshake.ts'
import { encodeHandshake, readFeatures } from '../transport/wire/handshake.ts'
import type { Block, MessageFields } from '../transport/wire/messages.ts'
import type { SunkName, WireSink } from '../transport/wire/sink.ts'
import type { WireViolation } from '../transport/wire/violation.ts'
import { Inbound } from './inbound.ts'
import { Outbound } from './outbound.ts'
import { requireServices, type TransportServices } from './transport-services.ts'

/**
 * Carries the bytes of one peer: turns reads into events, one a message (one a run of blocks or requests), in wire order, and
 * the peer's `send.` and `link.` events into writes. While encryption is negotiated the bytes are the negotiator's, whose steps
 * are events too; afterwards each read is decrypted in place. Limits on bytes a second stop its reading, and hold blocks and large
 * extended messages back: to the peer those are `congested`. Stopping the actor closes the socket.
 */
export const transportLogic = (services: TransportServices): CallbackActorLogic<TransportCommand, TransportInput> => {
  requireServices(services)
  return fromCallback<TransportCommand, TransportInput>(({ input, receive, sendBack, self }) => {
    const connection = input.connection ?? services.transport.dial(input.link.address)
    const carrier = new Carrier(connection, services, sendBack, self)
    receive((command) => carrier.obey(command))
    connection.open(carrier)
    return () => carrier.stop()
  })
}

const noLimits = { down: Number.POSITIVE_INFINITY, up: Number.POSITIVE_INFINITY }

class Carrier implements ConnectionHandler, WireSink {
  readonly #connection: Connection
  readonly #services: TransportServices
  readonly #report: (event: PeerEvent) => void
  /** The actor it works for, by which a tick by hand finds it. */
  readonly #owner: object
  readonly #inbound: Inbound
  readonly #intake: Intake
  readonly #outbound: Outbound
  /** The limits of this connection alone. */
  #ownBandwidth: Bandwidth | undefined
  /** The limits the peer knows of. */
  #told = noLimits
  #negotiation: Negotiation | undefined
  #decrypt: Rc4 | undefined
  #lastInAt = 0
  #leaveTicker: (() => void) | undefined

  constructor(connection: Connection, services: TransportServices, report: (event: PeerEvent) => void, owner: object) {
    this.#connection = connection
    this.#services = services
    this.#report = report
    this.#owner = owner
    const { bandwidths = [], clock } = services
    const guarded = (action: () => void) => this.#guarded(action)
    this.#intake = new Intake(connection, bandwidths)
    this.#inbound = new Inbound({ sink: this, intake: this.#intake, clock, guarded })
    this.#outbound = new Outbound({ connection, bandwidths, clock, report, guarded })
  }

  obey(command: TransportCommand): void {
    this.#guarded(() => this.#obey(command))
  }

  stop(): void {
    this.#leaveTicker?.()
    this.#leaveTicker = undefined
    this.#stopStreams()
    this.#connection.destroy()
  }

  opened(): void {
    const at = this.#services.clock.now()
    this.#lastInAt = at
    this.#outbound.begin(at)
    this.#leaveTicker = this.#services.ticker.add((at, wokeAt) => this.#tick(at, wokeAt), this.#owner)
    this.#tellLimits()
    this.#report({ type: 'transport.opened', at })
  }

  data(chunk: Uint8Array): void {
    this.#hear(() => this.#read(chunk))
  }

  drained(): void {
    this.#outbound.drained()
  }

  closed(end: TransportEnd): void {
    this.stop()
    this.#report({ type: 'transport.closed', end })
  }

  infoHash(reserved: Uint8Array, infoHash: Uint8Array): void {
    this.#report({ type: 'wire.info_hash', infoHash: bytesToHex(infoHash), features: readFeatures(reserved) })
  }

  peerId(peerId: Uint8Array): void {
    this.#report({ type: 'wire.peer_id', peerId: bytesToHex(peerId) })
  }

  blocks(blocks: readonly Block[]): void {
    this.#report({ type: 'wire.piece', blocks, at: this.#lastInAt, ...heldBack(this.#intake.hasBacklog) })
  }

  extended(id: number, payload: Uint8Array): void {
    const handshake = id === extendedHandshakeId ? decodeExtendedHandshake(payload) : undefined
    if (handshake) this.#report({ type: 'wire.extended_handshake', handshake })
    else this.#report({ type: 'wire.extended', id, payload })
  }

  message<Name extends SunkName>(name: Name, fields: MessageFields[Name]): void {
    this.#report(receivedMessage<SunkName>(name, fields))
  }

  unknown(id: number): void {
    this.#report({ type: 'wire.unknown', id })
  }

  violation(violation: WireViolation): void {
    this.#report({ type: 'wire.violation', violation })
  }

  #hear(bringIn: () => void): void {
    this.#inbound.inTurn(bringIn)
    this.#outbound.sendKnownHaves()
  }

  #read(chunk: Uint8Array, { isLasting = false } = {}): void {
    this.#lastInAt = this.#services.clock.now()
    this.#intake.took(chunk.length, this.#lastInAt)
    const negotiation = this.#negotiation
    if (negotiation) {
      this.#guarded(() => this.#follow(negotiation.push(chunk)))
      return
    }
    this.#decrypt?.apply(chunk)
    this.#inbound.push(chunk, { isLasting })
  }

  /** An action that throws would leave its socket behind (XState runs no cleanup then), so it ends the connection. */
  #guarded(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.stop()
      this.#report({ type: 'transport.closed', end: { code: 'error', detail: String(error) } })
    }
  }

  #obey(command: TransportCommand): void {
    const { randomBytes, torrents } = this.#services
    switch (command.type) {
      case 'link.offer_encryption':
        this.#negotiate(
          initiate({
            infoHash: hexToBytes(command.infoHash),
            offer: command.methods,
            initialPayload: command.handshake ? handshakeBytes(command.handshake) : new Uint8Array(0),
            padding: zeroPadding(randomBytes),
            randomBytes,
          }),
        )
        break
      case 'link.await_encryption': {
        const served = command.infoHash === '' ? torrents : new SkeyTable([hexToBytes(command.infoHash)])
        this.#negotiate(
          respond({
            lookup: (hash) => served.find(hash),
            select: (offered) => command.methods.find((method) => offered.includes(method)),
            padding: zeroPadding(randomBytes),
            randomBytes,
          }),
        )
        break
      }
      case 'link.read_messages':
        this.#inbound.startMessages(command.maxFrameBytes)
        break
      case 'link.limit_frames':
        this.#inbound.limitFrames(command.maxFrameBytes)
        break
      case 'link.receive':
        // The peer may be amid an event, and come to these bytes after others.
        this.#hear(() => {
          this.#read(command.bytes, { isLasting: true })
          this.#inbound.readOut()
        })
        break
      case 'link.receive_message':
        this.#hear(() => this.#inbound.receive(command.id, command.payload))
        break
      case 'link.share_bandwidth':
        this.#share(command.bandwidth)
        break
      case 'link.set_limits':
        if (!this.#ownBandwidth) {
          this.#ownBandwidth = createBandwidth({ clock: this.#services.clock })
          this.#share(this.#ownBandwidth)
        }
        this.#ownBandwidth.setLimits(command.limits)
        this.#tellLimits()
        break
      case 'link.end':
        this.#outbound.sendKnownHaves()
        this.#stopStreams()
        this.#connection.end()
        break
      case 'link.destroy':
        this.#stopStreams()
        this.#connection.destroy()
        break
      case 'send.handshake':
        this.#outbound.write([handshakeBytes(command)])
        break
      case 'send.extended_handshake': {
        const payload = encodeExtendedHandshake(command.handshake)
        this.#outbound.write(encode({ name: 'extended', id: extendedHandshakeId, payload }))
        break
      }
      case 'send.haves':
        this.#outbound.sendHaves(command.pieces.indexes())
        break
      case 'send.known_have':
        this.#outbound.noteKnownHave(command.index)
        break
      case 'send.piece':
        this.#outbound.send({ name: 'piece', blocks: command.blocks })
        break
      case 'send.extended':
        this.#outbound.send({ name: 'extended', id: command.id, payload: command.payload })
        break
      default:
        this.#outbound.write(encodeSent(command))
    }
  }

  #negotiate(negotiation: Negotiation): void {
    this.#negotiation = negotiation
    this.#follow(negotiation.start())
  }

  /** What stood behind the negotiation in the same read is the wire's, as if it had come by itself. */
  #follow(outputs: readonly NegotiationOutput[]): void {
    for (const output of outputs) {
      switch (output.type) {
        case 'write':
          this.#outbound.write([output.bytes])
          break
        case 'established':
          this.#negotiation = undefined
          if (output.method === 'rc4') {
            this.#outbound.encrypt(output.encrypt)
            this.#decrypt = output.decrypt
          }
          this.#report({ type: 'mse.established', method: output.method, infoHash: bytesToHex(output.infoHash) })
          this.#inbound.push(output.initialPayload)
          this.#inbound.push(output.rest)
          break
        case 'plaintext_header':
          this.#negotiation = undefined
          this.#report({ type: 'mse.plaintext' })
          this.#inbound.push(output.rest)
          break
        case 'failed':
          this.#negotiation = undefined
          this.#report(
            output.code === 'unknown_torrent'
              ? { type: 'mse.unknown_torrent' }
              : { type: 'mse.failed', code: output.code, detail: output.detail },
          )
          break
        default:
          this.#report({ type: `mse.${output.type}` })
      }
    }
  }

  #share(bandwidth: Bandwidth): void {
    this.#intake.join(bandwidth)
    this.#outbound.join(bandwidth)
    this.#tellLimits()
  }

  /** Of a bandwidth that is shared nobody tells when its limits change: they are looked at once a second. */
  #tellLimits(): void {
    const { limit: down } = this.#intake
    const { limit: up } = this.#outbound
    if (down === this.#told.down && up === this.#told.up) return
    this.#told = { down, up }
    this.#intake.adapt()
    this.#report({ type: 'transport.limits', down, up })
  }

  #stopStreams(): void {
    this.#inbound.stop()
    this.#intake.stop()
    this.#outbound.stop()
  }

  #tick(at: number, wokeAt?: number): void {
    this.#tellLimits()
    this.#outbound.sendKnownHaves()
    if (this.#intake.isWaiting) this.#lastInAt = at // What we do not read is no silence.
    this.#report({
      type: 'timer.tick',
      at,
      silentInMs: at - this.#lastInAt,
      silentOutMs: at - this.#outbound.lastAt,
      wokeAt,
      underWay: this.#inbound.blockUnderWay,
      unsentBytes: this.#connection.queuedBytes,
      ...heldBack(this.#intake.isWaiting),
    })
  }
}

function handshakeBytes({ features, infoHash, peerId }: OurHandshake): Uint8Array {
  return encodeHandshake({ features, infoHash: hexToBytes(infoHash), peerId: hexToBytes(peerId) })
}

const heldBack = (is: boolean): { readonly heldBack?: true } => (is ? { heldBack: true } : {})
