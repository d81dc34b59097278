import type { EventFromLogic, SnapshotFrom } from 'xstate'
import type { peerGroupMachine } from '../../../../machines/torrent/peers/peer-group.ts'
import type { Invariant } from '../../../../testing/model/explore.ts'
import { nobody } from '../../../../testing/model/nobody.ts'
import { createTraversal } from '../../../../testing/model/traversal.ts'
import { peerInputs } from '../../../../testing/peer/model.ts'

type Group = typeof peerGroupMachine
type GroupEvent = EventFromLogic<Group>

const spawn = (slot: string, peer: number): GroupEvent => ({
  type: 'group.spawn',
  slot,
  input: { ...peerInputs.dialled, peer },
})

/** Events of the chart of a group of peers by what says them. */
export const groupEvents = {
  torrent: [
    spawn('0', 7),
    spawn('0', 8),
    spawn('1', 9),
    { type: 'group.stop', slot: '0' },
    { type: 'group.stop', slot: '1' },
  ],
  peers: [{ type: 'xstate.error.actor.0', actorId: '0', error: new Error('a defect') }],
} satisfies Record<string, readonly GroupEvent[]>

/** What holds in every state of a group of peers. */
export const groupInvariants: Readonly<Record<string, Invariant<Group>>> = {
  'of each peer in it the number is known, by which the torrent is told of its crash': {
    source: 'design',
    holds: ({ children, context: { numbers } }) => Object.keys(children).every((slot) => slot in numbers),
  },
  'a group never ends by itself: peers may come': {
    source: 'design',
    holds: ({ status }) => status === 'active',
  },
}

/** A slot is used again once its peer was stopped, and a peer crashes while it is there. */
function isSensible({ children }: SnapshotFrom<Group>, event: GroupEvent): boolean {
  if (event.type === 'group.spawn') return !(event.slot in children)
  return !('actorId' in event) || event.actorId in children
}

/** How a group is walked by these events: its state is which peers are in it. */
export const groupTraversal = (events: readonly GroupEvent[]) =>
  createTraversal<Group>({
    input: { owner: nobody },
    events,
    serializeState: ({ children, context }) => JSON.stringify([Object.keys(children).sort(), context.numbers]),
    isSensible,
  })
