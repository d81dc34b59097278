import type { ReachedAddress } from '../../../transport/reached-address.ts'
import type { Block } from '../../../transport/wire/messages.ts'

/** What a torrent takes over from an earlier run, beside what is on its disk. */
export interface Recollection {
  /** What has come of pieces that are not whole. */
  readonly blocks: readonly Block[]
  /** Payload bytes of all runs. */
  readonly downloaded: number
  readonly uploaded: number
  /** Where peers were reached, and how. */
  readonly addresses: readonly ReachedAddress[]
  /** Which files were wanted, as `Selection.files`; absent when all were, and nobody has said so. */
  readonly priorities?: Uint8Array
}
