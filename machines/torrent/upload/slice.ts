import { Rate } from '../../rate.ts'
import type { SuperSeedingSlice } from '../choking/slice.ts'
import type { ContentSlice } from '../content/slice.ts'
import type { PeersSlice } from '../peers/slice.ts'
import type { PickingSlice } from '../picking/slice.ts'
import type { Basis } from '../vocabulary/basis.ts'
import { FastAllowances } from './fast-allowance.ts'

/** What a torrent is made from, of what it serves. */
export interface UploadInput {
  /** The digest of its argument, 20 bytes: what a peer may ask for while choked follows from it (BEP 6). */
  readonly sha1: (bytes: Uint8Array) => Uint8Array
}

/** What peers are served. */
export interface UploadSlice {
  readonly sha1: (bytes: Uint8Array) => Uint8Array
  /** Pieces that blocks were last read of for a peer, the newest first. */
  served: readonly number[]
  readonly fastAllowances: FastAllowances
  /** Payload bytes of this run, and as many a second. */
  uploaded: number
  rateUp: Rate
}

/** The core as the upload sees it: its own slice, and what it reads of others. */
export interface UploadCore
  extends UploadSlice,
    Readonly<Pick<Basis, 'now' | 'storage'>>,
    Readonly<PeersSlice>,
    Readonly<PickingSlice>,
    Readonly<Pick<ContentSlice, 'have' | 'infoHash' | 'layout' | 'losses'>>,
    Readonly<Pick<SuperSeedingSlice, 'superSeeding'>> {}

/** Nothing was served. `at`: the time, in milliseconds. */
export const createUpload = ({ at, sha1 }: UploadInput & { readonly at: number }): UploadSlice => ({
  sha1,
  served: [],
  fastAllowances: new FastAllowances(),
  uploaded: 0,
  rateUp: Rate.start(at),
})

/** A second has passed. */
export function measureUpload(core: UploadCore): void {
  core.rateUp = core.rateUp.add(core.uploaded - core.rateUp.total, core.now)
}
