import { assign, enqueueActions } from 'xstate'
import type { TorrentContext } from '../context.ts'
import { wantsNothing } from '../interest.ts'
import { giveOrders, recordOf } from '../say.ts'
import { revealAll } from '../showing.ts'
import { SuperSeeding, type SuperSeedingEnd } from '../super-seeding.ts'
import { reputationSetup } from './reputation.ts'

/** Whether a connection is there, and not about to end. */
const isThere = (context: TorrentContext) => (peer: number) => {
  const record = recordOf(context, peer)
  return record !== undefined && record.state !== 'closing'
}

/** Super-seeding (BEP 16): it begins, offers, and ends with everything told. */
export const superSeedingSetup = reputationSetup.extend({
  actions: {
    noteSuperSeed: assign((_, { superSeed }: { superSeed: boolean }) => ({ superSeeds: superSeed })),
    /** Nobody may know from our extended handshake that we have everything (BEP 21). */
    startSuperSeeding: enqueueActions(({ context, enqueue }) => {
      const { work, random, have, greeting } = context
      work.superSeeding = new SuperSeeding({ pieceCount: have.size, random, at: work.now })
      work.revealing = undefined
      enqueue.assign({ greeting: { ...greeting, uploadOnly: false } })
      enqueue.emit({ type: 'super_seeding', active: true })
    }),
    /** Time has passed: who left is forgotten, who wants nothing of what it was offered is offered something else. */
    stepSuperSeeding: enqueueActions(({ context, enqueue }) => {
      const { now, superSeeding } = context.work
      if (!superSeeding) return
      const isInterested = (peer: number) => recordOf(context, peer)?.interested === true
      giveOrders(enqueue, revealAll(context, superSeeding.step({ isThere: isThere(context), isInterested, at: now })))
      const because = superSeeding.uselessAs(now)
      if (because) enqueue.raise({ type: 'super_seeding.over', because })
    }),
    /** It is a seeder like others, who says so (BEP 21): it helps no longer, or is not asked for, or the torrent does not run. */
    stopSuperSeeding: enqueueActions(({ context, enqueue }, { because }: { because: SuperSeedingEnd | undefined }) => {
      const { work, greeting } = context
      work.revealing = work.superSeeding
      work.superSeeding = undefined
      enqueue.assign({ greeting: { ...greeting, uploadOnly: wantsNothing(context) } })
      enqueue.emit({ type: 'super_seeding', active: false, ...(because && { because }) })
    }),
    /** The rest of what was held back, a batch at a time. */
    revealNext: enqueueActions(({ context, enqueue }) => {
      if (!context.work.revealing) return
      const reveals = context.work.revealing.reveal(isThere(context))
      const ours = reveals.filter(({ index }) => context.have.has(index))
      giveOrders(enqueue, revealAll(context, ours))
      if (reveals.length === 0) enqueue.raise({ type: 'super_seeding.revealed' })
    }),
    /** Nothing is held back: everybody was told, or has to come again after a pause. */
    forgetOffers: enqueueActions(({ context }) => {
      context.work.revealing = undefined
    }),
  },
})
