import { assign, enqueueActions } from 'xstate'
import { giveOrders, recordOf } from '../say.ts'
import { revealAll } from '../showing.ts'
import { SuperSeeding, type SuperSeedingEnd } from '../super-seeding.ts'
import { reputationSetup } from './reputation.ts'

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
      const isOpen = (peer: number) => recordOf(context, peer)?.state === 'open'
      const isInterested = (peer: number) => recordOf(context, peer)?.interested === true
      giveOrders(enqueue, revealAll(context, superSeeding.step({ isOpen, isInterested, at: now })))
      const because = superSeeding.uselessAs(now)
      if (because) enqueue.raise({ type: 'super_seeding.over', because })
    }),
    /** It is a seeder like others, who says so (BEP 21). */
    stopSuperSeeding: enqueueActions(({ context, enqueue }) => {
      const { work, greeting, have } = context
      work.revealing = work.superSeeding
      work.superSeeding = undefined
      enqueue.assign({ greeting: { ...greeting, uploadOnly: have.isAll } })
    }),
    emitSuperSeedingEnd: enqueueActions(({ enqueue }, { because }: { because?: SuperSeedingEnd }) => {
      enqueue.emit({ type: 'super_seeding', active: false, ...(because && { because }) })
    }),
    /** The rest of what was held back, a batch at a time. */
    revealNext: enqueueActions(({ context, enqueue }) => {
      const reveals = context.work.revealing?.reveal() ?? []
      giveOrders(enqueue, revealAll(context, reveals))
      if (reveals.length > 0) return
      context.work.revealing = undefined
      enqueue.raise({ type: 'super_seeding.revealed' })
    }),
  },
})
