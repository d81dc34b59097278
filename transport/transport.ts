/** Where a peer is. `host` is an IP literal (IPv4, or IPv6 without brackets) or, when dialling, a host name; `port` 1 to 65535. */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * What carries a connection, as one word: by it people and programs tell connections apart, a dial orders its attempts, and an address
 * keeps what it was reached by. What a peer does once its connection stands does not depend on it. `hand`: nothing carries it, it is driven
 * by hand. `web`: the remote is a web seed, a server of HTTP (BEP 19). A transport of your own has a word of your own.
 */
export type TransportKind = 'tcp' | 'utp' | 'memory' | 'hand' | 'web' | (string & Record<never, never>)

/**
 * Why the byte layer ended a connection. `end`: the remote finished cleanly (FIN), and what we still queued is lost.
 * `refused`, `unreachable`, `reset`, `timeout`: as the operating system says. `destroyed`: our own `destroy()`, or `end()`
 * that has flushed. `no_descriptor`: nobody was dialled, as our process may open no more. `error`: anything else, named in `detail`, which
 * is for people and never to be compared.
 */
export interface TransportEnd {
  readonly code: 'end' | 'refused' | 'unreachable' | 'reset' | 'timeout' | 'destroyed' | 'no_descriptor' | 'error'
  readonly detail?: string
}

/**
 * What a connection tells its one owner. Never called from inside one of the connection's own methods. After the owner
 * has called `end` or `destroy` only `closed` follows.
 */
export interface ConnectionHandler {
  /** Bytes can flow: the dial succeeded, or an accepted connection was opened. Once, before any other call but `closed`. */
  opened(): void
  /**
   * Bytes from the remote, in order, at least one. `chunk` is valid during this call only: the memory behind it is read
   * into again afterwards, so whoever keeps bytes copies them. Until then it is the handler's, to decrypt in place.
   */
  data(chunk: Uint8Array): void
  /** The write queue is empty again after a `write` that answered false. */
  drained(): void
  /**
   * The last call, exactly once, whichever side ended the connection. Its owner is done with it, and its `queuedBytes` are 0. What the
   * remote may still need, such as a port that answers a packet sent again, is the transport's (`Transport.idle`).
   */
  closed(end: TransportEnd): void
}

/**
 * One duplex byte stream to one remote, TCP-like: ordered, reliable, half-closable by neither side. Made by `dial` or handed
 * to a listener's callback, whose owner opens or destroys it; does nothing before `open`, and the methods that need it
 * (`write`, `pause`, `resume`, `end`) throw before. A remote that vanished silently is not noticed here: time it.
 */
export interface Connection {
  readonly kind: TransportKind
  readonly direction: 'in' | 'out'
  readonly remote: Address
  /** Starts it: dials, or starts reading an accepted socket. A second call throws. After `destroy`, reports `closed`. */
  open(handler: ConnectionHandler): void
  /**
   * Queues `chunks` in order, by reference: the caller leaves them unchanged until they are sent. While dialling they wait.
   * Answers false when the queue is above the high-water mark; `drained` follows. Once ending or closed it does nothing and
   * answers false too, so that no loop goes on.
   */
  write(chunks: readonly Uint8Array[]): boolean
  /** Bytes accepted by `write` that the operating system (or the memory link) has not taken yet. */
  readonly queuedBytes: number
  /** Stop and go on reading; while paused the remote meets back-pressure, and its end is not noticed. */
  pause(): void
  resume(): void
  /**
   * From the read after the next on, `data` brings at most so many bytes a call, at least 1. Default, and Infinity: as many as one
   * read gives.
   */
  readAtMost(byteCount: number): void
  /**
   * Sends what is queued, then finishes; `closed` comes when the remote has finished too, which it does at once if it keeps
   * this contract. One that does not read or does not finish holds the connection until `destroy`: time it.
   */
  end(): void
  /** Closes now, at any time, also while dialling; what is queued is lost. Idempotent. */
  destroy(): void
}

/** A bound, listening socket. */
export interface ListenerHandle {
  /** Where it accepts, with the port that was picked. */
  readonly address: Address
  /**
   * Stops accepting; connections already accepted live on. When it resolves, dials to the address are refused, and the same transport may
   * listen there again. For others the port may be free only after the last connection that was accepted there: with UDP they share it.
   * Idempotent.
   */
  close(): Promise<void>
}

/** A way to carry bytes. All that are here behave the same by one suite, which `peerchart/testing` exports for those of your own. */
export interface Transport {
  readonly kind: TransportKind
  /** A connection that dials `address` when opened. A failed dial is reported by `closed`, never thrown. */
  dial(address: Address): Connection
  /**
   * Binds and listens; port 0 picks a free one. Rejects when it cannot, with the `code` that Node gives: `EADDRINUSE` where this transport
   * listens already or the port is taken, `EADDRNOTAVAIL` where there is no such address.
   */
  listen(address: Address, accept: (connection: Connection) => void): Promise<ListenerHandle>
  /**
   * Resolves when nothing is held any more: no listener, no connection, and nothing that outlives its connection, as the port of uTP does
   * to answer a remote that missed the last packet. That ends by itself within a minute, and keeps no process alive. Absent: nothing
   * outlives its connection.
   */
  idle?(): Promise<void>
}

/** Bytes a write queue holds before `write` answers false. About 60 ms of a 100 Mbit/s uplink, and 48 blocks. */
export const writeHighWaterBytes = 768 * 1024
