import { describe, expect, test } from 'vitest'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { failed } from '../../../transport/tracker/announce.ts'
import type { TrackerHttp } from '../../../transport/tracker/http.ts'
import { scrapeMs, scrapeTo } from '../../../transport/tracker/scrape-to.ts'
import { UdpConnections } from '../../../transport/tracker/udp-connections.ts'
import { createTrackerNetwork } from '../../fake-trackers.ts'

const counts = 'd8:completei3e10:downloadedi9e10:incompletei4ee'
const bodyWith = (infoHash: Uint8Array) =>
  Buffer.concat([Buffer.from('d5:filesd20:'), infoHash, Buffer.from(`${counts}ee`)])

/** Asks a tracker that answers with a body, or not at all. */
function scrape(url: string, infoHash: Uint8Array, body?: Uint8Array) {
  const clock = new SimulatedClock()
  const asked: string[] = []
  const outcomes: unknown[] = []
  const http: TrackerHttp = (get, done) => {
    asked.push(get.url.href)
    if (body) done({ answer: { status: 200, body } })
    return () => {}
  }
  const network = { ...createTrackerNetwork(clock).network, http, clock, connections: new UdpConnections(clock) }
  const given = { ...network, randomBytes: randomBytesFrom(seededRandom(1)) }
  const giveUp = scrapeTo(url, infoHash, given, (one) => outcomes.push(one))
  return { asked, clock, giveUp, outcomes }
}

test.each([
  ['text', Buffer.alloc(20, 'a')],
  ['no text', Buffer.alloc(20, 0xff)],
])('a tracker is asked at /scrape how many there are of a torrent whose info hash is %s (BEP 48)', (_, infoHash) => {
  const { asked, clock, outcomes } = scrape('http://192.0.2.200/x/announce.php?key=1', infoHash, bodyWith(infoHash))
  expect(asked[0]).toMatch(/^http:\/\/192\.0\.2\.200\/x\/scrape\.php\?key=1&info_hash=(a{20}|(%FF){20})$/)
  expect(outcomes).toEqual([{ answer: { seeders: 3, leechers: 4, downloads: 9 } }])
  expect(clock.pending).toBe(0)
})

test.each([
  ['of another torrent', bodyWith(Buffer.alloc(20, 'b')), 'faulty'],
  ['no dictionary', Buffer.from('le'), 'faulty'],
  ['a refusal', Buffer.from('d14:failure reason2:noe'), 'refused'],
])('an answer that is %s has failed', (_, body, fault) => {
  const { outcomes } = scrape('http://192.0.2.200/announce', Buffer.alloc(20, 'a'), body)
  expect(outcomes).toMatchObject([{ failure: { fault } }])
})

test('a URL that names no /announce cannot be scraped, and nobody is asked', () => {
  const { asked, outcomes } = scrape('http://192.0.2.200/a', Buffer.alloc(20))
  expect([asked, outcomes]).toEqual([
    [],
    [failed('faulty', 'its URL does not end in /announce, so that it cannot be scraped')],
  ])
})

test('one that is given up is not waited for, and says nothing more', () => {
  for (const url of ['http://192.0.2.200/announce', 'udp://192.0.2.200:1']) {
    const { clock, giveUp, outcomes } = scrape(url, Buffer.alloc(20))
    clock.advance(1_000)
    giveUp()
    expect(clock.pending).toBe(0)
    clock.advance(scrapeMs)
    expect(outcomes).toEqual([])
  }
})

test('one that is silent is given up', () => {
  for (const url of ['http://192.0.2.200/announce', 'udp://192.0.2.200:1']) {
    const { clock, outcomes } = scrape(url, Buffer.alloc(20))
    clock.advance(scrapeMs)
    expect(outcomes).toEqual([failed('silent', 'it has not answered within 45 s')])
    expect(clock.pending).toBe(0)
  }
})

describe('a name with addresses of both families', () => {
  /** What it answers at each of its addresses; nothing where that is undefined. */
  function scrapeBoth(answers: Readonly<Record<string, Uint8Array | 'unreachable' | undefined>>) {
    const clock = new SimulatedClock()
    const asked: string[] = []
    const outcomes: unknown[] = []
    const http: TrackerHttp = ({ host }, done) => {
      asked.push(host)
      const answer = answers[host]
      if (answer === 'unreachable') done(failed('unreachable', `nobody at ${host}`))
      else if (answer) clock.setTimeout(() => done({ answer: { status: 200, body: answer } }), 1_000)
      return () => {}
    }
    const { datagrams, ...given } = createTrackerNetwork(clock).network
    const network = {
      ...given,
      http,
      clock,
      connections: new UdpConnections(clock),
      randomBytes: randomBytesFrom(seededRandom(1)),
      datagrams: {
        ...datagrams,
        resolve: (_: string, done: (hosts: readonly string[]) => void) => done(Object.keys(answers)),
      },
    }
    scrapeTo('http://tracker.example/announce', infoHash, network, (one) => outcomes.push(one))
    clock.advance(scrapeMs)
    expect(clock.pending).toBe(0)
    return { asked, outcomes }
  }
  const infoHash = Buffer.alloc(20, 'a')
  const right = bodyWith(infoHash)
  const answer = { answer: { seeders: 3, leechers: 4, downloads: 9 } }

  test.each([
    ['fails', 'unreachable'],
    ['is silent', undefined],
    ['says nothing of the torrent', bodyWith(Buffer.alloc(20, 'b'))],
  ] as const)('is asked at the other where the first %s', (_, first) => {
    const { asked, outcomes } = scrapeBoth({ '2001:db8::1': first, '2001:db8::2': right, '192.0.2.1': right })
    expect([asked, outcomes]).toEqual([['192.0.2.1', '2001:db8::1'], [answer]])
    expect(scrapeBoth({ '192.0.2.1': first, '2001:db8::1': right }).outcomes).toEqual([answer])
  })

  test('has failed when both have, as the first did', () => {
    const { outcomes } = scrapeBoth({ '192.0.2.1': 'unreachable', '2001:db8::1': 'unreachable' })
    expect(outcomes).toEqual([failed('unreachable', 'nobody at 192.0.2.1')])
    expect(scrapeBoth({}).outcomes).toEqual([failed('unreachable', 'its name has no address')])
  })
})
