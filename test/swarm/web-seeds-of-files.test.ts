import { describe, expect, test } from 'vitest'
import { createWebNetwork, rangesOf, status, type WebServing } from '../fake-web-servers.ts'
import { multiFileTorrent } from '../storage/support.ts'
import { createSwarm, type Member, type MemberOptions } from './swarm.ts'

const pieceLength = 32_768
const names = ['a', 'b', 'c', 'd']

/** `a` has the pieces 0 to 2, `b` 2 to 6, `c` 6 to 9, `d` 10 to 12: neighbours share 2 and 6. */
const album = () =>
  multiFileTorrent(
    [
      { path: ['a'], length: 2.5 * pieceLength },
      { path: ['b'], length: 4 * pieceLength },
      { path: ['c'], length: 3.5 * pieceLength },
      { path: ['d'], length: 3 * pieceLength },
    ],
    pieceLength,
  )

const standings = (member: Member) => member.emittedOf('web_seed').map(({ state }) => state)

/** A leecher, and web seeds at 203.0.113.1 and further, each of which answers for some files otherwise than with their bytes. */
function aLeecher(faults: readonly Partial<Record<string, WebServing>>[], options: MemberOptions = {}) {
  const torrent = album()
  const swarm = createSwarm({ torrent })
  const web = createWebNetwork(swarm.clock)
  const { files } = torrent.metainfo
  const webSeeds = faults.map((faulty, i) => {
    const host = `203.0.113.${i + 1}`
    web.serve(host, (get) => {
      const name = get.url.pathname.slice(-1)
      const { offset = 0, length = 0 } = files[names.indexOf(name)] ?? {}
      return (faulty[name] ?? rangesOf(torrent.data.subarray(offset, offset + length)))(get)
    })
    return `http://${host}/`
  })
  const leecher = swarm.add('leecher', { webSeeds, webSeedNetwork: web.network, ...options })
  const askedOf = (i: number, name: string) =>
    web.asked.filter(({ url }) => url.host === `203.0.113.${i + 1}` && url.pathname.endsWith(name)).length
  return { swarm, web, leecher, askedOf }
}

const missing = status(404)

describe('a web seed that has not one file', () => {
  test.each<[string, WebServing]>([
    ['is not there', missing],
    ['has another length', rangesOf(new Uint8Array(5_000))],
    ['ends before the part', status(416)],
  ])('gives the others: where one %s, a peer gives it', async (_, fault) => {
    const { swarm, leecher, askedOf } = aLeecher([{ b: fault }], { knows: ['seeder'] })
    const seeder = swarm.add('seeder', { has: [2, 3, 4, 5, 6] })
    swarm.start()
    await swarm.settled(leecher.torrent.done)
    expect(await leecher.isWhole()).toBe(true)
    expect(swarm.clock.now()).toBeLessThan(10_000)
    expect(standings(leecher)).toContain('backing_off')
    expect(leecher.torrent.webSeeds[0]).toMatchObject({ without: [1] })
    expect(askedOf(0, 'b')).toBeLessThanOrEqual(2)
    expect(seeder.torrent.progress.uploaded).toBeLessThan(leecher.torrent.progress.downloadedFromWebSeeds)
    await swarm.stop()
  })

  test('is left in peace when the rest is there, and another is asked for what it lacks', async () => {
    const { swarm, leecher, askedOf, web } = aLeecher([
      { c: missing },
      { a: missing },
      { a: missing },
      { a: missing, c: missing },
    ])
    leecher.torrent.start()
    await swarm.settled(leecher.torrent.done)
    expect(await leecher.isWhole()).toBe(true)
    expect(askedOf(0, 'c')).toBeGreaterThan(0)
    await swarm.pass(5_000)
    expect([web.lanes.size, leecher.torrent.webSeeds.some(({ state }) => state === 'given_up')]).toEqual([0, false])
    await swarm.stop()
  })

  test('is given up when it has none of them', async () => {
    const { swarm, leecher } = aLeecher([{ a: missing, b: missing, c: missing, d: missing }])
    leecher.torrent.start()
    await swarm.until(() => leecher.torrent.webSeeds[0]?.state === 'given_up')
    expect(swarm.clock.now()).toBeLessThan(15_000)
    expect(leecher.torrent.webSeeds[0]?.message).toBe('it answers with HTTP status 404')
    await swarm.stop()
  })

  test('is said to be no help where nobody else has that file', async () => {
    const { swarm, leecher, web } = aLeecher([{ b: missing }])
    leecher.torrent.start()
    await swarm.until(() => leecher.torrent.progress.pieces === 8)
    await swarm.pass(5_000)
    const before = web.asked.length
    await swarm.pass(600_000)
    expect([web.asked.length, web.lanes.size]).toEqual([before, 0])
    const reasons = leecher.torrent.explain().download.filter(({ code }) => code === 'no_web_seed')
    expect(reasons.map(({ text }) => text)).toEqual(['no web seed serves (1 without the files that are missing)'])
    await swarm.stop()
  })
})

test('a file of other bytes bans the web seed, as it would a peer, and peers give the rest', async () => {
  const { swarm, leecher } = aLeecher([{ b: rangesOf(new Uint8Array(4 * pieceLength)) }], { knows: ['seeder'] })
  swarm.add('seeder', { has: 'all', uploadLimit: 200_000 })
  swarm.start()
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  expect(standings(leecher).at(-1)).toBe('banned')
  await swarm.stop()
})

describe('addWebSeed', () => {
  test('gives a torrent that runs another web seed, once', async () => {
    const { swarm, leecher, web } = aLeecher([{}], { webSeeds: [] })
    leecher.torrent.start()
    await swarm.pass(5_000)
    expect(leecher.torrent.progress.downloaded).toBe(0)
    leecher.torrent.addWebSeed('http://203.0.113.1')
    leecher.torrent.addWebSeed('http://203.0.113.1/')
    expect(leecher.torrent.webSeeds).toHaveLength(1)
    await swarm.settled(leecher.torrent.done)
    expect(await leecher.isWhole()).toBe(true)
    expect(web.lanes.size).toBeLessThanOrEqual(2)
    await swarm.stop()
  })

  test('before the start counts from then on, and not beyond 100', async () => {
    const { swarm, leecher } = aLeecher([{}], { webSeeds: false })
    leecher.torrent.addWebSeed('http://203.0.113.1/')
    for (let i = 0; i < 150; i++) leecher.torrent.addWebSeed(`http://203.0.113.9/${i}`)
    expect(leecher.torrent.webSeeds).toHaveLength(100)
    leecher.torrent.start()
    await swarm.settled(leecher.torrent.done)
    await swarm.stop()
  })
})
