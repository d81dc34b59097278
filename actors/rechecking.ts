import type { StorageCommand, StorageNews } from '../machines/torrent/vocabulary/events.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'
import type { StorageError } from '../storage/storage-error.ts'

/** Pieces that are told of together, so that what is found wrong is not served for long: 64 MiB of the usual ones. */
const piecesAtOnce = 64

/** Hashes pieces as they stand, and tells what it finds; rejects with the reason of `signal` when that ends it. */
export async function recheck(
  storage: PieceStorage,
  command: Extract<StorageCommand, { type: 'storage.recheck' }>,
  signal: AbortSignal,
  report: (news: StorageNews) => void,
): Promise<void> {
  signal.throwIfAborted()
  const { pieces } = command
  const right: number[] = []
  const wrong: number[] = []
  const tell = (isOver: boolean) => {
    signal.throwIfAborted()
    // What was wrong may have been written since.
    const found = { right: right.splice(0), wrong: wrong.splice(0).filter((index) => !storage.isVerified(index)) }
    report({ ...command, type: 'storage.rechecked', ...found, isOver })
  }
  let isTold = false
  const onFault = (index: number, error: StorageError) => {
    storage.lossOf(index, error)
    if (!isTold)
      report({ type: 'storage.warning', message: error.message, ...(error.path !== undefined && { path: error.path }) })
    isTold = true
  }
  for await (const { index, isRight } of storage.recheck((index) => pieces.has(index), onFault, signal)) {
    if (isRight) right.push(index)
    else wrong.push(index)
    if (right.length + wrong.length >= piecesAtOnce) tell(false)
  }
  tell(true)
}
