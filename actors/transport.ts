import { type CallbackActorLogic, fromCallback } from 'xstate'
import type { TransportInput } from '../machines/peer/actions/vocabulary.ts'
import type { PeerEvent } from '../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../machines/peer/vocabulary/transport-commands.ts'
import { type Bandwidth, createBandwidth, type SharedGates, sharedGates } from '../transport/bandwidth/bandwidth.ts'
import { Intake } from '../transport/bandwidth/intake.ts'
import type { Connection, TransportEnd, TransportKind } from '../transport/transport.ts'
import { type Carrying, Dialler } from './dialler.ts'
import { heldBack } from './held-back.ts'
import { Inbound } from './inbound.ts'
import { Negotiator } from './negotiator.ts'
import { Outbound } from './outbound.ts'
import { requireServices, type TransportServices } from './transport-services.ts'
import { transportsOf } from './transports.ts'
import { WireReports } from './wire-reports.ts'

/**
 * Carries the bytes of one peer: turns reads into events, one a message (one a run of blocks or requests), in wire order, and
 * the peer's `send.` and `link.` events into writes. While encryption is negotiated the bytes are the negotiator's, whose steps
 * are events too; afterwards each read is decrypted in place. Limits on bytes a second stop its reading, and hold blocks and large
 * extended messages back: to the peer those are `congested`. Of a dial it begins with the attempt by the transport of `link.kind`; the chart
 * has it try others. Stopping the actor closes the socket.
 */
export const transportLogic = (services: TransportServices): CallbackActorLogic<TransportCommand, TransportInput> => {
  requireServices(services)
  const transports = transportsOf(services.transport)
  const gates = sharedGates(services.bandwidths ?? [])
  return fromCallback<TransportCommand, TransportInput>(({ input, receive, sendBack, self }) => {
    const { connection, link } = input
    if (connection) {
      const carrier = new Carrier({ connection, kind: link.kind, services, gates, report: sendBack, owner: self })
      receive((command) => carrier.obey(command))
      connection.open(carrier)
      return () => carrier.stop()
    }
    const dialler = new Dialler({
      address: link.address,
      transports,
      report: sendBack,
      carry: (kind, opened) =>
        new Carrier({ connection: opened, kind, services, gates, report: sendBack, owner: self }),
    })
    receive((command) => dialler.obey(command))
    dialler.dial(link.kind)
    return () => dialler.stop()
  })
}

const noLimits = { down: Number.POSITIVE_INFINITY, up: Number.POSITIVE_INFINITY }

interface CarrierParts {
  readonly connection: Connection
  /** What carries it, as the peer knows it. */
  readonly kind: TransportKind
  readonly services: TransportServices
  /** Of what it shares with others. */
  readonly gates: SharedGates
  readonly report: (event: PeerEvent) => void
  readonly owner: object
}

class Carrier implements Carrying {
  readonly #kind: TransportKind
  readonly #connection: Connection
  readonly #services: TransportServices
  readonly #report: (event: PeerEvent) => void
  /** The actor it works for, by which a tick by hand finds it. */
  readonly #owner: object
  readonly #intake: Intake
  readonly #reports: WireReports
  readonly #inbound: Inbound
  readonly #outbound: Outbound
  /** While encryption is negotiated. */
  #negotiator: Negotiator | undefined
  /** The limits of this connection alone. */
  #ownBandwidth: Bandwidth | undefined
  /** The limits the peer knows of. */
  #told = noLimits
  #leaveTicker: (() => void) | undefined

  constructor({ connection, kind, services, gates, report, owner }: CarrierParts) {
    this.#connection = connection
    this.#kind = kind
    this.#services = services
    this.#report = report
    this.#owner = owner
    const { clock } = services
    const guarded = (action: () => void) => this.#guarded(action)
    this.#intake = new Intake(connection, gates.down)
    this.#reports = new WireReports(this.#intake, report)
    this.#inbound = new Inbound({ sink: this.#reports, intake: this.#intake, clock, guarded })
    this.#outbound = new Outbound({ connection, gates: gates.up, clock, report, guarded })
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
    this.#reports.readAt = at
    this.#outbound.begin(at)
    this.#leaveTicker = this.#services.ticker.add((at, wokeAt) => this.#tick(at, wokeAt), this.#owner)
    this.#tellLimits()
    this.#report({ type: 'transport.opened', at, kind: this.#kind })
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

  #hear(bringIn: () => void): void {
    this.#inbound.inTurn(bringIn)
    this.#outbound.sendKnownHaves()
  }

  #read(chunk: Uint8Array, { isLasting = false } = {}): void {
    this.#reports.readAt = this.#services.clock.now()
    this.#intake.took(chunk.length, this.#reports.readAt)
    if (this.#negotiator?.isUnderWay) {
      this.#guarded(() => this.#negotiate((negotiator) => negotiator.push(chunk)))
      return
    }
    this.#inbound.read(chunk, { isLasting })
  }

  /** A step of the negotiator, which is there while it is under way. */
  #negotiate(take: (negotiator: Negotiator) => void): void {
    this.#negotiator ??= new Negotiator({
      services: this.#services,
      inbound: this.#inbound,
      outbound: this.#outbound,
      report: this.#report,
    })
    take(this.#negotiator)
    if (!this.#negotiator.isUnderWay) this.#negotiator = undefined
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
    switch (command.type) {
      case 'link.dial':
        // It stands: an attempt that was decided on before comes too late.
        break
      case 'link.offer_encryption':
        this.#negotiate((negotiator) => negotiator.offer(command))
        break
      case 'link.await_encryption':
        this.#negotiate((negotiator) => negotiator.await(command))
        break
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
      default:
        this.#outbound.send(command)
    }
  }

  #share(bandwidth: Bandwidth): void {
    this.#intake.join(bandwidth)
    this.#outbound.join(bandwidth)
    this.#tellLimits()
  }

  /** A bandwidth that is shared does not tell when its limits change: they are looked at once a second. */
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
    if (this.#intake.isWaiting) this.#reports.readAt = at // What we do not read is no silence.
    this.#report({
      type: 'timer.tick',
      at,
      silentInMs: at - this.#reports.readAt,
      silentOutMs: at - this.#outbound.lastAt,
      wokeAt,
      underWay: this.#inbound.blockUnderWay,
      unsentBytes: this.#connection.queuedBytes,
      ...heldBack(this.#intake.isWaiting),
    })
  }
}
