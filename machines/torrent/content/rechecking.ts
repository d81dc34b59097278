import type { PieceSet } from '../../piece-set.ts'
import type { StorageCommand } from '../vocabulary/events.ts'
import type { ContentSlice } from './slice.ts'

/** The next look at pieces. */
export const recheckCommand = (
  { rechecks }: Pick<ContentSlice, 'rechecks'>,
  pieces: PieceSet,
  isWished: boolean,
): Extract<StorageCommand, { type: 'storage.recheck' }> => ({
  type: 'storage.recheck',
  recheck: rechecks.asked + 1,
  pieces,
  isWished,
})
