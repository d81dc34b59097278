import { reputationRules } from '../context.ts'
import { peerSetup } from '../setup.ts'

/**
 * How far the peer is trusted: starts at 100, +1 for a verified piece it gave blocks of, −20 for a corrupt piece it is to blame
 * for, no upper cap. At 50 or below it is banned, for good: the connection ends and the torrent blacklists the address.
 */
export const reputation = peerSetup.createStateConfig({
  initial: 'trusted',
  states: {
    trusted: {
      always: { guard: 'isDisgraced', target: 'banned' },
      on: {
        'torrent.verified': { actions: { type: 'adjustReputation', params: { delta: reputationRules.verified } } },
        'torrent.corrupt': { actions: { type: 'adjustReputation', params: { delta: reputationRules.corrupt } } },
        'torrent.adjust_reputation': {
          actions: { type: 'adjustReputation', params: ({ event }) => ({ delta: event.delta }) },
        },
      },
    },
    banned: {
      entry: { type: 'end', params: { source: 'local', code: 'banned' } },
    },
  },
})
