import { enqueueActions } from 'xstate'
import type { Evidence } from '../../peer/evidence.ts'
import { giveOrders, recordOf } from '../say.ts'
import { onJudged, showOutBanned } from '../verdicts.ts'
import { extensionSetup } from './extensions.ts'

/** What peers are known for, and who is banned. */
export const reputationSetup = extensionSetup.extend({
  actions: {
    noteReputation: enqueueActions(
      (
        { context, enqueue },
        { peer, reputation, evidence }: { peer: number; reputation: number; evidence: Evidence },
      ) => {
        const record = recordOf(context, peer)
        if (!record) return
        for (const event of onJudged(context, record, reputation, evidence)) enqueue.emit(event)
      },
    ),
    showOutBanned: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, showOutBanned(context))),
  },
})
