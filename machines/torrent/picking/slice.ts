import type { ContentSlice } from '../content/slice.ts'
import type { PeersSlice } from '../peers/slice.ts'
import type { Basis } from '../vocabulary/basis.ts'
import { PiecePicker } from './piece-picker.ts'

/** Which blocks are asked of which peer. */
export interface PickingSlice {
  picker: PiecePicker
}

/** The core as picking sees it: its own slice, and what it reads of others. */
export interface PickingCore
  extends PickingSlice,
    Readonly<Pick<Basis, 'now' | 'random'>>,
    Readonly<PeersSlice>,
    Readonly<Pick<ContentSlice, 'layout' | 'have' | 'selection'>> {}

/** A picker that knows no peer. */
export const createPicking = ({
  layout,
  have,
  random,
  selection,
}: Pick<PickingCore, 'layout' | 'have' | 'random' | 'selection'>): PickingSlice => ({
  picker: new PiecePicker({ layout, have, random, selection }),
})
