import type { TransportEnd } from './transport.ts'

/** What the operating system's and the resolver's errors mean to a peer; by their code, since texts differ by platform. */
const endCodes: Readonly<Record<string, TransportEnd['code']>> = {
  ECONNREFUSED: 'refused',
  EADDRNOTAVAIL: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EAI_FAIL: 'unreachable',
  EAI_NODATA: 'unreachable',
  EAI_NONAME: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  ECONNABORTED: 'reset',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
}

/** Why a connection ended, of what its socket failed with. */
export function tcpEnd(error: unknown): TransportEnd {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  return { code: endCodes[code ?? ''] ?? 'error', detail: message || code || 'unknown error' }
}
