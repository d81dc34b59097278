import { hexToBytes } from '../../hex.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import { allowedFastCount, allowedFastSet } from './allowed-fast-set.ts'
import type { UploadCore } from './slice.ts'

/**
 * The pieces a peer may request while we choke it, once a connection (BEP 6): the canonical set, so that a newcomer has something to trade
 * with soon. Also those we lack, as BEP 6 has it and libtorrent does: the peer asks for them when we announce them. Those of which its host
 * was given all are left out. None as long as we have nothing to serve, as before the metadata has come, or pretend to have nothing
 * (BEP 16).
 */
export function grant(core: UploadCore, record: PeerRecord): readonly number[] {
  const { have, infoHash, layout, sha1 } = core
  if (record.wasGranted || have.isNone || core.superSeeding) return []
  record.wasGranted = true
  const { host } = record.link.address
  const { pieceCount } = layout
  const set = allowedFastSet({ host, infoHash: hexToBytes(infoHash), pieceCount, count: allowedFastCount }, sha1)
  return set.filter((index) => core.fastAllowances.isPieceLeft(host, index, layout))
}

/** For a peer that opened when we had nothing yet: it is interested, so now we have. */
export function grantLate(core: UploadCore, record: PeerRecord): Command[] {
  return grant(core, record).flatMap((index) => order(record, { type: 'torrent.allow_fast', index }))
}
