import type { ChokingInput } from '../choking/slice.ts'
import type { ConnectionsInput } from '../connections/slice.ts'
import type { ContentInput } from '../content/slice.ts'
import type { ExtensionsInput } from '../extensions/slice.ts'
import type { ResumeInput } from '../resume/slice.ts'
import type { TrustInput } from '../trust/slice.ts'
import type { UploadInput } from '../upload/slice.ts'

/** What a torrent is made from. */
export interface TorrentInput
  extends ContentInput,
    TrustInput,
    ChokingInput,
    ConnectionsInput,
    UploadInput,
    ExtensionsInput,
    ResumeInput {
  /** At least 0, below 1. */
  readonly random: () => number
  /** The time it is made, in milliseconds of the injected clock. */
  readonly at: number
}
