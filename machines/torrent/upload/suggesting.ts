import { withNewest } from '../../newest-first.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { mayAsk } from '../choking/super-seeding-offers.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import type { UploadCore } from './slice.ts'

/** Pieces served of late that are worth suggesting: what the disk, or its cache, has at hand. */
const servedMax = 8

/** Suggestions a peer gets in one choke round: advice, not a flood. */
const suggestionsPerRound = 2

/** Blocks of a piece were read for a peer: it is cheap to serve again. */
export function noteServed(core: UploadCore, index: number): void {
  core.served = withNewest(core.served, index, servedMax)
}

/** Pieces that are ours no longer are not suggested. */
export function forgetLost(core: UploadCore): void {
  core.served = core.served.filter((index) => core.have.has(index))
}

/**
 * A round of suggestions (BEP 6, Suggest Piece), behind the choke round, which chokes peers that are not interested: each that may download
 * from us now learns which of the pieces that it lacks are cheap to serve, each once. The chart of the peer keeps count, and
 * sends nothing without the Fast extension.
 */
export function suggestServed(core: UploadCore): Command[] {
  const { served, swarm } = core
  if (served.length === 0) return []
  return [...swarm.peers.values()].flatMap((record) => suggestTo(core, record))
}

function suggestTo(core: UploadCore, record: PeerRecord): Command[] {
  const told = viewOf(record)?.context.suggested
  if (!told || !record.isMember || record.uploadSlot === 'none') return []
  const pieces = core.picker.pieces(record.peer)
  return core.served
    .filter((index) => !pieces.has(index) && !told.includes(index) && mayAsk(core, record, index))
    .slice(0, suggestionsPerRound)
    .flatMap((index) => order(record, { type: 'torrent.suggest', index }))
}
