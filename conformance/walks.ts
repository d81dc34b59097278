import { type Edge, explore } from '../testing/model/explore.ts'
import { createStepper } from '../testing/model/stepper.ts'
import { legalPeerEvents } from '../testing/peer/legal-events.ts'
import {
  type PeerModel,
  type PeerModelEvent,
  type PeerModelSnapshot,
  peerInputs,
  peerModel,
} from '../testing/peer/model.ts'

/** What happens to the client, in the words of its own chart, and what we call it: what we say, and last what it does itself. */
const words = {
  'wire.request': 'request',
  'wire.cancel': 'cancel',
  'wire.choke': 'choke',
  'wire.unchoke': 'unchoke',
  'torrent.piece': 'answered',
  'wire.not_interested': 'not_interested',
  'wire.interested': 'interested',
  'torrent.unchoke': 'unchoked',
} as const satisfies Partial<Record<PeerModelEvent['type'], string>>

/** One step of a walk: a message that we send, or `unchoked` and `answered`, which the client does. */
export type WalkStep = (typeof words)[keyof typeof words]

/** So many steps behind the start, at most. */
const stepsMax = 8

const order = Object.keys(words)
const block = { index: 0, begin: 0, length: 16_384 }
const request: PeerModelEvent = { type: 'wire.request', requests: [block] }

/** What a remote that keeps to the protocol may do next, and the client to it: also a request of one that is choked, which is refused. */
function events(snapshot: PeerModelSnapshot): readonly PeerModelEvent[] {
  const { value } = snapshot
  const isUnchoked = value.am_choking === 'not_choking'
  return [...legalPeerEvents(snapshot, [block.index]), ...(isUnchoked ? [] : [request])]
    .filter(({ type }) => type in words && (type !== 'torrent.unchoke' || value.peer_interested === 'interested'))
    .sort((one, other) => order.indexOf(one.type) - order.indexOf(other.type))
}

/** The flags but for our own interest, which the client's chart does not know, and whether a request is pending. */
const serializeState = ({ value, context }: PeerModelSnapshot): string =>
  JSON.stringify([value.am_choking, value.peer_choking, value.peer_interested, context.serving.length])

/** The client's chart, behind both handshakes. */
function opened(): PeerModelSnapshot {
  const stepper = createStepper(peerModel, peerInputs['accepted for a torrent'])
  let { snapshot } = stepper.start()
  for (let next = legalPeerEvents(snapshot); next.length === 1; next = legalPeerEvents(snapshot))
    for (const event of next) snapshot = stepper.next(snapshot, event).snapshot
  return snapshot
}

/**
 * Walks through the flags and the requests of the client's chart, which together take each of its edges: each by a shortest way to an edge
 * that was not taken yet, and on from there while there is one.
 */
export function flagWalks(): readonly (readonly WalkStep[])[] {
  const { states } = explore(peerModel, { fromState: opened(), events, serializeState })
  const left = new Set([...states.values()].flatMap(({ edges }) => edges.filter(leadsOn)))
  const walks: WalkStep[][] = []
  for (const edge of left) {
    const way: Edge<PeerModel>[] = [edge]
    for (let back = states.get(edge.from)?.reachedBy; back; back = states.get(back.from)?.reachedBy) way.unshift(back)
    for (let next: typeof edge | undefined = edge; next && way.length < stepsMax; ) {
      next = states.get(next.to)?.edges.find((one) => left.has(one) && one !== edge && !way.includes(one))
      if (next) way.push(next)
    }
    for (const taken of way) left.delete(taken)
    walks.push(way.flatMap(({ event }) => wordOf(event)))
  }
  return walks
}

/** Not a message that says again what was said. A request of one that is choked is another each time; a cancel may come too late. */
const leadsOn = ({ from, to, event }: Edge<PeerModel>): boolean =>
  from !== to || event === request || event.type === 'wire.cancel'

function wordOf({ type }: PeerModelEvent): WalkStep[] {
  return type in words ? [words[type as keyof typeof words]] : []
}
