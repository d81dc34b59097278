import type { Clock } from '../clock.ts'
import { tcpEnd } from '../tcp-end.ts'
import type { Address } from '../transport.ts'
import type { TableEntry } from './connection-table.ts'
import type { UtpHost } from './host.ts'
import type { Packet } from './packet.ts'
import type { UtpStream } from './stream.ts'

/** What a link needs of the endpoint whose socket carries it. */
export interface LinkCarrier {
  send(datagram: Uint8Array, link: UtpLink): number
  readonly departed: number
  /** As of a host. */
  readonly hasMore: boolean
  /** Whether the socket has enough; the link is told when there is room, by a turn. */
  isBusyFor(link: UtpLink): boolean
  turnLater(link: UtpLink): void
  /** Its owner has done with it: nobody waits for what is left. */
  disowned(link: UtpLink): void
  free(link: UtpLink): void
}

/** What a link is made from. */
export interface UtpLinkOptions {
  readonly clock: Clock
  /** Where the remote is, by name perhaps. */
  readonly to: Address
  readonly carrier: LinkCarrier
  /** Makes its stream. */
  readonly make: (host: UtpHost) => UtpStream
  /** Called when the stream, which is to dial, was opened. */
  readonly begin?: (link: UtpLink) => void
}

/** Joins one stream to the socket that carries it; of a dial that is, at first, none. */
export class UtpLink implements UtpHost, TableEntry {
  readonly clock: Clock
  readonly stream: UtpStream
  /** Where the remote is: an address, once a name has been looked up. */
  to: Address
  readonly #begin: ((link: UtpLink) => void) | undefined
  #carrier: LinkCarrier
  #isOwned = true
  #isFree = false
  #hasAnswered = false

  constructor({ clock, to, carrier, make, begin }: UtpLinkOptions) {
    this.clock = clock
    this.to = to
    this.#begin = begin
    this.#carrier = carrier
    this.stream = make(this)
  }

  get receiveId(): number {
    return this.stream.receiveId ?? -1
  }

  get sendId(): number {
    return this.stream.sendId ?? -1
  }

  /** Whether somebody here waits for what becomes of it. */
  get isOwned(): boolean {
    return this.#isOwned
  }

  /** Whether nothing is sent or expected any more. */
  get isFree(): boolean {
    return this.#isFree
  }

  /** Whether a packet of the remote has come. */
  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  get departed(): number {
    return this.#carrier.departed
  }

  get hasMore(): boolean {
    return this.#carrier.hasMore
  }

  get isBusy(): boolean {
    return this.#carrier.isBusyFor(this)
  }

  carriedBy(carrier: LinkCarrier): void {
    this.#carrier = carrier
  }

  receive(packet: Packet): void {
    this.#hasAnswered = true
    this.stream.receive(packet, this.nowMicros())
  }

  /** This machine cannot send there. */
  unreachable(error: Error): void {
    if (!this.#hasAnswered) this.stream.fail(tcpEnd(error))
  }

  nowMicros(): number {
    return Math.floor(this.clock.now() * 1000)
  }

  begin(): void {
    this.#begin?.(this)
  }

  send(datagram: Uint8Array): number {
    return this.#carrier.send(datagram, this)
  }

  turnLater(): void {
    this.#carrier.turnLater(this)
  }

  disowned(): void {
    this.#isOwned = false
    if (!this.#isFree) this.#carrier.disowned(this)
  }

  free(): void {
    this.#isFree = true
    this.#carrier.free(this)
  }
}
