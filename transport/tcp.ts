import { TcpConnection } from './tcp-connection.ts'
import { listen } from './tcp-listener.ts'
import type { Transport } from './transport.ts'

/** How TCP is used. */
export interface TcpOptions {
  /** The address of this machine to dial from, an IP literal. Default: as the system chooses. */
  readonly localAddress?: string
}

/**
 * TCP, over IPv4 and IPv6. Nagle's algorithm is off: a request must not wait for the next one. TCP keep-alive is off too:
 * the protocol has its own (BEP 3), and whoever owns a connection times its silence.
 *
 * A dial waits for a descriptor, ten seconds at most (`no_descriptor`), and a listener as long as it takes. An accepted connection for
 * which there is none is closed at once.
 */
export function tcpTransport({ localAddress }: TcpOptions = {}): Transport {
  return { kind: 'tcp', dial: (address) => new TcpConnection('out', address, { localAddress }), listen }
}
