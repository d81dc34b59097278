import type { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import { PiecePicker } from './piece-picker.ts'
import type { PickingCore } from './slice.ts'

/** A picker that knows the open connections, if of a magnet link there are some: they say what they have when they have learnt. */
export function pickerFor(
  { random, swarm }: Pick<PickingCore, 'random' | 'swarm'>,
  layout: Layout,
  have: PieceSet,
): PiecePicker {
  const picker = new PiecePicker({ layout, have, random })
  const none = PieceSet.none(layout.pieceCount)
  for (const { peer, state } of swarm.peers.values()) if (state === 'open') picker.addPeer(peer, none)
  return picker
}
