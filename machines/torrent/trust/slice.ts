import type { PeersSlice } from '../peers/slice.ts'
import type { PickingSlice } from '../picking/slice.ts'
import type { Basis } from '../vocabulary/basis.ts'
import { Blacklist } from './blacklist.ts'
import { Blame } from './blame.ts'
import { type KnownAddress, MemoryOfPeers } from './remembered-peers.ts'

/** What a torrent is made from, of which peers it trusts. */
export interface TrustInput {
  /** Which peers are banned; may be shared with other torrents. Default: none. */
  readonly blacklist?: Blacklist
  /** What is remembered of peers, by their addresses. Default: nothing. */
  readonly known?: readonly KnownAddress[]
}

/** Which peers are banned, to blame, or remembered. */
export interface TrustSlice {
  readonly blacklist: Blacklist
  readonly blame: Blame
  readonly memory: MemoryOfPeers
}

/** The core as trust sees it: its own slice, and what it reads of others. */
export interface TrustCore
  extends TrustSlice,
    Readonly<Pick<Basis, 'chart' | 'now'>>,
    Readonly<PeersSlice>,
    Readonly<PickingSlice> {}

/** Nothing is held against any peer, but those on the blacklist, and what is known of them. */
export const createTrust = ({ blacklist, known = [] }: TrustInput): TrustSlice => ({
  blacklist: blacklist ?? new Blacklist(),
  blame: new Blame(),
  memory: MemoryOfPeers.of(known),
})
