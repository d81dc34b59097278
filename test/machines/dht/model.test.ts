import { dhtEvents, dhtInvariants, dhtModel, dhtTraversal } from '../../../testing/dht/model.ts'
import { proveChart } from '../prove-chart.ts'

proveChart({
  machine: dhtModel,
  events: dhtEvents,
  invariants: dhtInvariants,
  traversal: dhtTraversal,
  walks: { 'from its first state to its last': { events: Object.values(dhtEvents).flat() } },
})
