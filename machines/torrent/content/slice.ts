import type { Layout } from '../../layout.ts'
import { unknownLayout } from '../../peer/context.ts'
import { PieceSet } from '../../piece-set.ts'
import { type Losses, noLosses } from './losses.ts'
import type { Rechecks } from './recheck-count.ts'

/** What a torrent is made from, of what it is. */
export interface ContentInput {
  /** 40 hex digits. */
  readonly infoHash: string
  /** How the torrent divides; absent as long as its metadata has to be fetched from peers (BEP 9). */
  readonly layout?: Layout
  /** Peers come from its trackers and its user alone (BEP 27). Default false; of a magnet link its metadata says so. */
  readonly isPrivate?: boolean
  /** Nothing can be written: it downloads nothing, and serves what is there. Default false; of a magnet link `metadata.ready` says so. */
  readonly readOnly?: boolean
  /** Pieces that it had when it was last looked at, as far as is known: nothing is done with them before it is looked at anew. */
  readonly had?: PieceSet
}

/** What the torrent is, and what it has of it. */
export interface ContentSlice {
  readonly infoHash: string
  layout: Layout
  isPrivate: boolean
  /** Nothing can be written. */
  readOnly: boolean
  /** Pieces hashed and written. */
  have: PieceSet
  losses: Losses
  rechecks: Rechecks
  /** Whether the disk was ever looked at. Before, peers do not learn how the torrent divides: what they would be asked for may be there. */
  isChecked: boolean
  /** It is looked at, and the answer counts. */
  awaitsCheck: boolean
}

/** Nothing was looked at yet. */
export function createContent({ had, infoHash, isPrivate, layout, readOnly }: ContentInput): ContentSlice {
  const { pieceCount } = layout ?? unknownLayout
  return {
    infoHash,
    layout: layout ?? unknownLayout,
    isPrivate: isPrivate ?? false,
    readOnly: readOnly ?? false,
    have: had ?? PieceSet.none(pieceCount),
    losses: noLosses(pieceCount),
    rechecks: { asked: 0, over: 0 },
    isChecked: false,
    awaitsCheck: false,
  }
}
