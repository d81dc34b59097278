import { requireBoolean, requireObject, requireText } from '../transport/require.ts'
import { openFilesIn } from './file-store.ts'
import type { Metainfo } from './metainfo.ts'
import { MovableStore, movingOf } from './movable-store.ts'
import { openFolder } from './output-folder.ts'
import { requireMetainfo } from './require-metainfo.ts'
import { settleMove } from './settle-move.ts'
import { StorageError } from './storage-error.ts'
import type { ChunkStore } from './store.ts'

/**
 * Opens the files of a torrent below `folder`, under the safe names of its `path`s; whoever has them from another client can seed
 * them. What stands there is kept; a file that is longer than the torrent says is cut by `cutFiles` alone.
 *
 * The folder, the torrent's empty files and its links (BEP 47) are made now, other files and folders when their first piece is written. Pad files
 * (BEP 47) are zeros that reach no disk. Of files that are skipped (`selectFiles`) and not there, what comes with pieces that they share with
 * others is kept in one hidden file, `.<info hash>.parts`, from which it moves into place when they are selected. However many files and stores there are, a process has 128 files open at once at most, and
 * fewer where it may open few.
 *
 * `folder` may be a symbolic link. What is written stays within it: a link below it that leads out is refused, now, or when a file is
 * opened if it has become one since. A link of the torrent that cannot be made is left out, and the store says so as its `fault`.
 *
 * `moveTo` moves them to another folder, by renaming or, on another file system, by copying. It is crash-safe: when a process ended amid
 * that, or before its owner could note the new folder, either folder leads to the files when it is opened next, and what was begun is
 * finished or undone first, also with `readOnly`. Then `folder` of the store says where they are, and so does its `fault`.
 *
 * @param options.readOnly for seeding: nothing is made or written, and the right to write is not needed; `put` fails (EROFS). Links are
 * followed wherever they lead. A torrent on it downloads nothing: where pieces are missing it is a partial seed.
 * @throws StorageError when `folder` is no folder or cannot be used, when a path is too long for the system, when something other than a file stands in a file's
 * place, or when a symbolic link below `folder` leads out of it, or nowhere.
 */
export const openFileStore = async (
  metainfo: Metainfo,
  folder: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<ChunkStore> => {
  requireMetainfo(metainfo)
  requireText('folder', folder)
  requireObject('what openFileStore is given', options)
  const readOnly = options.readOnly ?? false
  requireBoolean('readOnly', readOnly)
  const asked = await openFolder(folder, !readOnly)
  const found = await settleMove(movingOf(metainfo), asked)
  const store = await openFilesIn(metainfo, found, { readOnly })
  const isElsewhere = new StorageError(`the files are in ${found}, as they were being moved`, { path: found })
  return new MovableStore(store, metainfo, found, found === asked ? undefined : isElsewhere)
}
