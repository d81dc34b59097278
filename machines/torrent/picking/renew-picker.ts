import { PieceSet } from '../../piece-set.ts'
import { PiecePicker } from './piece-picker.ts'
import type { PickingCore } from './slice.ts'

/**
 * What there is to fetch is known anew: the metadata has come, or the disk was looked at. The picker knows the open connections, if of a
 * magnet link there are some: they say what they have when they have learnt.
 */
export function renewPicker(core: PickingCore): void {
  const { have, layout, random, selection, swarm } = core
  const { hurried, inOrder } = core.picker
  core.picker = new PiecePicker({ layout, have, random, selection })
  core.picker.hurry(hurried)
  core.picker.inOrder = inOrder
  const none = PieceSet.none(layout.pieceCount)
  for (const { isMember, peer } of swarm.peers.values()) if (isMember) core.picker.addPeer(peer, none)
}
