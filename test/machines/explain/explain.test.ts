import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explain } from '../../../machines/explain/explain.ts'
import type { Explanation, ReasonCode } from '../../../machines/explain/reasons.ts'
import * as selectors from '../../../machines/peer/selectors.ts'
import type { PeerView } from '../../../machines/peer/vocabulary/events.ts'
import { longTest, runs } from '../../in-full.ts'
import { createPair, everything, type Side } from '../../pair.ts'
import { createSwarm, type Member, nobody } from '../../swarm/swarm.ts'

const quietMs = 10_000

/** What holds of a connection when a reason is given for it; by code, those that a look at its snapshot can refute. */
const holds: Partial<Record<ReasonCode, (view: PeerView) => boolean>> = {
  connecting: ({ value }) => typeof value.handshake === 'object' && 'connecting' in value.handshake,
  negotiating: ({ value }) => value.handshake === 'negotiating',
  handshaking: ({ value }) => typeof value.handshake === 'object',
  closed: selectors.isClosed,
  metadata_unknown: ({ value }) => value.availability === 'awaiting_metadata',
  pieces_unknown: ({ value }) => value.availability === 'awaiting_first',
  nothing_wanted: (view) => !selectors.amInterested(view) && selectors.blocksInflight(view) === 0,
  choked: (view) => selectors.peerChoking(view) && selectors.blocksInflight(view) === 0,
  snubbed: selectors.isSnubbed,
  awaiting_blocks: (view) => selectors.blocksInflight(view) > 0,
  refused: (view) => selectors.blocksInflight(view) === 0,
  all_requested: (view) => selectors.blocksInflight(view) === 0 && !selectors.peerChoking(view),
  not_asked: (view) => selectors.blocksInflight(view) === 0 && !selectors.peerChoking(view),
  congested: ({ value }) => value.uploads === 'congested',
  upload_limited: ({ value, context }) => value.uploads === 'congested' && context.isUploadLimited,
  awaiting_disk: ({ context }) => context.serving.length > 0,
  remote_complete: selectors.isUploadOnly,
  not_interested: (view) => !selectors.peerInterested(view),
  choking: selectors.amChoking,
  not_asking: (view) => !selectors.amChoking(view) && selectors.peerInterested(view),
}

function expectTrue(view: PeerView, { download, upload }: Explanation, now: number): void {
  for (const { code, since } of [...download, ...upload]) {
    expect(holds[code]?.(view) ?? true, `${code} while ${JSON.stringify(view.value)}`).toBe(true)
    expect(since, `since, of ${code}`).toBeLessThanOrEqual(now)
    expect(since, `since, of ${code}`).toBeGreaterThanOrEqual(0)
  }
}

/** Tells of a number, look by look, whether it has stood still for ten seconds. */
function stillness(read: () => number, now: () => number): () => boolean {
  let last = read()
  let at = now()
  return () => {
    if (read() !== last) {
      last = read()
      at = now()
    }
    return now() - at >= quietMs
  }
}

type Deed = (side: Side) => void

const deeds: Readonly<Record<string, Deed>> = {
  unchoke: ({ peer }) => peer.unchoke(),
  choke: ({ peer }) => peer.choke(),
  interested: ({ peer }) => peer.interested(),
  notInterested: ({ peer }) => peer.notInterested(),
  request: ({ peer }) => {
    if (selectors.isOpen(peer.actor.getSnapshot()) && !peer.peerChoking) peer.request(0, 0, 16_384)
  },
  allow: ({ peer }) => {
    if (selectors.isOpen(peer.actor.getSnapshot())) peer.sendAllowedFast(0)
  },
  limit: ({ peer }) => peer.setLimits({ up: 4_000, down: 4_000 }),
  lift: ({ peer }) => peer.setLimits({ up: undefined, down: undefined }),
  leave: ({ peer }) => peer.stop(),
}

const step = fc.record({
  side: fc.constantFrom('dialler', 'accepter'),
  // Who leaves ends the walk: rarely.
  deed: fc.constantFrom(
    ...Object.keys(deeds).flatMap((name) => (name === 'leave' ? [name] : [name, name, name, name])),
  ),
  ms: fc.constantFrom(10, 500, 3_000, 12_000, 25_000),
})

describe('explain', () => {
  test('says why whenever nothing flowed for ten seconds, and nothing that is not so: two peers, whatever they do', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(), (steps, seed) => {
        const accepter = { have: everything }
        const pair = createPair({ seed, accepter, link: { latencyMs: 50 }, readMs: () => (seed % 3) * 6_000 })
        const { clock } = pair
        const looks = [pair.dialler, pair.accepter].map(({ peer }) => {
          const snapshot = (): PeerView => peer.actor.getSnapshot()
          const isQuiet = {
            download: stillness(() => snapshot().context.downloaded, clock.now.bind(clock)),
            upload: stillness(() => snapshot().context.uploaded, clock.now.bind(clock)),
          }
          return () => {
            const explanation = explain(peer)
            expectTrue(snapshot(), explanation, clock.now())
            for (const way of ['download', 'upload'] as const) {
              if (isQuiet[way]()) expect(explanation[way], way).not.toEqual([])
            }
          }
        })
        for (const { side, deed, ms } of steps) {
          deeds[deed]?.(pair[side])
          for (let passed = 0; passed < ms; passed += 1_000) {
            clock.advance(Math.min(1_000, ms - passed))
            for (const look of looks) look()
          }
        }
      }),
      { numRuns: runs(8, 30) },
    )
  })

  longTest.each([2, 1])('says why a torrent moves nothing, and of each connection: a swarm, seed %i', async (seed) => {
    const swarm = createSwarm({ seed, pieces: 24, latencyMs: 40, bytesPerSecond: 30_000 })
    const members: Member[] = [
      swarm.add('a', { has: 'all', slots: 1 }),
      swarm.add('b', { knows: ['a'], has: [1, 2], choker: nobody }),
      swarm.add('c', { knows: ['a', 'b'], slots: 1 }),
      swarm.add('d', { knows: ['b'], listens: false }),
      swarm.add('e', { knows: ['nobody'] }),
      swarm.add('f', { knows: ['c'], magnet: true, downloadLimit: 5_000 }),
    ]
    const looks = members.map(({ torrent }) => ({
      torrent,
      isQuiet: {
        download: stillness(() => torrent.progress.downloaded, swarm.clock.now.bind(swarm.clock)),
        upload: stillness(() => torrent.progress.uploaded, swarm.clock.now.bind(swarm.clock)),
      },
    }))
    swarm.start()
    for (let second = 0; second < 180; second++) {
      await swarm.pass(1_000)
      if (second === 90) members[1]?.torrent.pause()
      if (second === 120) members[1]?.torrent.resume()
      for (const { torrent, isQuiet } of looks) {
        const explanation = torrent.explain()
        for (const way of ['download', 'upload'] as const) {
          if (isQuiet[way]()) expect(explanation[way], `${way}, second ${second}`).not.toEqual([])
        }
        for (const { ref } of torrent.actor.getSnapshot().context.core.getSnapshot().context.swarm.peers.values()) {
          if (ref) expectTrue(ref.getSnapshot(), explain(ref), swarm.clock.now())
        }
      }
    }
    await swarm.stop()
  })

  test('takes a snapshot, an actor or a handle, of a peer or a torrent', async () => {
    const { clock, dialler } = createPair()
    clock.advance(2_000)
    const { peer } = dialler
    expect(explain(peer.actor)).toEqual(explain(peer))
    expect(explain(peer.actor.getSnapshot())).toEqual(peer.explain())
    const swarm = createSwarm()
    const { torrent } = swarm.add('a')
    expect(explain(torrent)).toEqual(torrent.explain())
    expect(explain(torrent.actor.getSnapshot())).toEqual(explain(torrent.actor))
    await swarm.stop()
  })
})
