import {
  utpConnectionEvents,
  utpConnectionInvariants,
  utpConnectionModel,
  utpConnectionTraversal,
} from '../../../testing/utp-connection/model.ts'
import { proveChart } from '../prove-chart.ts'

proveChart({
  machine: utpConnectionModel,
  events: utpConnectionEvents,
  invariants: utpConnectionInvariants,
  traversal: utpConnectionTraversal,
  walks: { 'from its first state to its last': { events: Object.values(utpConnectionEvents).flat() } },
})
