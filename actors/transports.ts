import { requireMethods } from '../transport/require.ts'
import type { Transport, TransportKind } from '../transport/transport.ts'
import { webSeedKind } from '../transport/web-seed/web-seed-address.ts'

/** What carries the bytes: one transport, or several of different kinds, in the order in which a dial tries them. */
export type Transports = Transport | readonly [Transport, ...Transport[]]

/** The transports, in their order. */
export const transportsOf = (transports: Transports): readonly [Transport, ...Transport[]] =>
  'dial' in transports ? [transports] : transports

/** Their kinds, in their order. */
export const kindsOf = (transports: Transports): readonly [TransportKind, ...TransportKind[]] => {
  const [first, ...others] = transportsOf(transports)
  return [first.kind, ...others.map(({ kind }) => kind)]
}

/** Throws a TypeError for what is neither a transport nor a list of them, and a RangeError for a list without one, with two of a kind, or with one called `web`. */
export function requireTransports(transports: unknown): asserts transports is Transports {
  const all: readonly unknown[] = Array.isArray(transports) ? transports : [transports]
  if (all.length === 0) throw new RangeError('transport is a transport, or a list of at least one')
  for (const one of all) requireMethods('transport', one, ['dial', 'listen'])
  const kinds = all.map((one) => Reflect.get(Object(one), 'kind'))
  // By that word the torrent knows what takes no place.
  if (kinds.includes(webSeedKind)) throw new RangeError(`no transport is called ${webSeedKind}: web seeds are`)
  if (new Set(kinds).size < kinds.length) throw new RangeError(`two transports are of one kind: ${kinds.join(', ')}`)
}
