import type { Transport } from '../transport/transport.ts'
import { utpTransport as transportOf, type UtpTransportOptions } from '../transport/utp/utp.ts'
import { createUtpLife } from './utp-life.ts'

/** What uTP runs on, all of which has a default: UDP, the system's clock and its secure source of numbers. */
export type UtpOptions = Omit<UtpTransportOptions, 'createLife'>

/**
 * uTP (BEP 29) over UDP: IPv4 and IPv6, what is bound to `::` both; the life of each connection is an actor of its statechart. Dials leave
 * from the socket of a listener that reaches the remote, so that remotes know us by one port, and else from one that is bound for as long as
 * it has connections. A listener that is closed refuses dials at once; its port is free when the last connection of its socket is over
 * (`idle`). What lingers keeps no process alive. A clock and datagrams of `createDatagramNetwork` make it run in virtual time.
 */
export function utpTransport(options: UtpOptions = {}): Transport {
  return transportOf({ ...options, createLife: createUtpLife })
}
