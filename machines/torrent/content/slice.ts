import type { Layout } from '../../layout.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { PieceSet } from '../../piece-set.ts'
import type { FilePriority } from '../vocabulary/file-priority.ts'
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
  /** Which files its owner wants, of a torrent with a layout: `Selection.files`. Default: what was saved, or `byDefault`. */
  readonly priorities?: Uint8Array | undefined
  /** Which files are wanted where nothing was saved. Default: all. */
  readonly byDefault?: Uint8Array | undefined
  /** What its owner has said of single files without having said which of all are wanted: it counts more than what was saved. Default: nothing. */
  readonly wishes?: ReadonlyMap<number, FilePriority>
}

/** How often files that are wanted after all were to be brought into their places, and the last of these that is over. */
interface Placings {
  readonly asked: number
  readonly over: number
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
  /**
   * What its owner has said of files before the disk was looked at, and so before it is known what was saved: that counts less, and more than
   * all else in `selection`. Undefined: nothing that is saved counts, as its owner has said which files are wanted, or it was taken up.
   */
  wishes: ReadonlyMap<number, FilePriority> | undefined
  /** Files that are wanted after all are brought into their places. */
  placings: Placings
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
  const { had, infoHash, isPrivate, layout = unknownLayout, readOnly } = input
  const { pieceCount } = layout
  const have = had ?? PieceSet.none(pieceCount)
  const { selection, wishes } = begin(layout, input)
  return {
    infoHash,
    layout,
    isPrivate: isPrivate ?? false,
    readOnly: readOnly ?? false,
    have,
    losses: noLosses(pieceCount),
    selection,
    wishes,
    placings: { asked: 0, over: 0 },
    unchosen: selection.skipped.countMissingFrom(have),
    rechecks: { asked: 0, over: 0 },
    isChecked: false,
    awaitsCheck: false,
  }
}

/** Which files are wanted before anything that was saved is known. */
export function begin(
  layout: Layout,
  { byDefault, priorities, wishes = new Map() }: Pick<ContentInput, 'byDefault' | 'priorities' | 'wishes'>,
): Pick<ContentSlice, 'selection' | 'wishes'> {
  const given = priorities && Selection.from(layout, priorities)
  if (given) return { selection: given, wishes: undefined }
  const selection = (byDefault && Selection.from(layout, byDefault)) ?? Selection.all(layout)
  return { selection: selection.with(wishes), wishes }
}
