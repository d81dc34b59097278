import { explain } from '../../machines/explain/explain.ts'
import type { TorrentView } from '../../machines/explain/torrent.ts'
import type { Core } from '../../machines/torrent/core/core.ts'
import { progressOf } from '../../machines/torrent/core/progress.ts'
import type { TorrentRow } from '../protocol/protocol.ts'
import { reasonRows } from './peer-row.ts'
import { pieceMap } from './piece-map.ts'
import type { Watched } from './watched.ts'

/** How a torrent stands. */
export function torrentRow(id: number, name: string, view: TorrentView): TorrentRow {
  const core = view.context.core.getSnapshot().context as Core
  const { peers, pieces, total, downloaded, uploaded, rateDown, rateUp } = progressOf(core)
  return {
    id,
    name,
    infoHash: core.infoHash,
    pieces,
    total,
    downloaded,
    uploaded,
    rateDown,
    rateUp,
    peers,
    ...pieceMap(core),
    reasons: reasonRows(explain(view)),
  }
}

/** The rates of a torrent alone, which cost nothing to know; undefined for another actor. */
export function torrentRates({
  id,
  role,
  snapshot,
}: Watched): Pick<TorrentRow, 'id' | 'rateDown' | 'rateUp'> | undefined {
  if (role !== 'torrent' || snapshot === undefined) return undefined
  try {
    const { rateDown, rateUp } = progressOf((snapshot as TorrentView).context.core.getSnapshot().context as Core)
    return { id, rateDown, rateUp }
  } catch {
    // It is one by its name alone: a machine of the program's own.
    return undefined
  }
}
