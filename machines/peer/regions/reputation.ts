import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { end } from '../actions/steps.ts'
import { groundsOf } from '../vocabulary/evidence.ts'

/**
 * How far the peer is trusted: starts at 100 and changes by the rules of `reputation-rules.ts`, each change with its evidence. At
 * 50 or below it is banned, for good: the connection ends and the torrent blacklists the address. A fault that ends the
 * connection costs too, which the torrent remembers of the address; but only once messages flow, as what speaks before may be no
 * peer at all.
 */
export const reputation = peerSetup.createStateConfig({
  initial: 'trusted',
  states: {
    trusted: {
      always: { guard: 'isDisgraced', target: 'banned' },
      on: {
        'torrent.verified': {
          actions: { type: 'adjustReputation', params: ({ event }) => groundsOf('verified', { piece: event.index }) },
        },
        'torrent.corrupt': {
          actions: {
            type: 'adjustReputation',
            params: ({ event: { index, blocks } }) => groundsOf('corrupt', { piece: index, ...(blocks && { blocks }) }),
          },
        },
        'torrent.judge': {
          actions: {
            type: 'adjustReputation',
            params: ({ event: { rule, index } }) => groundsOf(rule, index === undefined ? {} : { piece: index }),
          },
        },
        'torrent.adjust_reputation': {
          actions: { type: 'adjustReputation', params: ({ event }) => ({ rule: 'adjusted', change: event.delta }) },
        },
        'peer.end': {
          guard: 'isOpen',
          actions: fromEvent('chargeFault'),
        },
      },
    },
    banned: {
      entry: end({ source: 'local', code: 'banned' }),
    },
  },
})
