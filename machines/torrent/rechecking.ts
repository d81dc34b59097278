import type { PieceSet } from '../piece-set.ts'
import type { TorrentContext } from './context.ts'
import type { StorageCommand } from './events.ts'

/** Looks at pieces that were asked for, one after another, and the last that is over. */
export interface Rechecks {
  readonly asked: number
  readonly over: number
}

/** Whether pieces are being hashed anew. */
export const isRechecking = ({ rechecks }: Pick<TorrentContext, 'rechecks'>): boolean => rechecks.over < rechecks.asked

/** The next look at pieces. */
export const recheckCommand = (
  { rechecks }: Pick<TorrentContext, 'rechecks'>,
  pieces: PieceSet,
  isWished: boolean,
): Extract<StorageCommand, { type: 'storage.recheck' }> => ({
  type: 'storage.recheck',
  recheck: rechecks.asked + 1,
  pieces,
  isWished,
})
