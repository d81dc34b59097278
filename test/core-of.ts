import type { Torrent } from '../actors/torrent.ts'
import type { Core } from '../machines/torrent/core/core.ts'

/** What a torrent has, behind its one door: for what no event and no reading of its handle shows. */
export const coreOf = ({ actor }: Pick<Torrent, 'actor'>): Readonly<Core> =>
  actor.getSnapshot().context.core.getSnapshot().context
