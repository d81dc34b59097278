import type { Clock } from '../clock.ts'
import type { DatagramSocket, Datagrams } from '../datagrams/datagrams.ts'
import type { Random } from '../random.ts'
import { descriptorWaitMs } from '../socket-descriptor.ts'
import { systemError } from '../system-error.ts'
import { tcpEnd } from '../tcp-end.ts'
import type { Address } from '../transport.ts'
import { UtpEndpoint, type UtpEndpointOptions } from './endpoint.ts'
import type { LinkCarrier, UtpLink } from './link.ts'
import type { UtpStream } from './stream.ts'

/** What the sockets of a transport are made from. */
export interface UtpSocketsOptions {
  readonly datagrams: Datagrams
  readonly clock: Clock
  readonly random: Random
  readonly accepted: UtpEndpointOptions['accepted']
}

/**
 * The sockets of one transport: those that were bound to listen, and those that were bound for dials which none of these can carry. A socket
 * is closed when nobody accepts on it and its last connection is over.
 */
export class UtpSockets implements LinkCarrier {
  readonly departed = 0
  readonly hasMore = false
  readonly #options: UtpSocketsOptions
  /** Those that are bound, with their sockets. */
  readonly #endpoints = new Map<UtpEndpoint, DatagramSocket>()
  /** By the host that a socket for dialling is being bound to, the links that wait for it. */
  readonly #waiting = new Map<string, Set<UtpLink>>()
  /** Dials that no socket carries yet. */
  readonly #dials = new Set<UtpLink>()
  /** Those of them whose turn is to come. */
  readonly #due = new Set<UtpLink>()
  /** Sockets that are being bound. */
  #bindingCount = 0
  readonly #closing = new Map<UtpEndpoint, Promise<void>>()
  #idle: (() => void)[] = []

  constructor(options: UtpSocketsOptions) {
    this.#options = options
  }

  /** Accepts at an address, bound now, or before where nobody accepts any more. Rejects when it cannot be. */
  async listen(address: Address, accept: (stream: UtpStream) => void): Promise<UtpEndpoint> {
    for (const [endpoint, { address: at }] of this.#endpoints) {
      if (at.host !== address.host || at.port !== address.port) continue
      if (endpoint.isAccepting) throw inUse(at)
      endpoint.startAccepting(accept)
      return endpoint
    }
    return new Promise((resolve, reject) => {
      this.#bind(address, (bound) => {
        if (bound instanceof Error) {
          reject(bound)
          return
        }
        bound.startAccepting(accept)
        resolve(bound)
      })
    })
  }

  /** Where an endpoint is bound. */
  addressOf(endpoint: UtpEndpoint): Address | undefined {
    return this.#endpoints.get(endpoint)?.address
  }

  /** Resolves when the socket of an endpoint is closed, if it is being closed, and at once if it is not. */
  async closed(endpoint: UtpEndpoint): Promise<void> {
    await this.#closing.get(endpoint)
  }

  /** Resolves when there is no socket, and no dial. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      for (const endpoint of this.#endpoints.keys()) endpoint.hold()
      this.#tellIdle()
    })
  }

  /** Takes a link that was opened and is to dial. */
  expect(link: UtpLink): void {
    this.#dials.add(link)
  }

  /** Has a link dial one of `hosts`: the first that a bound socket reaches, or from a socket that is bound for it. */
  dial(link: UtpLink, hosts: readonly string[]): void {
    const { port } = link.to
    for (const host of hosts) {
      const endpoint = this.#reaching(host)
      if (endpoint === undefined) continue
      link.to = { host, port }
      this.#carry(link, endpoint)
      return
    }
    const [host = link.to.host] = hosts
    link.to = { host, port }
    this.#awaitSocket(link)
  }

  send(): number {
    return 0
  }

  isBusyFor(): boolean {
    return false
  }

  turnLater(link: UtpLink): void {
    if (this.#due.has(link)) return
    this.#due.add(link)
    this.#options.clock.setTimeout(() => {
      this.#due.delete(link)
      link.stream.turn()
    }, 0)
  }

  disowned(): void {}

  free(link: UtpLink): void {
    this.#dials.delete(link)
    this.#tellIdle()
  }

  /** One that accepts before one that does not: remotes know its port. */
  #reaching(host: string): UtpEndpoint | undefined {
    let found: UtpEndpoint | undefined
    for (const [endpoint, socket] of this.#endpoints) {
      if (!socket.reaches(host)) continue
      if (endpoint.isAccepting) return endpoint
      found ??= endpoint
    }
    return found
  }

  #carry(link: UtpLink, endpoint: UtpEndpoint): void {
    this.#dials.delete(link)
    endpoint.dial(link)
  }

  #awaitSocket(link: UtpLink): void {
    const host = this.#options.datagrams.anyHostFor(link.to.host)
    const others = this.#waiting.get(host)
    if (others !== undefined) {
      others.add(link)
      return
    }
    const waiting = new Set([link])
    this.#waiting.set(host, waiting)
    const over = () => this.#waiting.get(host) === waiting && this.#waiting.delete(host)
    const giveUp = () => {
      // A later dial waits for a socket of its own, and for as long.
      over()
      for (const late of waiting) late.stream.fail({ code: 'no_descriptor' })
      waiting.clear()
    }
    const timer = this.#options.clock.setTimeout(giveUp, descriptorWaitMs)
    this.#bind({ host, port: 0 }, (bound) => {
      this.#options.clock.clearTimeout(timer)
      over()
      for (const each of waiting) {
        if (each.isFree) continue
        if (bound instanceof Error) each.stream.fail(tcpEnd(bound))
        else this.#carry(each, bound)
      }
      if (!(bound instanceof Error)) this.#closeIfEmpty(bound)
    })
  }

  #bind(address: Address, done: (bound: UtpEndpoint | Error) => void): void {
    const { datagrams, clock, random, accepted } = this.#options
    const endpoint = new UtpEndpoint({
      clock,
      random,
      accepted,
      emptied: () => this.#closeIfEmpty(endpoint),
      isAwaited: () => this.#idle.length > 0,
    })
    this.#bindingCount++
    datagrams.bind(address, endpoint, (socket) => {
      this.#bindingCount--
      if (socket instanceof Error) {
        done(socket)
        this.#tellIdle()
        return
      }
      endpoint.start(socket)
      this.#endpoints.set(endpoint, socket)
      done(endpoint)
    })
  }

  #closeIfEmpty(endpoint: UtpEndpoint): void {
    const socket = this.#endpoints.get(endpoint)
    if (socket === undefined || !endpoint.isEmpty) return
    this.#endpoints.delete(endpoint)
    const closing = new Promise<void>((resolve) => socket.close(resolve)).then(() => {
      this.#closing.delete(endpoint)
      this.#tellIdle()
    })
    this.#closing.set(endpoint, closing)
  }

  #tellIdle(): void {
    const held = this.#endpoints.size + this.#closing.size + this.#bindingCount + this.#dials.size
    if (held > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}

function inUse({ port }: Address): Error {
  return systemError('EADDRINUSE', `this transport listens on port ${port} already`)
}
