import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type ChokeAlgorithm,
  type ChokeCandidate,
  chokeRound,
  createMemoryNetwork,
  createTorrent,
  openMemoryStore,
  PieceStorage,
  SimulatedClock,
  seededRandom,
} from 'peerchart'
import { VirtualTime } from 'peerchart/simulator'
import { explore, ScriptedRemote } from 'peerchart/testing'
import { anyTorrent } from 'peerchart/testing/fast-check'
import { assign, setup } from 'xstate'

// The choker: as long as a friend is interested, friends alone are served.
const friend = '192.0.2.2'
const stranger = '198.51.100.7'
const friendsFirst: ChokeAlgorithm = (candidates, situation) => {
  const friends = candidates.filter(({ address, interested }) => interested && address.host === friend)
  return chokeRound(friends.length > 0 ? friends : candidates, situation)
}

const candidate = (peer: number, host: string, facts: Partial<ChokeCandidate>): ChokeCandidate => ({
  peer,
  address: { host, port: 6881 },
  interested: true,
  antiSnubbed: false,
  slot: 'none',
  since: 0,
  isNew: false,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  asking: false,
  uploadedInSlot: 0,
  appetite: 'takes',
  ...facts,
})

// 1. The walker: a chart that is told which of two peers want something, and asks the choker, whose answer is the next question.
type Interest = readonly [friend: boolean, stranger: boolean]
const rounds = setup({
  types: {
    context: {} as { served: readonly string[]; wants: Interest },
    events: {} as { type: 'round'; wants: Interest },
  },
  actions: {
    decide: assign(({ context }, wants: Interest) => {
      const candidates = [friend, stranger].map((host, peer) =>
        candidate(peer, host, {
          interested: wants[peer] ?? false,
          slot: context.served.includes(host) ? 'rate' : 'none',
        }),
      )
      const decided = friendsFirst(candidates, {
        occasion: 'round',
        round: 1,
        at: 10_000,
        mode: 'leeching',
        slots: 1,
        pieceLength: 16_384,
        random: () => 0.5,
      })
      const served = decided
        .filter(({ slot }) => slot !== 'none')
        .map(({ peer }) => candidates[peer]?.address.host ?? '')
      return { served: served.sort(), wants }
    }),
  },
}).createMachine({
  context: { served: [], wants: [false, false] },
  on: { round: { actions: { type: 'decide', params: ({ event }) => event.wants } } },
})
const { states } = explore(rounds, {
  events: [true, false].flatMap((one) =>
    [true, false].map((other) => ({ type: 'round', wants: [one, other] }) as const),
  ),
  serializeState: ({ context }) => JSON.stringify(context),
  invariants: {
    'at most one is served': { source: 'slots', holds: ({ context }) => context.served.length <= 1 },
    'a friend that wants is served': {
      source: 'friendsFirst',
      holds: ({ context }) => !context.wants[0] || context.served.includes(friend),
    },
    'a stranger waits for friends': {
      source: 'friendsFirst',
      holds: ({ context }) => !context.wants[0] || !context.served.includes(stranger),
    },
  },
})

// 2. Arbitraries: whatever the peers give and take, no round gives more slots than there are.
const anyCandidate = fc.record({
  host: fc.constantFrom(friend, stranger, '203.0.113.9'),
  interested: fc.boolean(),
  isNew: fc.boolean(),
  antiSnubbed: fc.boolean(),
  downloadBytesPerSecond: fc.nat(1_000_000),
  slot: fc.constantFrom('none', 'rate', 'optimistic'),
})
fc.assert(
  fc.property(fc.array(anyCandidate, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), (facts, slots) => {
    const candidates = facts.map(({ host, ...rest }, peer) => candidate(peer, host, rest))
    const situation = { occasion: 'round', round: 3, at: 30_000, mode: 'seeding', pieceLength: 16_384 } as const
    const decided = friendsFirst(candidates, { ...situation, slots, random: seededRandom(1) })
    assert.ok(decided.filter(({ slot }) => slot !== 'none' && slot !== 'spare').length <= slots)
  }),
)

// 3. Two remotes want what a torrent with that choker has: the friend is unchoked, the stranger is not, until the friend has enough.
const [sample] = fc.sample(anyTorrent, { numRuns: 1, seed: 1 })
assert.ok(sample)
const { metainfo, content } = sample
const clock = new SimulatedClock()
const random = seededRandom(1)
const time = new VirtualTime(clock)
const network = createMemoryNetwork({ clock, random, latencyMs: 10 })
const address = { host: '192.0.2.1', port: 6881 }
const store = openMemoryStore(metainfo)
const disk = new PieceStorage(store, metainfo)
for (let index = 0; index < disk.pieceCount; index++) {
  const piece = content.slice(index * metainfo.pieceLength, (index + 1) * metainfo.pieceLength)
  await new Promise<void>((resolve) => store.put(index, piece, () => resolve()))
}
const torrent = createTorrent({
  metainfo,
  store,
  clock,
  random,
  choker: friendsFirst,
  transport: network.transport(address.host),
  listen: address,
  encryption: 'none',
})
torrent.start()
await time.until(() => torrent.state === 'seeding')
const [theFriend, theStranger] = [friend, stranger].map((host) => {
  const line = network.transport(host).dial(address)
  return new ScriptedRemote(line, {
    clock,
    infoHash: metainfo.infoHash,
    peerId: new TextEncoder().encode(host.padEnd(20, '-')),
    greets: [{ name: 'have_none' }, { name: 'interested' }],
  })
}) as [ScriptedRemote, ScriptedRemote]
await time.pass(25_000)
theFriend.expect('unchoke', { withinMs: 0 })
assert.deepEqual(theStranger.all('unchoke').length - theStranger.all('choke').length, 0)
theFriend.say({ name: 'not_interested' })
await time.pass(25_000)
theStranger.expect('unchoke', { withinMs: 0 })
await time.settled(torrent.stop())
console.log(`friends first: ${states.size} states walked, the stranger waited for the friend`)
