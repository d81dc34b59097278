import type { StorageCommand, StorageNews } from '../machines/torrent/vocabulary/events.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'
import { toStorageError } from '../storage/storage-error.ts'
import type { Block, BlockRequest } from '../transport/wire/messages.ts'
import { reportLosses } from './loss-report.ts'

/**
 * Reads blocks for a peer. What the cache holds is answered synchronously, the rest as one batch when the last of it is there, behind a
 * look at its files where the last one was too long ago. What cannot be read is lost: that is told first, then whose requests it were.
 */
export function readBlocks(
  storage: PieceStorage,
  { peer, requests }: Extract<StorageCommand, { type: 'storage.read' }>,
  report: (news: StorageNews) => void,
): Promise<void> | undefined {
  const looks = requests.map((request) => lookAt(storage, request, report))
  const cached = requests.map((request) => fromCache(storage, request))
  if (cached.every((block) => block !== undefined)) {
    report({ type: 'storage.blocks', peer, blocks: cached })
    return undefined
  }
  const unread: BlockRequest[] = []
  const readOne = async (request: BlockRequest, look: Promise<void> | undefined): Promise<Block | undefined> => {
    await look
    const { index, begin } = request
    try {
      return { index, begin, data: await readPart(storage, request, report) }
    } catch {
      unread.push(request)
      return undefined
    }
  }
  return Promise.all(requests.map((request, i) => cached[i] ?? readOne(request, looks[i]))).then((all) => {
    const blocks = all.filter((block) => block !== undefined)
    if (blocks.length > 0) report({ type: 'storage.blocks', peer, blocks })
    if (unread.length > 0) report({ type: 'storage.unread', peer, requests: unread })
  })
}

/** Reads a part of a verified piece. Rejects with a StorageError where it cannot be read, and is lost: that is told before. */
export async function readPart(
  storage: PieceStorage,
  { index, begin, length }: BlockRequest,
  report: (news: StorageNews) => void,
): Promise<Uint8Array> {
  try {
    return await storage.read(index, begin, length)
  } catch (cause) {
    const error = toStorageError(cause, `cannot read piece ${index}`)
    const loss = storage.lossOf(index, error)
    if (loss) reportLosses(storage, [loss], report)
    throw error
  }
}

/** Looks at the files of a part of a piece where that is due, and tells what is lost. */
export function lookAt(
  storage: PieceStorage,
  { index, begin, length }: BlockRequest,
  report: (news: StorageNews) => void,
): Promise<void> | undefined {
  return storage.look(index, begin, length)?.then((losses) => reportLosses(storage, losses, report))
}

function fromCache(storage: PieceStorage, { index, begin, length }: BlockRequest): Block | undefined {
  const data = storage.readCached(index, begin, length)
  return data && { index, begin, data }
}
