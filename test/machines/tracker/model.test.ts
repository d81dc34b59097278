import { trackerEvents, trackerInvariants, trackerModel, trackerTraversal } from '../../../testing/tracker/model.ts'
import { proveChart } from '../prove-chart.ts'

proveChart({
  machine: trackerModel,
  events: trackerEvents,
  invariants: trackerInvariants,
  traversal: trackerTraversal,
  walks: { 'from its first state to its last': { events: Object.values(trackerEvents).flat() } },
})
