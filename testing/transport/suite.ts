import type { Connection, Transport } from '../../transport/transport.ts'

/** Two ends that reach each other, and the time that passes between them; made anew for every case. */
export interface TransportPair {
  /** Dials. It may be the same as `listener`. */
  readonly dialler: Transport
  /** Listens. */
  readonly listener: Transport
  /** The host on which `listener` is to listen, and at which `dialler` reaches it. */
  readonly host: string
  /** Lets the next thing happen: a turn of the event loop, or the next timer of a simulated clock. */
  turn(): Promise<void>
  /** Lets all that is under way happen: bytes that can still be moved arrive, and an end that can be noticed is. */
  settle(): Promise<void>
  /** How many sockets, timers and the like the pair holds. */
  heldResources(): number
  /** Called last. */
  dispose?(): void | Promise<void>
}

/**
 * How a connection can fail without a fault of ours; the code that it must be closed by; and what the remote does:
 * `nobodyListens` (`refused`): the remote refuses. `noRoute` (`unreachable`): there is no way to it, or its name is unknown. `noAnswer`
 * (`timeout`): it never answers. `resets` (`reset`): it accepts, and resets at the first bytes. `vanishes` (`timeout`): it accepts, and from
 * the first bytes on never answers again.
 */
export type TransportFailure = 'nobodyListens' | 'noRoute' | 'noAnswer' | 'resets' | 'vanishes'

/** A transport, as the suite gets to know it. */
export interface TransportSuite<Pair extends TransportPair = TransportPair> {
  /** Makes the two ends. */
  create(): Pair | Promise<Pair>
  /** Makes connections that fail so when they are opened. One that is left out is a case less: this transport cannot meet it. */
  readonly failures: Readonly<Partial<Record<TransportFailure, (pair: Pair) => Connection | Promise<Connection>>>>
  /** More bytes than both ends and what is between them hold while nobody reads. Default 16 MiB, more than any operating system's buffers. */
  readonly bigBytes?: number
}
