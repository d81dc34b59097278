import { assign, type ErrorActorEvent, sendTo, setup, spawnChild, stopChild } from 'xstate'
import { fromEvent } from '../../from-event.ts'
import { peerMachine } from '../../peer/regions/peer.ts'
import { unrestorable } from '../../persistence/unrestorable.ts'
import type { GroupCommand, GroupOwner } from '../vocabulary/events.ts'

/** Peers in a group. XState copies a parent's list of children on every spawn and stop, so the list stays short. */
export const groupSize = 50

/** What a group is made from. */
export interface GroupInput {
  readonly owner: GroupOwner
}

/** What a group remembers. */
export interface GroupContext {
  readonly owner: GroupOwner
  /** The peer's number by the slot it lives in. */
  readonly numbers: Readonly<Record<string, number>>
}

/** Every event a group takes: the torrent's word, and what XState says when a peer's code throws. */
export type GroupEvent = GroupCommand | ErrorActorEvent

const chart = setup({
  types: {
    context: {} as GroupContext,
    events: {} as GroupEvent,
    input: {} as GroupInput,
  },
  actors: { peer: peerMachine },
  actions: {
    spawnPeer: spawnChild('peer', {
      id: ({ event }) => (event.type === 'group.spawn' ? event.slot : ''),
      input: ({ event }) => {
        if (event.type !== 'group.spawn') throw new TypeError(`no peer to spawn in ${event.type}`)
        return event.input
      },
    }),
    noteNumber: assign(({ context }, { slot, peer }: { slot: string; peer: number }) => ({
      numbers: { ...context.numbers, [slot]: peer },
    })),
    stopPeer: stopChild((_, { slot }: { slot: string }) => slot),
    reportCrash: sendTo(
      ({ context }) => context.owner,
      ({ context }, { slot, error }: { slot: string; error: unknown }) => ({
        type: 'group.crashed' as const,
        peer: context.numbers[slot] ?? -1,
        error,
      }),
    ),
  },
}).createMachine({
  id: 'peer_group',
  context: ({ input }) => ({ owner: input.owner, numbers: {} }),
  on: {
    'group.spawn': {
      actions: [
        { type: 'noteNumber', params: ({ event }) => ({ slot: event.slot, peer: event.input.peer }) },
        'spawnPeer',
      ],
    },
    'group.stop': { actions: fromEvent('stopPeer') },
    'xstate.error.actor.*': {
      actions: { type: 'reportCrash', params: ({ event }) => ({ slot: event.actorId, error: event.error }) },
    },
  },
})

/**
 * An arm of the torrent that holds up to `groupSize` peer actors, so that thousands of peers cost each other nothing. It spawns
 * and stops them when the torrent says so; peers and core send to each other directly. A peer whose own code throws is stopped here and
 * reported, and harms no other.
 */
export const peerGroupMachine = unrestorable(chart, {
  what: 'a group of peers',
  isAlive: ({ owner }) => typeof owner?.send === 'function',
})
