import type { TransportKind } from '../../../transport/transport.ts'

/** One of several transports that cannot listen where the others do. */
export interface Unbound {
  readonly transport: TransportKind
  readonly error: unknown
}

/** What its owner is told. */
export const describeUnbound = ({ transport, error }: Unbound): string =>
  `cannot listen by ${transport}: ${error instanceof Error ? error.message : String(error)}`
