import { expect, test } from 'vitest'
import { explain } from '../../machines/explain/explain.ts'
import type { Explanation, ReasonCode } from '../../machines/explain/reasons.ts'
import { hangingStore } from '../../testing/stores.ts'
import { peersOf } from '../peers-of.ts'
import { createSwarm, type MemberOptions, nobody } from './swarm.ts'

/** Ten torrents, by host: what they are like, and why nothing flows from them to us, and from us to them. */
const tenOthers = (
  through: NonNullable<MemberOptions['through']>,
): Record<string, MemberOptions & { readonly download: ReasonCode; readonly upload: ReasonCode }> => ({
  seeder: { has: 'all', choker: nobody, download: 'choked', upload: 'remote_complete' },
  'other seeder': { has: 'all', choker: nobody, download: 'choked', upload: 'remote_complete' },
  'seeder whose disk hangs': { has: 'all', through, download: 'awaiting_blocks', upload: 'remote_complete' },
  'ahead of us': { has: [0, 1, 2], choker: nobody, download: 'choked', upload: 'not_interested' },
  'ahead of us too': { has: [0, 1, 3], choker: nobody, download: 'choked', upload: 'not_interested' },
  'as far as we are': { has: [0, 1], download: 'nothing_wanted', upload: 'not_interested' },
  'behind us': { has: [0], download: 'nothing_wanted', upload: 'choking' },
  'behind us too': { has: [1], download: 'nothing_wanted', upload: 'choking' },
  newcomer: { download: 'nothing_wanted', upload: 'choking' },
  'other newcomer': { download: 'nothing_wanted', upload: 'choking' },
})

const codesOf = ({ download, upload }: Explanation) => [
  download.map(({ code }) => code),
  upload.map(({ code }) => code),
]

test('in a swarm where nothing flows each of ten connections says why, and their torrent says so of each', async () => {
  const disk = hangingStore()
  const others = tenOthers(disk.through)
  const swarm = createSwarm({ encryption: 'none', latencyMs: 10 })
  for (const [host, { download, upload, ...options }] of Object.entries(others)) swarm.add(host, options)
  const us = swarm.add('us', { has: [0, 1], choker: nobody, knows: Object.keys(others) })
  swarm.start()
  await swarm.pass(15_000)

  const told = peersOf(us.torrent).map((peer) => [peer.getSnapshot().context.link.address.host, codesOf(explain(peer))])
  expect(told).toEqual(Object.entries(others).map(([host, { download, upload }]) => [host, [[download], [upload]]]))

  const ofTorrent = us.torrent.explain()
  for (const way of ['download', 'upload'] as const) {
    expect(ofTorrent[way].map(({ code, peer }) => [peer?.host, code])).toEqual(
      Object.entries(others).map(([host, expected]) => [host, expected[way]]),
    )
    for (const { since } of ofTorrent[way]) expect(since).toBeLessThan(1_000)
  }
  disk.release()
  await swarm.stop()
})
