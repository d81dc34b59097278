import type { Address, TransportKind } from '../../../transport/transport.ts'

/** What is known of a connection before anything came of it. */
export interface Link {
  readonly address: Address
  readonly direction: 'in' | 'out'
  readonly kind: TransportKind
}
