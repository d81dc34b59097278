import { explain } from '../../machines/explain/explain.ts'
import type { TorrentView } from '../../machines/explain/torrent.ts'
import type { Core } from '../../machines/torrent/core/core.ts'
import { progressOf } from '../../machines/torrent/core/progress.ts'
import type { TorrentRow } from '../protocol.ts'
import { reasonRows } from './peer-row.ts'
import { pieceMap } from './piece-map.ts'

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
