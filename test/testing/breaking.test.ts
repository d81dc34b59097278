import { peerGroupMachine } from '../../machines/torrent/peers/peer-group.ts'
import { dhtEvents, dhtInvariants, dhtModel, dhtTraversal } from '../../testing/dht/model.ts'
import { sessionEvents, sessionInvariants, sessionModel, sessionTraversal } from '../../testing/session/model.ts'
import { torrentEvents } from '../../testing/torrent/events.ts'
import { torrentInvariants } from '../../testing/torrent/invariants.ts'
import { torrentInputs, torrentModel, torrentTraversal } from '../../testing/torrent/model.ts'
import { trackerEvents, trackerInvariants, trackerModel, trackerTraversal } from '../../testing/tracker/model.ts'
import {
  utpConnectionEvents,
  utpConnectionInvariants,
  utpConnectionModel,
  utpConnectionTraversal,
} from '../../testing/utp-connection/model.ts'
import { webSeedEvents, webSeedInvariants, webSeedModel, webSeedTraversal } from '../../testing/web-seed/model.ts'
import { groupEvents, groupInvariants, groupTraversal } from '../machines/torrent/peers/group-model.ts'
import { brokenBy, context, ended, inState } from './broken-by.ts'

brokenBy(trackerModel, trackerTraversal(Object.values(trackerEvents).flat()), trackerInvariants, {
  'nothing is said to a tracker before it is known what': { action: 'note' },
  'only a tracker that knows of us is told that we leave': { guard: 'isKnown', holds: true },
  'a tracker that does not know of us is told that we begin': { action: 'note' },
  'it is told once that everything is there': {
    snapshot: (first) => ({
      ...inState({ announcing: 'asking' })(),
      ...context({ event: 'completed', knowsAll: true })(first),
    }),
  },
  'we wait to say that we leave only until it has heard that everything is there': {
    guard: 'isCompleting',
    holds: true,
  },
  'it is due while it waits, and not while it is asked, refused or left': { action: 'noteLeaving' },
  'no answer makes us ask each second, or never again': { action: 'noteAnswer' },
  'one that answers has not failed': { action: 'noteAnswer' },
  'one that is left is forgotten': { action: 'forget' },
})

brokenBy(dhtModel, dhtTraversal(Object.values(dhtEvents).flat()), dhtInvariants, {
  'nothing is announced where we accept no connection': { guard: 'hasPort', holds: true },
  'a search is due while it waits, and at no other time': { action: 'forgetDue' },
  'the next search comes neither at once nor later than nodes remember us': { action: 'noteFailure' },
  'a search that was answered has not failed': { action: 'noteDone' },
  'what was announced before a rest is announced anew': { action: 'forget' },
})

brokenBy(webSeedModel, webSeedTraversal(Object.values(webSeedEvents).flat()), webSeedInvariants, {
  'it is due while it waits, and at no other time': { action: 'noteDue' },
  'the wait is a second at least, and an hour at most': { action: 'noteFailure' },
  'what is given up or banned has its reason': { action: 'noteFinalEnd' },
  'each file that it lacks is known once': { snapshot: context({ without: [0, 0] }) },
  'one that gives has not failed': { action: 'noteServing' },
})

brokenBy(sessionModel, sessionTraversal(Object.values(sessionEvents).flat()), sessionInvariants, {
  'only a session with an address listens, and only one without dials alone': { guard: 'listensNowhere', holds: true },
  'a session that has failed knows why': { action: 'noteError' },
  'a session never ends by itself: it can be started again': { snapshot: ended },
})

const { content, failures, life, outside } = torrentEvents
const ofMagnet = torrentTraversal([...life, ...content], torrentInputs['of a magnet link'])
const withListener = torrentTraversal([...life, ...outside, ...content.slice(4, 6)])

brokenBy(torrentModel, torrentTraversal([...life, ...content, ...failures.slice(0, 2)]), torrentInvariants, {
  'a torrent never ends by itself: it can be started again': { snapshot: ended },
  'of a magnet link nothing is hashed before its metadata has come': {
    guard: 'knowsMetadata',
    holds: true,
    walk: ofMagnet,
  },
  'only a torrent that has everything seeds, and it seeds while it runs': { guard: 'isComplete', holds: true },
  'files that are looked at before it starts are looked at': { action: 'checkDisk' },
  'a torrent that has failed knows why': { action: 'noteError' },
  'resume data is awaited only by a torrent that keeps some': { guard: 'keepsResume', holds: true },
  'it has stopped only once its trackers know, or have had their time': { guard: 'hasLeftTrackers', holds: false },
  'a torrent that is listened for says so while it runs': { guard: 'isListenedFor', holds: false, walk: withListener },
  'its owner is told one of the words that there are': { snapshot: context({ standing: 'elsewhere' }) },
})

brokenBy(
  utpConnectionModel,
  utpConnectionTraversal(Object.values(utpConnectionEvents).flat()),
  utpConnectionInvariants,
  {
    'a connection is over once it is closed, reset or timed out, and no sooner': { snapshot: ended },
    'it does not stay connected once both directions have ended': {
      snapshot: inState({ connected: { ours: 'fin_acknowledged', theirs: 'fin_received' } }),
    },
  },
)

brokenBy(peerGroupMachine, groupTraversal(Object.values(groupEvents).flat()), groupInvariants, {
  'of each peer in it the number is known, by which the torrent is told of its crash': { action: 'noteNumber' },
  'a group never ends by itself: peers may come': { snapshot: ended },
})
