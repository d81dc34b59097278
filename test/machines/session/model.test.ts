import {
  sessionEvents,
  sessionInputs,
  sessionInvariants,
  sessionModel,
  sessionTraversal,
} from '../../../testing/session/model.ts'
import { proveChart } from '../prove-chart.ts'

const events = Object.values(sessionEvents).flat()

proveChart({
  machine: sessionModel,
  events: sessionEvents,
  invariants: sessionInvariants,
  traversal: sessionTraversal,
  walks: Object.fromEntries(Object.entries(sessionInputs).map(([name, input]) => [name, { events, input }])),
  isFault: (snapshot) => snapshot.matches('failed'),
})
