import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  bencoded,
  createMemoryNetwork,
  createTorrent,
  defineExtension,
  openMemoryStore,
  SimulatedClock,
  seededRandom,
} from 'peerchart'
import { VirtualTime } from 'peerchart/simulator'
import { explore, extendedHandshake, extendedMessage, ScriptedRemote } from 'peerchart/testing'
import { anyTorrent } from 'peerchart/testing/fast-check'
import { assign, initialTransition, setup, transition } from 'xstate'

// The extension: it answers what a peer says, at most three times a second. That rule is a chart, of which each peer has a snapshot.
const perSecond = 3
const patience = setup({
  types: { context: {} as { answered: number }, events: {} as { type: 'message' } | { type: 'second' } },
  guards: { isLast: ({ context }) => context.answered + 1 === perSecond },
  actions: { count: assign({ answered: ({ context }) => context.answered + 1 }), forget: assign({ answered: 0 }) },
}).createMachine({
  context: { answered: 0 },
  initial: 'answering',
  states: {
    answering: {
      on: {
        message: [{ guard: 'isLast', target: 'silent', actions: 'count' }, { actions: 'count' }],
        second: { actions: 'forget' },
      },
    },
    silent: { on: { second: { target: 'answering', actions: 'forget' } } },
  },
})

const echo = defineExtension({
  name: 'pc_echo',
  codec: bencoded,
  start: (host) => {
    const [fresh] = initialTransition(patience)
    const peers = new Map<number, typeof fresh>()
    return {
      message(peer) {
        const before = peers.get(peer.peer) ?? fresh
        peers.set(peer.peer, transition(patience, before, { type: 'message' })[0])
        if (before.matches('answering')) host.send(peer, { echo: 1 })
      },
      tick() {
        for (const [peer, now] of peers) peers.set(peer, transition(patience, now, { type: 'second' })[0])
      },
      closed: ({ peer }) => void peers.delete(peer),
    }
  },
})

// 1. The walker takes every transition of the chart, and looks at what holds in every state.
const { coverage } = explore(patience, {
  events: [{ type: 'message' }, { type: 'second' }],
  serializeState: ({ value, context }) => `${value} ${context.answered}`,
  invariants: {
    'never more than three': { source: 'pc_echo', holds: ({ context }) => context.answered <= perSecond },
    'silent means three': {
      source: 'pc_echo',
      holds: ({ value, context }) => (value === 'silent') === (context.answered === perSecond),
    },
  },
})
assert.deepEqual(coverage.transitions.missed, [])

// 2. A remote talks to a torrent that has it, in virtual time. The arbitrary gives a torrent, and how often the remote speaks.
const theirId = 7
async function answersTo(bursts: readonly number[], garbage: Uint8Array): Promise<readonly number[]> {
  const [sample] = fc.sample(anyTorrent, { numRuns: 1, seed: 1 })
  assert.ok(sample)
  const { metainfo } = sample
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const time = new VirtualTime(clock)
  const network = createMemoryNetwork({ clock, random, latencyMs: 10, fragment: true })
  const address = { host: '192.0.2.1', port: 6881 }
  const transport = network.transport(address.host)
  const store = openMemoryStore(metainfo)
  const torrent = createTorrent({ metainfo, store, clock, random, transport, listen: address, encryption: 'none' })
  torrent.addExtension(echo)
  torrent.start()
  await time.pass(100)

  const line = network.transport('192.0.2.2').dial(address)
  const greets = [extendedHandshake({ m: { pc_echo: theirId } })]
  const remote = new ScriptedRemote(line, { clock, infoHash: metainfo.infoHash, greets })
  remote.expectHandshake()
  await time.until(() => remote.idOf('pc_echo') > 0)
  const counts: number[] = []
  for (const burst of bursts) {
    const before = remote.extended(theirId).length
    remote.say(...Array.from({ length: burst }, () => extendedMessage(remote.idOf('pc_echo'), { ping: 1 })))
    await time.pass(1_000)
    counts.push(remote.extended(theirId).length - before)
  }
  // What is no message of ours costs the peer its connection, and nobody else anything.
  remote.say(extendedMessage(remote.idOf('pc_echo'), garbage))
  await time.pass(1_000)
  assert.equal(torrent.state, 'downloading')
  await time.settled(torrent.stop())
  return counts
}

await fc.assert(
  fc.asyncProperty(fc.array(fc.nat(6), { maxLength: 4 }), fc.uint8Array(), async (bursts, garbage) => {
    assert.deepEqual(
      await answersTo(bursts, garbage),
      bursts.map((burst) => Math.min(burst, perSecond)),
    )
  }),
  { numRuns: 10 },
)
console.log(`pc_echo: ${coverage.transitions.seen} transitions walked, 10 conversations held`)
