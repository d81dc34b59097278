import type { Actor } from 'xstate'
import type { torrentMachine } from '../machines/torrent/torrent.ts'
import type { TorrentWish } from '../machines/torrent/vocabulary/events.ts'
import { requireText } from '../transport/require.ts'
import type { LateStorage } from './late-storage.ts'

/** What has files that can be moved. */
export interface Movable {
  /** The folder that its files are in, of a store of `openFileStore`; undefined of another, or before the metadata has come. */
  readonly folder: string | undefined
  /**
   * Moves its files to another folder, whether it runs or not: by renaming, or by copying to another file system, which takes its time.
   * Peers are served meanwhile; what comes waits to be written. Resolves when all are there. Rejects, and leaves all where it was, when that
   * fails: StorageError with the `code` EEXIST where a file would be replaced, ENOSPC where the disk is full; and when the torrent is
   * stopped before. Throws an Error at the call where there are no files yet, its store cannot move them, or they are being moved.
   */
  moveTo(folder: string): Promise<void>
}

/** What it takes to move them. `begin`: asks the torrent for it, and throws where that cannot be. */
interface Move {
  readonly actor: Actor<typeof torrentMachine>
  readonly storage: LateStorage
  readonly folder: string
  readonly begin: (event: TorrentWish) => void
}

/** Resolves when the files are there; rejects when they stay. Throws an Error where there is nothing to move, or it moves. */
export function moveFiles({ actor, begin, folder, storage }: Move): Promise<void> {
  requireText('folder', folder)
  const { status, value } = actor.getSnapshot()
  const why = status === 'active' ? whyNot(storage, value.place !== 'settled') : undefined
  if (why) throw new Error(`the files cannot be moved: ${why}`)
  return movedBy(actor, () => begin({ type: 'torrent.move', folder }))
}

function whyNot(storage: LateStorage, isMoving: boolean): string | undefined {
  if (!storage.metainfo) return 'there are none before the metadata has come'
  if (isMoving) return 'they are being moved'
  return storage.get().canMove ? undefined : 'the store does not do that'
}

/** Begins a move, and resolves when the files are there; rejects when they stay. What `begin` throws is thrown. */
function movedBy(actor: Move['actor'], begin: () => void): Promise<void> {
  const ends: { unsubscribe(): void }[] = []
  const moved = new Promise<void>((resolve, reject) => {
    const stopped = () => reject(new Error('the torrent was stopped'))
    ends.push(
      actor.on('moved', () => resolve()),
      actor.on('move_failed', ({ error }) => reject(error)),
      actor.subscribe({ complete: stopped, error: stopped }),
    )
  })
  const over = () => {
    for (const end of ends) end.unsubscribe()
  }
  try {
    begin()
  } catch (error) {
    over()
    throw error
  }
  moved.then(over, over)
  return moved
}
