import { peerGroupMachine } from '../../../../machines/torrent/peers/peer-group.ts'
import { proveChart } from '../../prove-chart.ts'
import { groupEvents, groupInvariants, groupTraversal } from './group-model.ts'

proveChart({
  machine: peerGroupMachine,
  events: groupEvents,
  invariants: groupInvariants,
  traversal: groupTraversal,
  walks: { 'with two slots': { events: Object.values(groupEvents).flat() } },
})
