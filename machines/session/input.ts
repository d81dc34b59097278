import type { Address } from '../../transport/transport.ts'
import type { EncryptionPolicy } from '../peer/vocabulary/facts.ts'
import type { Blacklist } from '../torrent/trust/blacklist.ts'

/** What a session is made from. */
export interface SessionInput {
  /** Where to accept peers; nowhere without. */
  readonly listen?: Address
  /** 40 hex digits. Said to nobody: a torrent that takes a guest puts its own in the place. */
  readonly peerId: string
  readonly encryption: EncryptionPolicy
  /** The banned addresses, whose connections are closed at once; its torrents share it. */
  readonly blacklist: Blacklist
  /** The time it is made, in milliseconds of the injected clock. */
  readonly at: number
}
