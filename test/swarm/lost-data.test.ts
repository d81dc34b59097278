import { describe, expect, test } from 'vitest'
import { retryDelaysMs } from '../../storage/patience.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { failingStore, readOnlyStore } from '../../testing/stores.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { dialRaw } from '../hostile/raw-peer.ts'
import { speaker } from './speaker.ts'
import { createSwarm, type MemberOptions, nobody } from './swarm.ts'

/** A disk that loses pieces, gets them back, and may be ill for a moment. */
function disk() {
  const lost = new Set<number>()
  let hiccups = 0
  let reads = 0
  const gone = new Error('Chunk not found')
  const ill = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
  return {
    lost,
    get reads() {
      return reads
    },
    hiccup: (times: number) => {
      hiccups = times
    },
    through: (store: ChunkStore): ChunkStore =>
      failingStore(store, (operation, index) => {
        if (operation === 'put') {
          lost.delete(index)
          return null
        }
        reads++
        if (hiccups > 0) {
          hiccups--
          return ill
        }
        return lost.has(index) ? gone : null
      }),
  }
}

const request = (index: number): Message => ({ name: 'request', requests: [{ index, begin: 0, length: 16_384 }] })
const indexOf = (payload: Uint8Array): number => Buffer.from(payload).readUInt32BE(0)

/** A seed on such a disk, and a remote that is unchoked and takes `lt_donthave` as 7. */
async function aSeed(options: MemberOptions = {}, { speaks = true } = {}) {
  const swarm = createSwarm({ latencyMs: 10, encryption: 'none' })
  const its = disk()
  const { through = (store: ChunkStore) => store, ...more } = options
  const seed = swarm.add('seed', { has: 'all', through: (store) => through(its.through(store)), ...more })
  swarm.start()
  await swarm.until(() => seed.emittedOf('verified').length > 0)
  const remote = speaker(speaks ? { m: { lt_donthave: 7 } } : { m: {} }, [
    { name: 'have_none' },
    { name: 'interested' },
  ])
  const raw = dialRaw(swarm, 'raw', 'seed', remote.script)
  await swarm.until(() => raw.all('unchoke').length > 0 || options.choker === nobody)
  return { swarm, disk: its, seed, raw, remote, told: () => remote.heard(7).map(indexOf) }
}

describe('a piece that cannot be read for a peer', () => {
  test('is withdrawn from who takes lt_donthave (BEP 54), and rejected; the rest is served over the same connection', async () => {
    const { swarm, disk, seed, raw, told } = await aSeed()
    disk.lost.add(2)
    raw.say(request(2), request(3))
    await swarm.until(() => raw.all('piece').length > 0 && told().length > 0)
    expect(told()).toEqual([2])
    expect([raw.all('reject_request').length, raw.all('piece').length, raw.end]).toEqual([1, 1, undefined])
    expect([seed.state, seed.torrent.progress.pieces]).toEqual(['partial_seeding', 7])
    expect(seed.emittedOf('failed')).toEqual([])
    const message =
      'cannot read piece 2: Chunk not found: 1 piece is no longer served until the torrent is checked again'
    expect(seed.emittedOf('warning')).toEqual([{ type: 'warning', message }])
    await swarm.stop()
  })

  test('is not announced to who comes after', async () => {
    const { swarm, disk, seed, raw } = await aSeed()
    disk.lost.add(2)
    raw.say(request(2))
    await swarm.until(() => seed.state === 'partial_seeding')
    const late = dialRaw(swarm, 'late', 'seed', speaker().script)
    await swarm.pass(1_000)
    expect(late.heard.find(({ name }) => name === 'bitfield')).toMatchObject({ bits: Uint8Array.of(0b11011111) })
    expect(late.all('have_all').length).toBe(0)
    await swarm.stop()
  })

  test('costs nobody his reputation who asks for it again, as he may not have heard', async () => {
    const { swarm, disk, seed, raw, told } = await aSeed({}, { speaks: false })
    disk.lost.add(2)
    for (let i = 1; i <= 3; i++) {
      raw.say(request(2))
      await swarm.until(() => raw.all('reject_request').length === i)
    }
    expect(told()).toEqual([])
    expect(seed.torrent.peers).toMatchObject([{ reputation: 100, state: 'open' }])
    await swarm.stop()
  })

  test('is tried again first, when the reason may pass: the block comes, and nothing is lost', async () => {
    const { swarm, disk, seed, raw } = await aSeed()
    disk.hiccup(retryDelaysMs.length)
    raw.say(request(2))
    const at = swarm.clock.now()
    await swarm.until(() => raw.all('piece').length > 0)
    const waitedMs = swarm.clock.now() - at
    expect(waitedMs).toBeGreaterThanOrEqual(retryDelaysMs.reduce((sum, ms) => sum + ms))
    expect([seed.state, seed.emittedOf('warning')]).toEqual(['seeding', []])
    await swarm.stop()
  })

  test('is lost when the reason does not pass; and a disk that did not come back is waited for no longer', async () => {
    const { swarm, disk, raw, told } = await aSeed()
    disk.hiccup(1_000)
    raw.say(request(2))
    await swarm.until(() => told().length > 0)
    const { reads } = disk
    raw.say(request(3))
    await swarm.until(() => told().length > 1, 1_000)
    expect([told(), disk.reads - reads]).toEqual([[2, 3], 1])
    await swarm.stop()
  })

  test('ends nothing that hangs in a retry when the torrent stops', async () => {
    const { swarm, disk, raw } = await aSeed()
    disk.hiccup(1_000)
    raw.say(request(2))
    await swarm.pass(100)
    await swarm.stop()
    expect(swarm.clock.pending).toBe(0)
  })
})

test('a torrent that has lost everything stays up, and says so', async () => {
  const { swarm, disk, seed, raw, told } = await aSeed()
  for (let index = 0; index < 8; index++) disk.lost.add(index)
  raw.say(...[...disk.lost].map(request))
  await swarm.until(() => told().length === 8)
  await swarm.pass(5_000)
  expect([seed.state, raw.end]).toEqual(['partial_seeding', undefined])
  const { upload, download } = seed.torrent.explain()
  expect(upload.map(({ code }) => code)).toEqual(expect.arrayContaining(['data_lost', 'nothing_to_offer']))
  expect(download.map(({ code }) => code)).toEqual(['data_lost'])
  await swarm.stop()
})

describe('recheck', () => {
  test('takes up what is back: it is announced, over the connections there are, and everything is there again', async () => {
    const { swarm, disk, seed, raw } = await aSeed()
    disk.lost.add(2).add(5)
    raw.say(request(2), request(5))
    await swarm.until(() => seed.torrent.progress.pieces === 6)
    disk.lost.clear()
    seed.torrent.recheck()
    expect(seed.torrent.explain().upload.map(({ code }) => code)).toContain('checking')
    await swarm.until(() => seed.emittedOf('rechecked').length > 0)
    expect(seed.emittedOf('rechecked')).toEqual([{ type: 'rechecked', pieces: 8, total: 8 }])
    await swarm.until(() => raw.all('have').length === 2)
    raw.say(request(2))
    await swarm.until(() => raw.all('piece').length > 0)
    expect([seed.state, raw.end, seed.emittedOf('done').length]).toEqual(['seeding', undefined, 2])
    await swarm.stop()
  })

  test('of what is still lost fetches it again where the store can be written to, and not before', async () => {
    const { swarm, disk, seed, raw } = await aSeed()
    disk.lost.add(2)
    raw.say(request(2))
    await swarm.until(() => seed.state === 'partial_seeding')
    const other = swarm.add('other', { has: 'all', knows: ['seed'] })
    other.torrent.start()
    await swarm.pass(20_000)
    expect(seed.torrent.progress.downloaded).toBe(0)
    seed.torrent.recheck()
    await swarm.until(() => seed.state === 'seeding')
    expect(seed.torrent.progress.downloaded).toBe(32_768)
    expect(await seed.isWhole()).toBe(true)
    await swarm.stop()
  })

  test('fetches what is lost from a peer that was there before', async () => {
    const { swarm, disk, seed } = await aSeed({ choker: nobody })
    const other = swarm.add('other', { has: [2], knows: ['seed'] })
    other.torrent.start()
    await swarm.until(() => other.emittedOf('peer').some(({ peer }) => peer.state === 'open'))
    await swarm.pass(5_000)
    expect(other.torrent.progress.pieces).toBe(1)
    disk.lost.add(2)
    seed.torrent.recheck()
    await swarm.until(() => seed.state === 'partial_seeding' || seed.state === 'downloading')
    await swarm.until(() => seed.state === 'seeding', 10_000)
    expect(seed.torrent.progress.downloaded).toBe(32_768)
    expect(await seed.isWhole()).toBe(true)
    await swarm.stop()
  })

  test('fetches nothing on a read-only store', async () => {
    const { swarm, disk, seed, raw } = await aSeed({ through: readOnlyStore })
    disk.lost.add(2)
    raw.say(request(2))
    await swarm.until(() => seed.state === 'partial_seeding')
    seed.torrent.recheck()
    await swarm.until(() => seed.emittedOf('rechecked').length > 0)
    expect([seed.state, seed.torrent.progress.pieces]).toEqual(['partial_seeding', 7])
    expect(seed.torrent.explain().download.map(({ code }) => code)).toEqual(['read_only'])
    await swarm.stop()
  })

  test('finds what is wrong and nobody had asked for, and what somebody else has put there', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    const its = disk()
    const member = swarm.add('a', { has: [0, 1, 2], through: its.through })
    swarm.start()
    await swarm.until(() => member.state === 'downloading')
    its.lost.add(1)
    member.torrent.recheck()
    await swarm.until(() => member.emittedOf('rechecked').length === 1)
    expect([member.state, member.torrent.progress.pieces]).toEqual(['downloading', 2])
    its.lost.delete(1)
    member.torrent.recheck()
    await swarm.until(() => member.emittedOf('rechecked').length === 2)
    expect(member.torrent.progress.pieces).toBe(3)
    await swarm.stop()
  })

  test('while a download goes on loses nothing of what comes meanwhile', async () => {
    const swarm = createSwarm({ latencyMs: 10, pieces: 40 })
    swarm.add('seeder', { has: 'all' })
    const member = swarm.add('a', { knows: ['seeder'] })
    swarm.start()
    await swarm.until(() => member.torrent.progress.pieces > 3)
    for (let i = 0; i < 5; i++) {
      member.torrent.recheck()
      await swarm.pass(20)
    }
    await swarm.until(() => member.state === 'seeding')
    expect([await member.isWhole(), member.emittedOf('warning'), member.emittedOf('done').length]).toEqual([
      true,
      [],
      1,
    ])
    await swarm.stop()
  })

  test('of a paused torrent hashes everything and leaves it paused; of one that is checked begins anew', async () => {
    const { swarm, disk, seed } = await aSeed()
    seed.torrent.pause()
    await swarm.until(() => seed.torrent.peers.length === 0)
    disk.lost.add(2)
    seed.torrent.recheck()
    expect(seed.state).toBe('checking')
    seed.torrent.recheck()
    await swarm.until(() => seed.emittedOf('verified').length > 1)
    expect([seed.state, seed.emittedOf('verified').at(-1)]).toEqual([
      'paused',
      { type: 'verified', pieces: 7, total: 8 },
    ])
    await swarm.stop()
  })

  test('throws where there is nothing to be looked at again', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a')
    expect(() => member.torrent.recheck()).toThrow('cannot be checked again')
    member.torrent.start()
    await swarm.stop()
    expect(() => member.torrent.recheck()).toThrow('the torrent was stopped')
  })

  test('that a pause cuts off is gone on with when the torrent is resumed', async () => {
    const { swarm, disk, seed, raw } = await aSeed()
    disk.lost.add(2)
    raw.say(request(2))
    await swarm.until(() => seed.state === 'partial_seeding')
    disk.lost.clear()
    seed.torrent.recheck()
    seed.torrent.pause()
    await swarm.until(() => seed.emittedOf('rechecked').length > 0)
    seed.torrent.resume()
    await swarm.until(() => seed.state === 'seeding')
    await swarm.stop()
  })
})

test('a super-seeder that loses a piece tells the truth: nobody waits for what it pretended not to have', async () => {
  const swarm = createSwarm({ latencyMs: 10, encryption: 'none' })
  const its = disk()
  const seed = swarm.add('seed', { has: 'all', superSeed: true, through: its.through })
  swarm.start()
  await swarm.until(() => seed.emittedOf('super_seeding').length > 0)
  const leecher = swarm.add('leecher', { knows: ['seed'] })
  its.lost.add(5)
  leecher.torrent.start()
  await swarm.until(() => leecher.torrent.progress.pieces === 7)
  expect([seed.state, seed.emittedOf('super_seeding').at(-1)]).toEqual([
    'partial_seeding',
    { type: 'super_seeding', active: false },
  ])
  expect(leecher.torrent.peers).toMatchObject([{ pieces: 7, state: 'open' }])
  await swarm.stop()
})

describe('`done` of a torrent that was complete', () => {
  /** Whether a promise has settled. */
  const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
    let settled = false
    promise.then(
      () => (settled = true),
      () => (settled = true),
    )
    await new Promise(setImmediate)
    return settled
  }

  test('is another promise where recheck finds a piece wrong, and comes again when that is fetched', async () => {
    const { swarm, disk, seed } = await aSeed()
    const first = seed.torrent.done
    disk.lost.add(2)
    seed.torrent.recheck()
    await swarm.until(() => seed.state === 'downloading')
    const second = seed.torrent.done
    expect([await isSettled(first), await isSettled(second), seed.torrent.done === second]).toEqual([true, false, true])
    swarm.add('other', { has: 'all', knows: ['seed'] }).torrent.start()
    expect(await swarm.settled(second)).toEqual({ type: 'done', downloaded: 32_768 })
    expect(seed.emittedOf('done').map(({ downloaded }) => downloaded)).toEqual([0, 32_768])
    await swarm.stop()
  })

  test('is another promise where a piece cannot be read while seeding, until it is back', async () => {
    const { swarm, disk, seed, raw } = await aSeed()
    const first = seed.torrent.done
    disk.lost.add(2)
    raw.say(request(2))
    await swarm.until(() => seed.state === 'partial_seeding')
    const second = seed.torrent.done
    expect([second === first, await isSettled(second)]).toEqual([false, false])
    disk.lost.clear()
    seed.torrent.recheck()
    expect(await swarm.settled(second)).toEqual({ type: 'done', downloaded: 0 })
    await swarm.stop()
  })

  test('is another promise where it was paused and is hashed anew', async () => {
    const { swarm, disk, seed } = await aSeed()
    const first = seed.torrent.done
    seed.torrent.pause()
    await swarm.until(() => seed.torrent.peers.length === 0)
    disk.lost.add(2)
    seed.torrent.recheck()
    await swarm.until(() => seed.emittedOf('verified').length > 1)
    const second = seed.torrent.done
    expect([second === first, await isSettled(second)]).toEqual([false, false])
    await swarm.stop()
    await expect(second).rejects.toThrow('the torrent was stopped before it was complete')
  })

  test('rejects where it was stopped with something missing, also for whoever asks then', async () => {
    const { swarm, disk, seed, raw } = await aSeed()
    disk.lost.add(2)
    raw.say(request(2))
    await swarm.until(() => seed.state === 'partial_seeding')
    await swarm.stop()
    await expect(seed.torrent.done).rejects.toThrow('the torrent was stopped before it was complete')
  })

  test('is the same where recheck finds all right', async () => {
    const { swarm, seed } = await aSeed()
    const first = seed.torrent.done
    seed.torrent.recheck()
    await swarm.until(() => seed.emittedOf('rechecked').length > 0)
    expect(seed.torrent.done).toBe(first)
    expect(seed.emittedOf('done').length).toBe(1)
    await swarm.stop()
  })
})
