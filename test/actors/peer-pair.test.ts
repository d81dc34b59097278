import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as selectors from '../../machines/peer/selectors.ts'
import type { BlockRequest } from '../../transport/wire/messages.ts'
import { runs } from '../in-full.ts'
import { contentOf, createPair, everything, layout, type Pair, printed, type Side } from '../pair.ts'

const snapshotOf = ({ peer }: Side) => peer.actor.getSnapshot()
const both = ({ dialler, accepter }: Pair) => [dialler, accepter] as const
const allBlocks: BlockRequest[] = Array.from({ length: 19 }, (_, i) => layout.blockAt(Math.floor(i / 2), i % 2))

function expectMirrors(pair: Pair): void {
  for (const [self, other] of [both(pair), [...both(pair)].reverse() as [Side, Side]]) {
    expect(self.peer.peerChoking).toBe(other.peer.amChoking)
    expect(self.peer.peerInterested).toBe(other.peer.amInterested)
  }
}

function expectNothingLeft(pair: Pair): void {
  for (const side of both(pair)) {
    expect(snapshotOf(side)).toMatchObject({ status: 'stopped', value: { handshake: 'closed' } })
  }
  expect(pair.clock.pending).toBe(0)
}

test('two peers meet: both are open, and know each other', () => {
  const pair = createPair({ accepter: { have: everything } })
  pair.settle()
  const [dialler, accepter] = both(pair).map(snapshotOf)
  expect([dialler?.value.handshake, accepter?.value.handshake]).toEqual(['open', 'open'])
  expect(dialler?.context.remotePeerId).toBe(accepter?.context.peerId)
  expect(accepter?.context.remotePeerId).toBe(dialler?.context.peerId)
  expect(dialler?.value.availability).toBe('complete')
  expect(accepter?.context.pieces.isNone).toBe(true)
  expect(dialler?.context.remoteGreeting).toMatchObject({ reqq: 500 })
  expect(dialler?.context.features).toEqual({ extended: true, fast: true, dht: false })
})

test('the flags of one are the mirror of the other', () => {
  const pair = createPair()
  pair.settle()
  expectMirrors(pair)
  const { dialler, accepter } = pair
  for (const step of [
    () => dialler.peer.unchoke(),
    () => accepter.peer.interested(),
    () => accepter.peer.unchoke(),
    () => dialler.peer.choke(),
    () => accepter.peer.notInterested(),
  ]) {
    step()
    pair.settle()
    expectMirrors(pair)
  }
  expect(dialler.news.map(({ type }) => type).slice(-3)).toEqual([
    'peer.interested',
    'peer.unchoked',
    'peer.not_interested',
  ])
})

describe('a whole torrent, block by block', () => {
  test.each([
    ['at once', {}],
    ['one byte a read', { fragment: true }],
    ['over a slow line', { latencyMs: 80, bytesPerSecond: 500_000 }],
    ['in pieces, late', { latencyMs: 30, fragment: true }],
  ])('%s', (_, link) => {
    const pair = createPair({ link, seed: 7, accepter: { have: everything } })
    pair.settle()
    pair.accepter.peer.unchoke()
    pair.settle()
    for (const { index, begin, length } of allBlocks) pair.dialler.peer.request(index, begin, length)
    expect(selectors.blocksInflight(snapshotOf(pair.dialler))).toBe(allBlocks.length)
    pair.settle(10_000)
    expect(printed(pair.dialler.blocks)).toEqual(printed(allBlocks.map(contentOf)))
    expect(selectors.blocksInflight(snapshotOf(pair.dialler))).toBe(0)
    expect(snapshotOf(pair.accepter).context.uploaded).toBe(layout.length)
    expect(snapshotOf(pair.dialler).context.downloaded).toBe(layout.length)
  })

  test('both ways at the same time', () => {
    const pair = createPair({ dialler: { have: everything }, accepter: { have: everything } })
    pair.settle()
    for (const { peer } of both(pair)) peer.unchoke()
    pair.settle()
    for (const { peer } of both(pair))
      for (const { index, begin, length } of allBlocks) peer.request(index, begin, length)
    pair.settle()
    for (const side of both(pair)) expect(printed(side.blocks)).toEqual(printed(allBlocks.map(contentOf)))
  })
})

test('the same seed is the same run', () => {
  const run = () => {
    const pair = createPair({ link: { fragment: true, latencyMs: 5 }, seed: 42, accepter: { have: everything } })
    pair.settle()
    pair.accepter.peer.unchoke()
    pair.settle()
    pair.dialler.peer.request(0, 0, 16_384)
    pair.settle()
    return both(pair).map((side) => [JSON.stringify(side.news), JSON.stringify(snapshotOf(side).context)])
  }
  expect(run()).toEqual(run())
})

test('an idle connection lives on keep_alive', () => {
  const pair = createPair()
  pair.settle(3_600_000)
  for (const side of both(pair)) expect(snapshotOf(side).value.handshake).toBe('open')
})

describe('the end', () => {
  test.each(['dialler', 'accepter'] as const)('a stop of the %s closes both, and leaves no timer', (who) => {
    const pair = createPair()
    pair.settle()
    pair[who].peer.stop()
    pair.settle()
    const other = who === 'dialler' ? 'accepter' : 'dialler'
    expect(pair[who].closeReason).toEqual({ source: 'local', code: 'requested' })
    expect(pair[other].closeReason).toEqual({ source: 'transport', code: 'end' })
    expect(pair[who].news.slice(-2).map(({ type }) => type)).toEqual(['peer.closing', 'peer.closed'])
    expectNothingLeft(pair)
  })

  test('a stop during the dial leaves nothing', () => {
    const pair = createPair({ link: { latencyMs: 50 } })
    for (const { peer } of both(pair)) peer.stop()
    pair.settle()
    expectNothingLeft(pair)
  })

  test('a line that breaks is a reset for both', () => {
    const pair = createPair({ link: { resetAfterBytes: () => 10_000 }, accepter: { have: everything } })
    pair.settle()
    pair.accepter.peer.unchoke()
    pair.settle()
    pair.dialler.peer.request(0, 0, 16_384)
    pair.settle()
    for (const side of both(pair)) expect(side.closeReason).toMatchObject({ source: 'transport', code: 'reset' })
    expect(selectors.blocksInflight(snapshotOf(pair.dialler))).toBe(0)
    expectNothingLeft(pair)
  })

  test.each([
    ['none', { source: 'remote', code: 'info_hash_mismatch' }],
    ['required', { source: 'local', code: 'unknown_torrent' }],
  ] as const)('two torrents do not meet (encryption %s)', (encryption, reason) => {
    const pair = createPair({
      dialler: { encryption },
      accepter: { encryption, infoHash: new Uint8Array(20).fill(0xbb) },
    })
    pair.settle()
    expect(pair.accepter.closeReason).toEqual(reason)
    expect(pair.dialler.closeReason?.source).toBe('transport')
    expectNothingLeft(pair)
  })

  test('a peer does not connect to itself', () => {
    const peerId = new Uint8Array(20).fill(1)
    const pair = createPair({ dialler: { peerId }, accepter: { peerId } })
    pair.settle()
    expect(pair.accepter.closeReason).toEqual({ source: 'local', code: 'self_connection' })
    expectNothingLeft(pair)
  })
})

type Command = 'choke' | 'unchoke' | 'interested' | 'notInterested' | 'request' | 'cancel' | 'wait'

const anyCommand = fc.record({
  who: fc.constantFrom<'dialler' | 'accepter'>('dialler', 'accepter'),
  what: fc.constantFrom<Command>(
    'choke',
    'unchoke',
    'unchoke',
    'interested',
    'notInterested',
    'request',
    'request',
    'cancel',
    'wait',
  ),
  block: fc.nat(allBlocks.length - 1),
  ms: fc.nat(300),
})

test('whatever both sides wish, they agree after a while, and every request has had exactly one answer (BEP 6)', () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { maxLength: 40 }), fc.nat(1000), (commands, seed) => {
      let turn = 0
      const pair = createPair({
        seed,
        link: { latencyMs: seed % 90, fragment: seed % 2 === 0 },
        readMs: () => (seed * 31 + turn++ * 57) % 400,
        dialler: { have: everything },
        accepter: { have: everything },
      })
      pair.settle()
      for (const { who, what, block, ms } of commands) {
        const { peer } = pair[who]
        const request = allBlocks[block] as BlockRequest
        if (what === 'wait') pair.settle(ms)
        else if (what === 'cancel') peer.actor.send({ type: 'torrent.cancel', requests: [request] })
        else if (what !== 'request') peer[what]()
        else if (!peer.peerChoking) peer.request(request.index, request.begin, request.length)
      }
      pair.settle(5000)
      expectMirrors(pair)
      for (const side of both(pair)) {
        // A second answer to a request would have closed the connection as unrequested; a missing one would still be owed.
        expect(side.closeReason).toBeUndefined()
        expect(snapshotOf(side).context).toMatchObject({
          outstanding: [],
          owed: [],
          queued: [],
          serving: [],
          wasted: 0,
        })
        const asked = side.blocks.map(({ data, ...at }) => contentOf({ ...at, length: data.length }))
        expect(printed(side.blocks)).toEqual(printed(asked))
        side.peer.stop()
      }
      pair.settle(10_000)
      expectNothingLeft(pair)
    }),
    { seed: 1, numRuns: runs(15, 60) },
  )
})
