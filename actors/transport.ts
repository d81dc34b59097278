import { type CallbackActorLogic, fromCallback } from 'xstate'
import { bytesToHex, hexToBytes } from '../machines/hex.ts'
import { limits } from '../machines/peer/delays.ts'
import type { PeerEvent, TransportCommand } from '../machines/peer/events.ts'
import type { TransportInput } from '../machines/peer/vocabulary.ts'
import type { Clock } from '../transport/clock.ts'
import type { Connection, ConnectionHandler, Transport, TransportEnd } from '../transport/transport.ts'
import { encode } from '../transport/wire/encode.ts'
import {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  extendedHandshakeId,
} from '../transport/wire/extended/handshake.ts'
import { encodeHandshake, readFeatures } from '../transport/wire/handshake.ts'
import type { Message } from '../transport/wire/messages.ts'
import { WireReader, type WireSink } from '../transport/wire/reader.ts'
import type { WireViolation } from '../transport/wire/violation.ts'
import type { Ticker } from './ticker.ts'

/** What transport actors share. */
export interface TransportServices {
  readonly transport: Transport
  readonly clock: Clock
  readonly ticker: Ticker
}

/**
 * Carries the bytes of one peer: turns reads into events, one a message (one a run of blocks or requests), in wire order, and
 * the peer's `send.` and `link.` events into writes. Stopping the actor closes the socket.
 */
export const transportLogic = (services: TransportServices): CallbackActorLogic<TransportCommand, TransportInput> =>
  fromCallback<TransportCommand, TransportInput>(({ input, receive, sendBack }) => {
    const connection = input.connection ?? services.transport.dial(input.link.address)
    const carrier = new Carrier(connection, services, sendBack)
    receive((command) => carrier.obey(command))
    connection.open(carrier)
    return () => carrier.stop()
  })

class Carrier implements ConnectionHandler, WireSink {
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #ticker: Ticker
  readonly #report: (event: PeerEvent) => void
  readonly #reader = new WireReader(this)
  #reading = false
  #lastInAt = 0
  #lastOutAt = 0
  #leaveTicker: (() => void) | undefined

  constructor(connection: Connection, { clock, ticker }: TransportServices, report: (event: PeerEvent) => void) {
    this.#connection = connection
    this.#clock = clock
    this.#ticker = ticker
    this.#report = report
  }

  /** An action that throws here would leave its socket behind (XState runs no cleanup then), so it ends the connection. */
  obey(command: TransportCommand): void {
    try {
      this.#obey(command)
    } catch (error) {
      this.stop()
      this.#report({ type: 'transport.closed', end: { code: 'error', detail: String(error) } })
    }
  }

  stop(): void {
    this.#leaveTicker?.()
    this.#leaveTicker = undefined
    this.#reader.stop()
    this.#connection.destroy()
  }

  opened(): void {
    this.#lastInAt = this.#lastOutAt = this.#clock.now()
    this.#leaveTicker = this.#ticker.add((at) => this.#tick(at))
    this.#report({ type: 'transport.opened' })
  }

  data(chunk: Uint8Array): void {
    this.#lastInAt = this.#clock.now()
    this.#reader.push(chunk)
  }

  drained(): void {
    this.#report({ type: 'transport.drained' })
  }

  closed(end: TransportEnd): void {
    this.#leaveTicker?.()
    this.#leaveTicker = undefined
    this.#reader.stop()
    this.#report({ type: 'transport.closed', end })
  }

  infoHash(reserved: Uint8Array, infoHash: Uint8Array): void {
    this.#report({ type: 'wire.info_hash', infoHash: bytesToHex(infoHash), features: readFeatures(reserved) })
  }

  peerId(peerId: Uint8Array): void {
    this.#report({ type: 'wire.peer_id', peerId: bytesToHex(peerId) })
    if (!this.#reading) this.#connection.pause()
  }

  message(message: Message): void {
    switch (message.name) {
      case 'piece':
        this.#report({ type: 'wire.piece', blocks: message.blocks, at: this.#lastInAt })
        break
      case 'request':
        this.#report({ type: 'wire.request', requests: message.requests })
        break
      case 'extended':
        this.#extended(message.id, message.payload)
        break
      default: {
        const { name, ...fields } = message
        this.#report({ type: `wire.${name}`, ...fields } as PeerEvent)
      }
    }
  }

  violation(violation: WireViolation): void {
    this.#report({ type: 'wire.violation', violation })
  }

  #obey(command: TransportCommand): void {
    switch (command.type) {
      case 'link.read_messages':
        this.#reading = true
        this.#reader.startMessages(command.maxFrameBytes)
        this.#connection.resume()
        break
      case 'link.end':
        this.#reader.stop()
        this.#connection.end()
        break
      case 'link.destroy':
        this.#reader.stop()
        this.#connection.destroy()
        break
      case 'send.handshake': {
        const { features, infoHash, peerId } = command
        const handshake = { features, infoHash: hexToBytes(infoHash), peerId: hexToBytes(peerId) }
        this.#write([encodeHandshake(handshake)])
        break
      }
      case 'send.extended_handshake': {
        const payload = encodeExtendedHandshake(command.handshake)
        this.#write(encode({ name: 'extended', id: extendedHandshakeId, payload }))
        break
      }
      case 'send.piece':
        this.#write(encode({ name: 'piece', blocks: command.blocks }))
        break
      case 'send.request':
        this.#write(encode({ name: 'request', requests: command.requests }))
        break
      default: {
        const { type, ...fields } = command
        this.#write(encode({ name: type.slice('send.'.length), ...fields } as Message))
      }
    }
  }

  #write(chunks: readonly Uint8Array[]): void {
    this.#lastOutAt = this.#clock.now()
    if (this.#connection.write(chunks)) return
    this.#report({ type: 'transport.congested' })
    if (this.#connection.queuedBytes > limits.writeQueueBytes) this.#report({ type: 'transport.overflowed' })
  }

  #extended(id: number, payload: Uint8Array): void {
    if (id !== extendedHandshakeId) {
      this.#report({ type: 'wire.extended', id, payload })
      return
    }
    const handshake = decodeExtendedHandshake(payload)
    if (handshake) this.#report({ type: 'wire.extended_handshake', handshake })
  }

  #tick(at: number): void {
    this.#report({
      type: 'timer.tick',
      at,
      silentInMs: at - this.#lastInAt,
      silentOutMs: at - this.#lastOutAt,
    })
  }
}
