import type { Layout } from '../../layout.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { PieceSet } from '../../piece-set.ts'
import { type Losses, noLosses } from './losses.ts'
import type { Rechecks } from './recheck-count.ts'
import { Selection } from './selection.ts'

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
  /** Which files its owner wants, of a torrent with a layout: `Selection.files`. Default: what was saved, or all. */
  readonly priorities?: Uint8Array
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
  /** Which of its files its owner wants. */
  selection: Selection
  /** Its owner has said so, or it was saved: nothing that is saved counts any more. */
  isSelected: boolean
  /** Pieces that are neither ours nor held back, and are not fetched, as no file of them is wanted. */
  unchosen: number
  rechecks: Rechecks
  /** Whether the disk was ever looked at. Before, peers do not learn how the torrent divides: what they would be asked for may be there. */
  isChecked: boolean
  /** It is looked at, and the answer counts. */
  awaitsCheck: boolean
}

/** Nothing was looked at yet. */
export function createContent(input: ContentInput): ContentSlice {
  const { had, infoHash, isPrivate, layout = unknownLayout, priorities, readOnly } = input
  const { pieceCount } = layout
  const have = had ?? PieceSet.none(pieceCount)
  const given = priorities && Selection.from(layout, priorities)
  const selection = given ?? Selection.all(layout)
  return {
    infoHash,
    layout,
    isPrivate: isPrivate ?? false,
    readOnly: readOnly ?? false,
    have,
    losses: noLosses(pieceCount),
    selection,
    isSelected: given !== undefined,
    unchosen: selection.skipped.countMissingFrom(have),
    rechecks: { asked: 0, over: 0 },
    isChecked: false,
    awaitsCheck: false,
  }
}
