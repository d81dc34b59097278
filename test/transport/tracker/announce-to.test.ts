import { describe, expect, test } from 'vitest'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { redirectsMax } from '../../../transport/redirect.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { AnnounceAnswer, Outcome } from '../../../transport/tracker/announce.ts'
import { announceTo, otherFamilyMs } from '../../../transport/tracker/announce-to.ts'
import { UdpConnections } from '../../../transport/tracker/udp-connections.ts'
import type { Address } from '../../../transport/transport.ts'
import { compact, createTrackerNetwork } from '../../fake-trackers.ts'
import { aRequest } from './a-request.ts'

const host = '192.0.2.200'

/** A network, and what becomes of an announce on it. */
function scene() {
  const clock = new SimulatedClock()
  const trackers = createTrackerNetwork(clock)
  return {
    clock,
    trackers,
    announce(url: string) {
      const found: Address[][] = []
      const outcomes: Outcome<AnnounceAnswer>[] = []
      const giveUp = announceTo(
        url,
        aRequest({ event: 'started' }),
        {
          ...trackers.network,
          connections: new UdpConnections(clock),
          clock,
          randomBytes: randomBytesFrom(seededRandom(1)),
        },
        { found: (peers) => found.push([...peers]), done: (outcome) => outcomes.push(outcome) },
      )
      return { found, outcomes, giveUp }
    },
  }
}

const peer = (host: string): Address => ({ host, port: 257 })
const naming = (...hosts: string[]) => ({ interval: 900, peers: hosts.map((ip) => ({ ip, port: 257 })) })

test('a tracker is told what the announce says, and its peers are told as they come, then its answer', () => {
  const { announce, clock, trackers } = scene()
  const tracker = trackers.answers(host, () => ({ interval: 900, peers: compact([peer('192.0.2.1')]) }))
  const { found, outcomes } = announce(tracker.url)
  clock.advance(1_000)
  expect(tracker.said).toMatchObject([{ port: '6881', left: '3', event: 'started', compact: '1' }])
  expect(found).toEqual([[peer('192.0.2.1')]])
  expect(outcomes).toEqual([{ answer: { interval: 900, peers: [peer('192.0.2.1')] } }])
})

describe('a tracker with addresses of both families', () => {
  const both = ['192.0.2.200', '192.0.2.201', '2001:db8::200']

  test('is asked by one of each, and its answers are one (BEP 7)', () => {
    const { announce, clock, trackers } = scene()
    trackers.name('tracker.example', both)
    const asked: string[] = []
    const tracker = trackers.answers('tracker.example', (_, get) => {
      asked.push(get.host)
      return naming(get.host.includes(':') ? '2001:db8::1' : '192.0.2.1', '192.0.2.2')
    })
    const { outcomes } = announce(tracker.url)
    clock.advance(1_000)
    expect(asked).toEqual(['192.0.2.200', '2001:db8::200'])
    const peers = ['192.0.2.1', '192.0.2.2', '2001:db8::1'].map(peer)
    expect(outcomes).toMatchObject([{ answer: { peers } }])
  })

  test('of which one does not answer is not waited for longer than 5 s, nor are the peers of the other held back', () => {
    const { announce, clock, trackers } = scene()
    trackers.name('tracker.example', both)
    const tracker = trackers.answers('tracker.example', (_, get) =>
      get.host.includes(':') ? undefined : naming('192.0.2.1'),
    )
    const { found, outcomes } = announce(tracker.url)
    clock.advance(20)
    expect([found, outcomes]).toEqual([[[peer('192.0.2.1')]], []])
    clock.advance(otherFamilyMs)
    expect(outcomes).toMatchObject([{ answer: { peers: [peer('192.0.2.1')] } }])
    expect(trackers.open.size).toBe(0)
  })

  test('has failed when both have', () => {
    const { announce, clock, trackers } = scene()
    trackers.name('tracker.example', both)
    const { outcomes } = announce('http://tracker.example/announce')
    clock.advance(1_000)
    expect(outcomes).toEqual([{ failure: { fault: 'unreachable', message: 'nothing listens there' } }])
  })
})

describe('peers that are nearer to us than the tracker are left out', () => {
  test.each([
    ['192.0.2.200', ['192.0.2.1']],
    ['10.0.0.200', ['10.0.0.1', '192.0.2.1']],
    ['127.0.0.1', ['127.0.0.1', '10.0.0.1', '192.0.2.1']],
  ])('at %s', (at, expected) => {
    const { announce, clock, trackers } = scene()
    const tracker = trackers.answers(at, () => naming('127.0.0.1', '10.0.0.1', '192.0.2.1'))
    const { found } = announce(tracker.url)
    clock.advance(1_000)
    expect(found).toEqual([expected.map(peer)])
  })
})

describe('a redirect', () => {
  const failureOf = (location: string, from = `http://${host}/announce`) => {
    const { announce, clock, trackers } = scene()
    trackers.name('localhost.example', ['127.0.0.1'])
    trackers.answers(new URL(from).host, () => ({ location }))
    const { outcomes } = announce(from)
    clock.advance(10_000)
    expect(outcomes).toHaveLength(1)
    const [outcome] = outcomes
    return outcome && 'failure' in outcome ? outcome.failure : undefined
  }

  test('is followed to another host and path', () => {
    const { announce, clock, trackers } = scene()
    const tracker = trackers.answers(host, () => ({ location: 'http://192.0.2.201/moved?a=1' }))
    const other = trackers.answers('192.0.2.201', () => naming('192.0.2.1'))
    const { found } = announce(tracker.url)
    clock.advance(1_000)
    expect([other.said, found]).toEqual([[{ a: '1' }], [[peer('192.0.2.1')]]])
  })

  test('is followed five times', () => {
    const { announce, clock, trackers } = scene()
    const tracker = trackers.answers(host, () => ({ location: '/announce' }))
    const { outcomes } = announce(tracker.url)
    clock.advance(10_000)
    expect(tracker.said).toHaveLength(redirectsMax + 1)
    expect(outcomes).toEqual([{ failure: { fault: 'faulty', message: 'it sends us on more than 5 times' } }])
  })

  test.each([
    ['to this machine', 'http://127.0.0.1/announce'],
    ['to a name of this machine', 'http://localhost.example/announce'],
    ['into our network', 'http://192.168.1.1/announce'],
    ['to a file', 'file:///etc/passwd'],
    ['to no address', 'http://['],
  ])('is refused that leads %s', (_, location) => {
    expect(failureOf(location)).toMatchObject({ fault: 'faulty' })
  })

  test('is refused from HTTPS to HTTP', () => {
    expect(failureOf(`http://${host}/announce`, `https://${host}/announce`)).toMatchObject({
      message: 'it sends us from HTTPS to HTTP, where others may listen',
    })
  })
})

test('on this machine a tracker is asked at no other path than announce', () => {
  const { announce, clock, trackers } = scene()
  const tracker = trackers.answers('127.0.0.1', () => naming())
  const [bad, good] = ['delete?all=1', 'x/announce.php'].map((path) => announce(`http://127.0.0.1/${path}`))
  clock.advance(1_000)
  expect(bad?.outcomes).toMatchObject([{ failure: { fault: 'faulty' } }])
  expect(good?.outcomes).toMatchObject([{ answer: { interval: 900 } }])
  expect(tracker.said).toHaveLength(1)
})

test('an announce that is given up tells nothing, and leaves nothing under way', () => {
  const { announce, clock, trackers } = scene()
  const tracker = trackers.answers(host, () => naming())
  const { found, outcomes, giveUp } = announce(tracker.url)
  giveUp()
  clock.advance(10_000)
  expect([found, outcomes, trackers.open.size, clock.pending]).toEqual([[], [], 0, 0])
})
