import { PieceSet } from '../machines/piece-set.ts'
import type { StorageNews } from '../machines/torrent/vocabulary/events.ts'
import type { Loss } from '../storage/loss.ts'
import { addPiece } from '../storage/piece-bits.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'

type Lost = Extract<StorageNews, { type: 'storage.lost' }>

/**
 * What is told of losses: one piece of news for each file that is there, as its pieces are hashed anew, and one for all else, however many
 * files a disk had that was taken out.
 */
export const newsOfLosses = (losses: readonly Loss[], pieceCount: number): readonly Lost[] => {
  const gone = losses.filter(({ isThere }) => !isThere)
  const there = losses.filter(({ isThere }) => isThere)
  return [...(gone.length > 0 ? [gone] : []), ...there.map((loss) => [loss])].flatMap((group) => {
    const [first, ...others] = group
    if (!first) return []
    const bits = new Uint8Array(Math.ceil(pieceCount / 8))
    for (const { first, end } of group) for (let index = first; index < end; index++) addPiece(bits, index)
    const pieces = PieceSet.fromBits(bits, pieceCount)
    if (!pieces) throw new Error('a loss does not fit the torrent')
    const message = others.length === 0 ? first.cause : `${first.cause}, and ${others.length} more`
    return [
      {
        type: 'storage.lost',
        pieces,
        isThere: first.isThere,
        message,
        ...(first.path !== undefined && { path: first.path }),
      },
    ]
  })
}

/**
 * Tells of losses, and forgets what was known of the bytes. When a file is gone the others are looked at too: a disk that was taken out
 * is one loss, not one with each file that somebody asks for.
 */
export function reportLosses(
  storage: PieceStorage,
  losses: readonly Loss[],
  report: (news: StorageNews) => void,
): void {
  if (losses.length === 0) return
  for (const loss of losses) storage.lose(loss)
  for (const news of newsOfLosses(losses, storage.pieceCount)) report(news)
  if (!losses.some(({ isThere, path }) => !isThere && path !== undefined)) return
  // It never rejects: what cannot be looked at is no news.
  storage.lookAtAll().then((others) => reportLosses(storage, others, report))
}
