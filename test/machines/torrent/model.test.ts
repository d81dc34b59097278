import { torrentEvents } from '../../../testing/torrent/events.ts'
import { torrentInvariants } from '../../../testing/torrent/invariants.ts'
import { torrentInputs, torrentModel, torrentTraversal } from '../../../testing/torrent/model.ts'
import { proveChart } from '../prove-chart.ts'

const { actors, content, disk, failures, life, outside, pacing, unchoking, wishes } = torrentEvents
const typed = (pattern: RegExp, events: typeof life) => events.filter(({ type }) => pattern.test(type))
const course = [...life, ...typed(/complete|rarest_first/, content)]

proveChart({
  machine: torrentModel,
  events: torrentEvents,
  invariants: torrentInvariants,
  traversal: torrentTraversal,
  walks: {
    ...Object.fromEntries(
      Object.entries(torrentInputs).map(([name, input]) => [
        name,
        { events: [...life, ...content, ...failures], input },
      ]),
    ),
    'which peers may download': { events: [...course, ...typed(/chosen/, content), ...unchoking] },
    'work in batches': { events: [...course, ...pacing] },
    'a move of its files': { events: [...course, ...typed(/move/, disk), ...typed(/storage/, failures)] },
    'a disk that is slow': { events: [...course, ...typed(/disk/, disk), ...typed(/storage/, failures)] },
    'when it saves': { events: [...course, ...typed(/save|Save/, disk)] },
    'where it listens, and its trackers': { events: [...course, ...outside] },
    'wishes, and its actors': {
      events: [...typed(/start/, life), ...typed(/complete/, content), ...wishes, ...actors],
    },
    'what goes wrong with its actors': {
      behind: actors.filter(({ type }) => type !== 'extension.end'),
      events: [...life, ...typed(/check|complete/, content), ...typed(/^trackers/, outside), ...failures],
      input: torrentInputs['that keeps resume data'],
    },
  },
  isFault: (snapshot) => snapshot.matches({ life: 'failed' }),
})
