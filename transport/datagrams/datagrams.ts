import type { Address } from '../transport.ts'

/** What a socket tells its one owner. */
export interface DatagramHandler {
  /** A datagram, whole. `bytes` are the handler's to keep and to change; the host of `from` is in its one spelling (`canonicalHost`). */
  received(bytes: Uint8Array, from: Address): void
  /** It is busy no longer (`isBusy`). Never called from inside `send`. */
  drained(): void
}

/** A bound socket of datagrams, which may be lost, doubled, late, or in another order. */
export interface DatagramSocket {
  /** What it is bound to: the host as it was asked for, and the port it has. */
  readonly address: Address
  /**
   * Sends one datagram, and answers its number: 1 for the first of the socket, then counting, those that are lost here too. The memory is
   * its caller's again once `departed` says so: what is changed before may leave changed. `to` names an IP literal. `failed`, if given, is
   * called later when this machine cannot send there at all, with Node's error (`ENETUNREACH`, say).
   */
  send(bytes: Uint8Array, to: Address, failed?: (error: Error) => void): number
  /** The number of the last one that has left; those above wait here for the network. */
  readonly departed: number
  /** Whether more waits than should: `drained` follows. */
  readonly isBusy: boolean
  /** Whether `send` can reach `host`, an IP literal: of its family, and not from loopback to elsewhere. */
  reaches(host: string): boolean
  /** From now on it keeps the process alive, as it does at first; a simulated network has no say in that. */
  ref(): void
  /** From now on it does not. */
  unref(): void
  /** Frees the port, and calls `done` when that is so. What waits to be sent is lost; nothing is received any more. */
  close(done: () => void): void
}

/**
 * What carries datagrams: UDP, or a simulated network. By callbacks, not promises, as what needs no waiting must not wait for the event
 * loop: a simulated network does all of it in virtual time.
 */
export interface Datagrams {
  /**
   * Binds a socket; port 0 picks a free one. Tells `done` the socket, or Node's error (`EADDRINUSE`, `EADDRNOTAVAIL`), within the call or
   * later. `::` takes IPv4 too. A simulated host binds its own name alone.
   */
  bind(address: Address, handler: DatagramHandler, done: (bound: DatagramSocket | Error) => void): void
  /**
   * Tells `done` the IP literals of a host in their one spelling, best first, at least one, or the resolver's error (`ENOTFOUND`); a
   * literal's own within the call.
   */
  resolve(host: string, done: (hosts: readonly string[] | Error) => void): void
  /** The host to bind to in order to reach `host`, an IP literal, where no bound socket does. */
  anyHostFor(host: string): string
}
