import { expect, test } from 'vitest'
import { createPeer, type Peer } from '../../../actors/peer.ts'
import type { PeerEvent } from '../../../machines/peer/vocabulary/events.ts'
import { explore } from '../../../testing/model/explore.ts'
import { createStepper } from '../../../testing/model/stepper.ts'
import { tour } from '../../../testing/model/tour.ts'
import { peerInvariants } from '../../../testing/peer/invariants.ts'
import { isAnswered, legalPeerEvents } from '../../../testing/peer/legal-events.ts'
import {
  type PeerModelEvent,
  type PeerModelSnapshot,
  peerInputs,
  peerModel,
  peerStateKey,
} from '../../../testing/peer/model.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

/**
 * What a dialogue is about once the connection is open, by the names of its events; its end is in each. All matters at once have some
 * fifty times as many states, and no transition that none of these has.
 */
const topics = {
  'the four flags': /choke|interested/,
  extensions: /choke|greet|extended/,
  'what we ask for': /choke|^torrent\.(request|cancel)|^wire\.(piece|reject_request|allowed_fast|suggest_piece)/,
  'what the remote asks for': /choke|^wire\.(request|cancel)|^torrent\.(piece|reject|allow_fast|suggest)/,
} as const

/** What can happen next, as far as a dialogue is about it, seen from the side that dials. One block is enough. */
function dialogue(topic: RegExp, snapshot: PeerModelSnapshot): readonly PeerModelEvent[] {
  const legal = legalPeerEvents(snapshot, [0])
  // Where one thing alone can happen, it does.
  return legal.length === 1 ? legal : legal.filter(({ type }) => topic.test(type) || type === 'torrent.close')
}

/** What the other side is told so that it says on the wire what the event of this side says it heard. */
function asCommand(event: PeerModelEvent): PeerEvent | undefined {
  switch (event.type) {
    case 'wire.choke':
      return { type: 'torrent.choke' }
    case 'wire.unchoke':
      return { type: 'torrent.unchoke' }
    case 'wire.interested':
      return { type: 'torrent.interested' }
    case 'wire.not_interested':
      return { type: 'torrent.not_interested' }
    case 'wire.request':
      return { type: 'torrent.request', requests: event.requests, at: 0 }
    case 'wire.cancel':
      return { type: 'torrent.cancel', requests: event.requests }
    case 'wire.piece':
      return { type: 'torrent.piece', blocks: event.blocks }
    case 'wire.reject_request':
      return { type: 'torrent.reject', requests: event.requests }
    case 'wire.allowed_fast':
      return { type: 'torrent.allow_fast', index: event.index }
    case 'wire.suggest_piece':
      return { type: 'torrent.suggest', index: event.index }
    case 'wire.extended_handshake':
      return event.handshake.m && { type: 'torrent.greet', greeting: event.handshake }
    case 'wire.extended':
      return { type: 'torrent.extended', name: 'ut_pex', payload: event.payload }
    default:
      return undefined
  }
}

const torrent = {
  infoHash: new Uint8Array(20).fill(0x11),
  pieceLength: 16_384,
  length: 32_768,
  have: Uint8Array.of(0xc0),
}

function createRealPair(seed: number): { readonly clock: SimulatedClock; readonly ours: Peer; readonly theirs: Peer } {
  const clock = new SimulatedClock()
  const random = seededRandom(seed)
  const [dialled, accepted] = memoryPair({ clock, random, latencyMs: 20, fragment: true })
  const common = { ...torrent, clock, random, randomBytes: randomBytesFrom(random) }
  const theirs = createPeer({ ...common, to: accepted })
  const ours = createPeer({ ...common, to: dialled })
  clock.advance(1_000)
  return { clock, ours, theirs }
}

const input = { ...peerInputs['standing alone'], encryption: 'preferred', greeting: {} } as const
const options = { input, serializeState: peerStateKey }
const walks = Object.values(topics).flatMap((topic) => {
  const events = (snapshot: PeerModelSnapshot) => dialogue(topic, snapshot)
  return tour(peerModel, explore(peerModel, { ...options, events, invariants: peerInvariants }), options)
})
const mirrored = [
  ['am_choking', 'peer_choking'],
  ['am_interested', 'peer_interested'],
  ['peer_choking', 'am_choking'],
  ['peer_interested', 'am_interested'],
] as const

test('the walks are worth walking', () => {
  const steps = walks.reduce((sum, walk) => sum + walk.length, 0)
  console.log(
    `two real peers: ${walks.length} walks of ${steps} steps, each state compared with the peerModel on both sides`,
  )
  expect(steps).toBeGreaterThan(30)
})

test.each(walks.map((walk, nth) => ({ nth, walk })))(
  'walk $nth: two real peers go where the peerModel goes',
  ({ nth, walk }) => {
    const { clock, ours, theirs } = createRealPair(nth + 1)
    const stepper = createStepper(peerModel, options.input)
    let expected = stepper.start().snapshot
    const heard = { ours: 0, theirs: 0 }
    ours.on('peer.extended', () => heard.ours++)
    theirs.on('peer.extended', () => heard.theirs++)
    const said = { ours: 0, theirs: 0 }
    for (const [step, event] of walk.entries()) {
      expected = stepper.next(expected, event).snapshot
      const command = asCommand(event)
      if (command) theirs.actor.send(command)
      else if (event.type.startsWith('torrent.')) ours.actor.send(event)
      else if (event.type === 'timer.tick') ours.tick()
      if (event.type === 'wire.extended') said.theirs++
      if (event.type === 'torrent.extended') said.ours++
      // A round trip and a bit: time is nothing the walks are about, and a peer that owes a block for 3 s is late.
      clock.advance(50)
      const { handshake } = expected.value
      if (handshake !== 'open' && handshake !== 'closed') continue
      if (expected.value.availability === 'awaiting_first') continue
      // Either may tick meanwhile.
      if (isAnswered(expected)) continue
      const where = `step ${step}, ${event.type}`
      const seen = ours.actor.getSnapshot().value
      expect(seen, where).toEqual(expected.value)
      if (handshake !== 'open') continue
      const mirror = theirs.actor.getSnapshot().value
      for (const [mine, yours] of mirrored) expect(mirror[yours], `${where}: their ${yours}`).toBe(seen[mine])
    }
    expect(heard).toEqual({ ours: said.theirs, theirs: said.ours })
    ours.stop()
    clock.advance(10_000)
    expect(clock.pending).toBe(0)
  },
)
