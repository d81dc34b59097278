import { describe, expect, test } from 'vitest'
import { Blacklist } from '../../machines/torrent/trust/blacklist.ts'
import type { RangeGet } from '../../transport/web-seed/http.ts'
import { chunked, createWebNetwork, rangesOf, status, type WebServing } from '../fake-web-servers.ts'
import { memoryResume } from '../memory-resume.ts'
import { memoryRecord, replaced, replayBytes } from '../recorder/memory-record.ts'
import { createSwarm, type Member, type MemberOptions } from './swarm.ts'

const url = 'http://203.0.113.1/sample'

const standings = (member: Member) => member.emittedOf('web_seed').map(({ state }) => state)

/** A leecher in a swarm, and web seeds at 203.0.113.1 and further, each as it is told. */
function aLeecher(servings: readonly WebServing[], options: MemberOptions = {}, pieces = 20) {
  const swarm = createSwarm({ pieces })
  const web = createWebNetwork(swarm.clock)
  const webSeeds = servings.map((serving, i) => {
    const host = `203.0.113.${i + 1}`
    web.serve(host, serving)
    return `http://${host}/sample`
  })
  const leecher = swarm.add('leecher', { webSeeds, webSeedNetwork: web.network, ...options })
  return { swarm, web, leecher }
}

/** Each byte another. */
const corrupt = (data: Uint8Array): Uint8Array => data.map((byte) => byte ^ 0xff)

const data = createSwarm({ pieces: 20 }).data

test('a torrent that knows no peer downloads from its web seed, and lets go of it then', async () => {
  const swarm = createSwarm({ pieces: 40 })
  const web = createWebNetwork(swarm.clock)
  web.serve('203.0.113.1', rangesOf(swarm.data))
  const leecher = swarm.add('leecher', { webSeeds: [url], webSeedNetwork: web.network })
  leecher.torrent.start()
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  expect(leecher.torrent.progress).toMatchObject({
    downloaded: swarm.data.length,
    downloadedFromWebSeeds: swarm.data.length,
    peers: 0,
  })
  expect(standings(leecher)).toEqual(['connecting', 'serving'])
  const opened = leecher
    .emittedOf('peer')
    .map(({ peer }) => peer)
    .find(({ state }) => state === 'open')
  expect(opened).toMatchObject({
    address: { host: '203.0.113.1', port: 80 },
    transport: 'web',
    client: 'web seed',
    encrypted: false,
  })
  await swarm.until(() => leecher.torrent.peers.length === 0)
  expect([web.open.size, web.lanes.size]).toEqual([0, 0])
  expect(leecher.torrent.webSeeds).toEqual([{ url, state: 'idle' }])
  await swarm.stop()
})

test('what web seeds give and what peers give is counted apart, and together', async () => {
  const { swarm, leecher } = aLeecher([rangesOf(data)], { knows: ['seeder'], downloadLimit: 400_000 })
  swarm.add('seeder', { has: 'all', uploadLimit: 100_000 })
  swarm.start()
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  const { downloaded, downloadedFromWebSeeds, wasted } = leecher.torrent.progress
  expect(downloaded - wasted).toBe(data.length)
  expect(downloadedFromWebSeeds).toBeGreaterThan(0)
  expect(downloadedFromWebSeeds).toBeLessThan(downloaded)
  await swarm.stop()
})

describe('requests over HTTP', () => {
  /** 320 pieces of 32 KiB, from web seeds that give 10 MB/s each. */
  const whole = createSwarm({ pieces: 320 }).data
  const ranges = (served: readonly RangeGet[]) => served.map(({ begin, end }) => [begin, end] as const)
  const bytesOf = (served: readonly RangeGet[]) => served.reduce((sum, { begin, end }) => sum + end - begin, 0)

  test('are for many small pieces at once: a web seed is asked for what stands one behind the other', async () => {
    const { swarm, leecher, web } = aLeecher([rangesOf(whole)], {}, 320)
    leecher.torrent.start()
    await swarm.settled(leecher.torrent.done)
    expect(await leecher.isWhole()).toBe(true)
    expect(web.asked.length).toBeLessThan(20)
    // Each byte once.
    const inOrder = ranges(web.asked).sort(([a], [b]) => a - b)
    expect(inOrder.every(([begin], nth) => begin === (inOrder[nth - 1]?.[1] ?? 0))).toBe(true)
    expect(bytesOf(web.asked)).toBe(whole.length)
    await swarm.stop()
  })

  test('of several web seeds are few too, and only the last blocks are asked of two', async () => {
    const { swarm, leecher, web } = aLeecher([rangesOf(whole), rangesOf(whole), rangesOf(whole)], {}, 320)
    leecher.torrent.start()
    await swarm.settled(leecher.torrent.done)
    expect(await leecher.isWhole()).toBe(true)
    expect(new Set(web.asked.map(({ url }) => url.host)).size).toBe(3)
    expect(web.asked.length).toBeLessThan(60)
    expect(bytesOf(web.asked)).toBeLessThan(1.2 * whole.length)
    await swarm.stop()
  })

  test('are few beside peers, which take their pieces out of the same torrent', async () => {
    const { swarm, leecher, web } = aLeecher([rangesOf(whole)], { knows: ['seeder'] }, 320)
    swarm.add('seeder', { has: 'all', uploadLimit: 1_000_000 })
    swarm.start()
    await swarm.settled(leecher.torrent.done)
    expect(await leecher.isWhole()).toBe(true)
    const { downloaded, downloadedFromWebSeeds } = leecher.torrent.progress
    const fromPeers = (downloaded - downloadedFromWebSeeds) / 32_768
    expect(fromPeers).toBeGreaterThan(5)
    expect(web.asked.length).toBeLessThan(20 + fromPeers)
    await swarm.stop()
  })
})

test('a magnet link that names a web seed downloads from it when peers have given the metadata', async () => {
  const { swarm, leecher, web } = aLeecher([rangesOf(data)], { magnet: true, knows: ['seeder'] })
  const seeder = swarm.add('seeder', { has: [0] })
  swarm.start()
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  expect(web.asked.length).toBeGreaterThan(0)
  // It is no peer to others: no place is held, and no peer is told of it.
  expect(seeder.dialled).toEqual([])
  await swarm.stop()
})

describe('faults', () => {
  test('a corrupt web seed is banned as a peer is, and the torrent completes from peers', async () => {
    const blacklist = new Blacklist()
    const { swarm, leecher, web } = aLeecher([rangesOf(corrupt(data))], { knows: ['seeder'], blacklist })
    swarm.add('seeder', { has: 'all', uploadLimit: 200_000 })
    swarm.start()
    await swarm.settled(leecher.torrent.done)
    expect(await leecher.isWhole()).toBe(true)
    expect(leecher.emittedOf('banned').map(({ address }) => address)).toEqual([{ host: '203.0.113.1', port: 80 }])
    expect(standings(leecher)).toEqual(['connecting', 'serving', 'banned'])
    const before = web.asked.length
    await swarm.pass(60_000)
    expect([web.asked.length, web.open.size]).toEqual([before, 0])
    expect(blacklist.entries.map(({ key }) => key)).toEqual(['203.0.113.1'])
    await swarm.stop()
  })

  test('one that is banned is asked again when its owner lets it in', async () => {
    const blacklist = new Blacklist()
    blacklist.add({ host: '203.0.113.1', port: 80 })
    const { swarm, leecher } = aLeecher([rangesOf(data)], { blacklist })
    leecher.torrent.start()
    await swarm.until(() => leecher.torrent.webSeeds[0]?.state === 'banned')
    expect(standings(leecher)).toEqual(['banned'])
    blacklist.clear()
    await swarm.settled(leecher.torrent.done)
    await swarm.stop()
  })

  const oneByteMore = new Uint8Array(data.length + 1)
  /** It begins, and no more. */
  const breaking = ({ begin, end }: RangeGet) => ({
    head: { status: 206, contentRange: `bytes ${begin}-${end - 1}/${data.length}` },
    body: [data.slice(begin, begin + 100)],
  })
  const refusing: readonly (readonly [string, WebServing, string])[] = [
    ['has not the file', status(404), 'given_up'],
    ['has another file', rangesOf(oneByteMore), 'given_up'],
    ['gives whole files alone', () => ({ head: { status: 200, contentLength: `${2 ** 30}` } }), 'given_up'],
    ['is busy', status(503), 'backing_off'],
    ['gives a part that it does not name', () => ({ head: { status: 206 } }), 'given_up'],
    ['hangs up', (get) => ({ ...breaking(get), breaksOff: true }), 'backing_off'],
    // The torrent is complete before it is found silent.
    ['never answers', () => 'silence', 'connecting'],
  ]
  test.each(refusing)('one that %s keeps no piece from others', async (_, serving, state) => {
    const { swarm, leecher } = aLeecher([serving], { knows: ['seeder'] })
    swarm.add('seeder', { has: 'all', uploadLimit: 50_000 })
    swarm.start()
    await swarm.settled(leecher.torrent.done)
    expect(await leecher.isWhole()).toBe(true)
    // The peer alone needs two thirds of that.
    expect(swarm.clock.now()).toBeLessThan((1.5 * 1_000 * data.length) / 50_000)
    expect(standings(leecher).at(-1)).toBe(state)
    await swarm.stop()
  })

  test('another takes the place of one that is of no use, and three are asked at once', async () => {
    let asked = 0
    let most = 0
    const bad = Array<WebServing>(6).fill(() => 'silence')
    const { swarm, leecher, web } = aLeecher([...bad, rangesOf(data)])
    leecher.torrent.start()
    await swarm.until(() => {
      const linked = leecher.torrent.webSeeds.filter(({ state }) => state === 'connecting' || state === 'serving')
      most = Math.max(most, linked.length)
      asked = Math.max(asked, leecher.torrent.progress.webSeeds)
      return leecher.torrent.progress.pieces === leecher.torrent.progress.total && leecher.state === 'seeding'
    })
    expect([most, asked]).toEqual([3, 3])
    expect(web.asked.at(-1)?.url.host).toBe('203.0.113.7')
    await swarm.stop()
  })

  test('one that was busy serves when it said, and the torrent completes from it alone', async () => {
    let answers = 0
    const { swarm, leecher } = aLeecher([
      (get) => (answers++ < 2 ? status(503, { retryAfter: '100' })(get) : rangesOf(data)(get)),
    ])
    leecher.torrent.start()
    await swarm.until(() => leecher.torrent.webSeeds[0]?.state === 'backing_off')
    const [standing] = leecher.torrent.webSeeds
    expect(standing).toMatchObject({ fault: 'busy', message: 'it answers with HTTP status 503' })
    expect((standing?.retryAt ?? 0) - swarm.clock.now()).toBe(100_000)
    await swarm.settled(leecher.torrent.done)
    expect(swarm.clock.now()).toBeGreaterThan(100_000)
    expect(leecher.torrent.webSeeds).toEqual([{ url, state: 'serving' }])
    await swarm.stop()
  })

  test('a slow drip is overtaken by peers', async () => {
    const drip: WebServing = ({ begin, end }) => ({
      head: { status: 206, contentRange: `bytes ${begin}-${end - 1}/${data.length}` },
      body: Array.from(data.subarray(begin, end), (byte) => Uint8Array.of(byte)),
      everyMs: 1_000,
    })
    const { swarm, leecher } = aLeecher([drip], { knows: ['seeder'] })
    swarm.add('seeder', { has: 'all', uploadLimit: 50_000 })
    swarm.start()
    await swarm.settled(leecher.torrent.done)
    expect(swarm.clock.now()).toBeLessThan(60_000)
    await swarm.stop()
  })
})

test('three drips keep no place from a good web seed, and lose their pieces to it', async () => {
  const drip: WebServing = ({ begin, end }) => ({
    head: { status: 206, contentRange: `bytes ${begin}-${end - 1}/${data.length}` },
    body: chunked(data.subarray(begin, end), 1),
    everyMs: 3_000,
  })
  const { swarm, leecher } = aLeecher([drip, drip, drip, rangesOf(data)])
  leecher.torrent.start()
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  expect(swarm.clock.now()).toBeLessThan(70_000)
  expect(leecher.torrent.webSeeds.slice(0, 3).map(({ fault }) => fault)).toEqual(['silent', 'silent', 'silent'])
  await swarm.stop()
})

describe('a web seed', () => {
  test('is asked for nothing while the torrent is paused, and goes on after it', async () => {
    const { swarm, leecher, web } = aLeecher([rangesOf(data)], { downloadLimit: 100_000 })
    leecher.torrent.start()
    await swarm.until(() => leecher.torrent.progress.pieces > 3)
    leecher.torrent.pause()
    await swarm.until(() => leecher.torrent.peers.length === 0)
    expect([web.open.size, web.lanes.size, leecher.torrent.webSeeds]).toEqual([0, 0, [{ url, state: 'idle' }]])
    const before = web.asked.length
    await swarm.pass(60_000)
    expect(web.asked.length).toBe(before)
    leecher.torrent.resume()
    await swarm.settled(leecher.torrent.done)
    await swarm.stop()
  })

  test('is limited with the peers', async () => {
    const { swarm, leecher } = aLeecher([rangesOf(data)], { downloadLimit: 50_000 })
    leecher.torrent.start()
    await swarm.settled(leecher.torrent.done)
    expect(swarm.clock.now()).toBeGreaterThan((0.9 * 1_000 * data.length) / 50_000)
    await swarm.stop()
  })

  test('takes no place of a peer, and no slot', async () => {
    const { swarm, leecher } = aLeecher([rangesOf(data)], { maxPeers: 1, knows: ['seeder'], downloadLimit: 200_000 })
    swarm.add('seeder', { has: 'all' })
    swarm.start()
    await swarm.until(() => leecher.torrent.progress.peers === 1 && leecher.torrent.progress.webSeeds === 1)
    await swarm.settled(leecher.torrent.done)
    await swarm.stop()
  })

  test('is asked where peers have to be encrypted, as the policy is about them', async () => {
    const { swarm, leecher } = aLeecher([rangesOf(data)], { encryption: 'required' })
    leecher.torrent.start()
    await swarm.settled(leecher.torrent.done)
    await swarm.stop()
  })

  test('is not asked by a torrent that wants nothing, nor where its owner wants none', async () => {
    for (const options of [{ has: 'all' }, { webSeeds: false }] as const) {
      const { swarm, leecher, web } = aLeecher([rangesOf(data)], options)
      leecher.torrent.start()
      await swarm.pass(5_000)
      expect([web.asked, web.lanes.size, standings(leecher)]).toEqual([[], 0, []])
      await swarm.stop()
    }
  })

  test('is no address that resume data keeps', async () => {
    const resume = memoryResume()
    const { swarm, leecher } = aLeecher([rangesOf(data)], { resume })
    leecher.torrent.start()
    await swarm.settled(leecher.torrent.done)
    await swarm.stop()
    expect(Buffer.from(resume.kept ?? []).includes('203.0.113')).toBe(false)
    expect(resume.kept).toBeDefined()
  })

  test('whose connection its owner closes is not asked again', async () => {
    const { swarm, leecher, web } = aLeecher([rangesOf(data)], { downloadLimit: 20_000 })
    leecher.torrent.start()
    await swarm.until(() => leecher.torrent.webSeeds[0]?.state === 'serving')
    leecher.torrent.peer({ host: '203.0.113.1', port: 80 })?.close()
    await swarm.until(() => leecher.torrent.webSeeds[0]?.state === 'given_up')
    const before = web.asked.length
    await swarm.pass(60_000)
    expect(web.asked.length).toBe(before)
    await swarm.stop()
  })

  test('is recorded as a peer, its host like other addresses, and replayed', async () => {
    const record = memoryRecord({ privacy: replaced })
    const { swarm, leecher } = aLeecher([rangesOf(data)], { record: record.recorder })
    leecher.torrent.start()
    await swarm.settled(leecher.torrent.done)
    await swarm.stop()
    expect(record.bytes.length).toBeGreaterThan(0)
    expect(Buffer.from(record.bytes).includes('203.0.113')).toBe(false)
    const { connections, divergences } = await replayBytes(record.bytes)
    expect(connections.map(({ incomplete, state }) => [incomplete, state])).toEqual([[undefined, 'closed']])
    expect(divergences).toEqual([])
  })
})
