import type { ExtendedHandshake } from '../transport/wire/extended/handshake.ts'
import type { Features } from '../transport/wire/handshake.ts'

/** What is known of the client from the first connections to it. */
export interface Client {
  readonly features: Features
  readonly peerId: Uint8Array
  /** Its extended handshake. */
  readonly greeting: ExtendedHandshake | undefined
  /** Whether it takes connections in the clear, and by MSE. */
  readonly plaintext: boolean
  readonly mse: boolean
  /** The pieces it has. */
  readonly has: (index: number) => boolean
  readonly isSeed: boolean
}
