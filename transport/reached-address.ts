import type { Address, TransportKind } from './transport.ts'

/** An address, and how it is dialled best, as far as is known. */
export interface ReachedAddress extends Address {
  /** By what a handshake last came from it, or by what peers say that it can be reached. */
  readonly transport?: TransportKind
  /** It refused encryption, and was reached without. */
  readonly plaintext?: boolean
}
