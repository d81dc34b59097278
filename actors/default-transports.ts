import { tcpTransport } from '../transport/tcp.ts'
import type { Transports } from './transports.ts'
import { utpTransport } from './utp-transport.ts'

/**
 * What carries the bytes unless something else is said: TCP and uTP, so that whatever the remote speaks is found. TCP goes first: where both
 * are spoken it carries several times as much at half the processor time a byte, and a host that is told of as speaking uTP, or that was
 * reached by it before, is dialled by uTP first all the same. libtorrent, Transmission and webtorrent speak both by default too, uTP first,
 * as it yields to other traffic.
 */
export const defaultTransports = (): Transports => [tcpTransport(), utpTransport()]
