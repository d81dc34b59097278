import { webSeedEvents, webSeedInvariants, webSeedModel, webSeedTraversal } from '../../../testing/web-seed/model.ts'
import { proveChart } from '../prove-chart.ts'

proveChart({
  machine: webSeedModel,
  events: webSeedEvents,
  invariants: webSeedInvariants,
  traversal: webSeedTraversal,
  walks: { 'from its first state to its last': { events: Object.values(webSeedEvents).flat() } },
})
