import type { ContentSlice } from '../content/slice.ts'
import type { PeersSlice } from '../peers/slice.ts'
import type { Basis } from '../vocabulary/basis.ts'
import type { ChokeAlgorithm, ChokeRecord } from './algorithm/choke-algorithm.ts'
import { chokeRound, defaultSlots } from './algorithm/choke-round.ts'
import type { SuperSeeding } from './super-seeding.ts'

/** What a torrent is made from, of which peers it lets download. */
export interface ChokingInput {
  /** Peers unchoked at once. Default 4 (BEP 3). */
  readonly slots?: number
  /** Which peers are unchoked. Default `chokeRound`. */
  readonly choker?: ChokeAlgorithm
  /** Once everything is there it pretends to have nothing, and tells of its pieces one by one (BEP 16). Default false. */
  readonly superSeed?: boolean
}

/** The slots for peers that download from us. */
export interface SlotsSlice {
  slots: number
  readonly choker: ChokeAlgorithm
  /** Choke rounds so far. */
  round: number
  /** The choke algorithm has thrown: it is not asked again before the next round. */
  chokerRests: boolean
  /** What the last choke round decided. */
  chokeRound: ChokeRecord | undefined
}

/** What a super-seeder holds back (BEP 16). */
export interface SuperSeedingSlice {
  /** It is to pretend to have nothing once it has everything. */
  superSeeds: boolean
  /** Which peers it tells of which pieces, while it does. */
  superSeeding: SuperSeeding | undefined
  /** The same when that is over, as long as there is something left to tell. */
  revealing: SuperSeeding | undefined
}

/** Which peers may download from us, and what. */
export interface ChokingSlice extends SlotsSlice, SuperSeedingSlice {}

/** The core as choking sees it: its own slice, and what it reads of others. */
export interface ChokingCore
  extends ChokingSlice,
    Readonly<Pick<Basis, 'chart' | 'isRunning' | 'now' | 'random'>>,
    Readonly<PeersSlice>,
    Readonly<Pick<ContentSlice, 'have' | 'layout' | 'losses' | 'readOnly' | 'unchosen'>> {}

/** No round was held. */
export const createChoking = ({ choker, slots, superSeed }: ChokingInput): ChokingSlice => ({
  slots: slots ?? defaultSlots,
  choker: choker ?? chokeRound,
  round: 0,
  chokerRests: false,
  chokeRound: undefined,
  superSeeds: superSeed ?? false,
  superSeeding: undefined,
  revealing: undefined,
})
