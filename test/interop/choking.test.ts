import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import {
  type ChokeRecord,
  type Clock,
  createTorrent,
  formatAddress,
  openFileStore,
  parseMetainfo,
  systemClock,
} from '../../index.ts'
import { holdsSlot } from '../../machines/torrent/choking/algorithm/choke-algorithm.ts'
import { turnRoundsMin } from '../../machines/torrent/choking/algorithm/choke-round.ts'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent } from './libtorrent.ts'
import { untilTestEnds } from './until-test-ends.ts'

let fixture: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'file'), 40 * 1024 * 1024)
  return folder.remove
})

/** How much faster the seeder's time runs than the leechers': its minutes take fifteen seconds. */
const haste = 4

const hastyClock: Clock = {
  ...systemClock,
  now: () => systemClock.now() * haste,
  setTimeout: (run, ms) => systemClock.setTimeout(run, ms / haste),
}

/** In bytes a second: a leecher has its quota of 20 pieces in half a turn, and not the whole file in one. */
const downloadLimit = 2 * 1024 * 1024

const leechers = 8
const slots = 4

test('our seeder with four slots serves eight libtorrent peers in turn, and every one completes', {
  timeout: 100_000,
}, async () => {
  const metainfo = await parseMetainfo(await readFile(fixture.torrent))
  const store = await openFileStore(metainfo, fixture.dir, { readOnly: true })
  const listen = { host: '127.0.0.1', port: 0 }
  const seeder = untilTestEnds(createTorrent({ metainfo, store, listen, slots: 1, clock: hastyClock }))
  const records: ChokeRecord[] = []
  seeder.on('choke_round', (record) => records.push(record))
  const listening = new Promise<string>((resolve) => {
    seeder.on('listening', ({ address }) => resolve(formatAddress(address)))
  })
  seeder.start()
  // They know nobody but the seeder, and have no PEX: what one gets, the others do not.
  const options = { peers: [await listening], downloadLimit, receiveBuffer: 65_536 }
  const outs = Array.from({ length: leechers }, (_, i) => join(work, `leecher ${i}`))
  const runs = await Promise.all(outs.map((out) => leechWithLibtorrent(fixture.torrent, out, options)))
  for (const run of runs) untilTestEnds(run)
  // Programs that still start are slow to ask, and those that come first would have their turn while none waits.
  const interested = () => seeder.peers.filter(({ peerInterested }) => peerInterested)
  await expect.poll(interested, { timeout: 20_000 }).toHaveLength(leechers)
  seeder.setSlots(slots)
  await Promise.all(runs.map((run) => run.process.waitFor('done', undefined, 80_000)))

  const expected = await digest(join(fixture.dir, fixture.name))
  for (const out of outs) expect(await digest(join(out, fixture.name))).toEqual(expected)
  for (const { peers } of records) expect(peers.filter(holdsSlot).length).toBeLessThanOrEqual(slots)
  const stories = storiesOf(records)
  expect(stories).toHaveLength(leechers)
  for (const story of stories) {
    expect(story).toMatch(/turn|free_slot/)
    const waits = story.match(/(waiting ?)+/g) ?? []
    expect(Math.max(0, ...waits.map((wait) => wait.trim().split(' ').length))).toBeLessThanOrEqual(2 * turnRoundsMin)
  }
  // Had a slot, lost it while it still wanted blocks, and had one again.
  const returned = stories.filter((story) =>
    /(turn|free_slot) (turn_over|waiting|takes_nothing)\b.* (turn|free_slot)/.test(story),
  )
  expect(returned.length).toBeGreaterThanOrEqual(slots)
})

/** By peer, why it had a slot, or none, in one round after another. */
function storiesOf(records: readonly ChokeRecord[]): string[] {
  const stories = new Map<number, string[]>()
  for (const { peers, occasion } of records) {
    for (const { peer, reason } of peers) {
      if (occasion === 'free_slot' && reason !== 'free_slot') continue
      stories.set(peer, [...(stories.get(peer) ?? []), reason])
    }
  }
  return [...stories.values()].map((reasons) => reasons.join(' '))
}
