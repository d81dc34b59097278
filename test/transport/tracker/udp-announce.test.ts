import { describe, expect, test } from 'vitest'
import { createDatagramNetwork } from '../../../transport/datagrams/simulated.ts'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import {
  type AnnounceAnswer,
  failed,
  type Outcome,
  peersMax,
  type SwarmCounts,
} from '../../../transport/tracker/announce.ts'
import { askOverUdp, udpRepeatMs } from '../../../transport/tracker/udp-announce.ts'
import { connectionMs, UdpConnections } from '../../../transport/tracker/udp-connections.ts'
import { announceOf, scrapeOf, type UdpQuestion } from '../../../transport/tracker/udp-packets.ts'
import type { Address } from '../../../transport/transport.ts'
import { aRequest } from './a-request.ts'

const connection = Buffer.from('0102030405060708', 'hex')
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** What a tracker got, and how it answers; several packets, in order. */
type Answering = (packet: Buffer, from: Address) => readonly Uint8Array[]

const transactionOf = (packet: Buffer) => packet.subarray(12, 16)
const connected = (packet: Buffer) => Buffer.concat([u32(0), transactionOf(packet), connection])
const announced = (packet: Buffer, ...peers: readonly number[][]) =>
  Buffer.concat([u32(1), transactionOf(packet), u32(900), u32(3), u32(4), Buffer.from(peers.flat())])
const isConnect = (packet: Buffer) => packet.length === 16

/** A tracker at 192.0.2.200 or its IPv6 address, on a network in virtual time. */
function scene(answer: Answering, tracker = '192.0.2.200', path = '/announce') {
  const clock = new SimulatedClock()
  const network = createDatagramNetwork({ clock, random: seededRandom(1), latencyMs: 10 })
  const got: Buffer[] = []
  const at: number[] = []
  network.host(tracker).bind(
    { host: tracker, port: 1337 },
    {
      drained: () => {},
      received: (bytes, from) => {
        const packet = Buffer.from(bytes)
        got.push(packet)
        at.push(clock.now() - 10)
        for (const one of answer(packet, from)) socket?.send(one, from)
      },
    },
    (bound) => {
      if (bound instanceof Error) throw bound
      socket = bound
    },
  )
  const outcomes: Outcome<AnnounceAnswer | SwarmCounts>[] = []
  const host = tracker.includes(':') ? `[${tracker}]` : tracker
  const url = new URL(`udp://${host}:1337${path}`)
  const connections = new UdpConnections(clock)
  const ask = <Answer extends AnnounceAnswer | SwarmCounts>(question: UdpQuestion<Answer>) =>
    askOverUdp<Answer>(
      { url, host: tracker },
      question,
      {
        clock,
        connections,
        datagrams: network.host(tracker.includes(':') ? '2001:db8::1' : '192.0.2.1'),
        randomBytes: randomBytesFrom(seededRandom(2)),
        http: (_, done) => {
          done(failed('unreachable', 'it is asked by UDP'))
          return () => {}
        },
      },
      (outcome) => void outcomes.push(outcome),
    )
  const giveUp = ask(announceOf(url, aRequest({ event: 'started', left: 2 ** 40 })))
  return { ask, clock, got, at, outcomes, giveUp }
}
let socket: { send(bytes: Uint8Array, to: Address): unknown } | undefined

const ordinary: Answering = (packet) =>
  isConnect(packet) ? [connected(packet)] : [announced(packet, [192, 0, 2, 7, 1, 1], [192, 0, 2, 8, 0, 0])]

describe('an announce over UDP (BEP 15)', () => {
  test('asks for a connection id, says all there is to say with it, and reads the answer', () => {
    const { clock, got, outcomes } = scene(ordinary)
    clock.advance(1_000)
    const [connect, announce] = got
    expect(connect?.subarray(0, 12).toString('hex')).toBe('000004172710198000000000')
    const { infoHash, peerId } = aRequest()
    const numbers = Buffer.alloc(24)
    numbers.writeBigUInt64BE(2n, 0)
    numbers.writeBigUInt64BE(2n ** 40n, 8)
    numbers.writeBigUInt64BE(1n, 16)
    expect(announce?.subarray(0, 8)).toEqual(connection)
    expect(announce?.subarray(8, 12)).toEqual(u32(1))
    expect(announce?.subarray(16)).toEqual(
      Buffer.concat([
        infoHash,
        peerId,
        numbers,
        u32(2),
        u32(0),
        u32(0xbeef),
        u32(200),
        Buffer.of(0x1a, 0xe1),
        Buffer.of(2, 9),
        Buffer.from('/announce'),
        Buffer.of(0),
      ]),
    )
    expect(outcomes).toEqual([
      { answer: { interval: 900, leechers: 3, seeders: 4, peers: [{ host: '192.0.2.7', port: 257 }] } },
    ])
    expect(clock.pending).toBe(0)
  })

  test('says path and query in pieces of 255 bytes (BEP 41), and nothing where there is none', () => {
    const long = scene(ordinary, '192.0.2.200', `/${'a'.repeat(299)}`)
    long.clock.advance(1_000)
    const options = long.got[1]?.subarray(98)
    expect([options?.[0], options?.[1], options?.[257], options?.[258], options?.length]).toEqual([2, 255, 2, 45, 305])
    const bare = scene(ordinary, '192.0.2.200', '')
    bare.clock.advance(1_000)
    expect(bare.got[1]).toHaveLength(98)
  })

  test('over IPv6 brings IPv6 peers', () => {
    const peer = [0x20, 1, 0x0d, 0xb8, ...Array<number>(11).fill(0), 7, 1, 1]
    const { clock, outcomes } = scene(
      (packet) => (isConnect(packet) ? [connected(packet)] : [announced(packet, peer)]),
      '2001:db8::200',
    )
    clock.advance(1_000)
    expect(outcomes).toMatchObject([{ answer: { peers: [{ host: '2001:db8::7', port: 257 }] } }])
  })

  test('that is not answered is sent again after 15 s and 30 s more, with another transaction id', () => {
    const { at, clock, got, giveUp, outcomes } = scene(() => [])
    clock.advance(3 * udpRepeatMs + 20)
    expect(at).toEqual([0, 15_000, 45_000])
    expect(new Set(got.map((packet) => transactionOf(packet).toString('hex'))).size).toBe(3)
    giveUp()
    expect([outcomes, clock.pending]).toEqual([[], 0])
  })

  test('takes no answer with another transaction id, of another kind, or from elsewhere', () => {
    const { clock, got, outcomes } = scene((packet) => {
      const right = isConnect(packet) ? connected(packet) : announced(packet)
      const wrongTransaction = Buffer.from(right)
      wrongTransaction[7] = (wrongTransaction[7] ?? 0) ^ 1
      const wrongAction = Buffer.concat([u32(2), right.subarray(4)])
      return [wrongTransaction, wrongAction, Buffer.of(1), new Uint8Array()]
    })
    clock.advance(1_000)
    expect([got.length, outcomes]).toEqual([1, []])
  })

  test('that the tracker refuses has failed in its words', () => {
    const { clock, outcomes } = scene((packet) => [
      Buffer.concat([u32(3), transactionOf(packet), Buffer.from('not\nhere')]),
    ])
    clock.advance(1_000)
    expect(outcomes).toEqual([{ failure: { fault: 'refused', message: 'not here' } }])
  })

  test.each<[string, Answering]>([
    ['connect', (packet) => [connected(packet).subarray(0, 15)]],
    ['announce', (packet) => [isConnect(packet) ? connected(packet) : announced(packet).subarray(0, 19)]],
  ])('whose answer to the %s is cut short has failed', (_, answer) => {
    const { clock, outcomes } = scene(answer)
    clock.advance(1_000)
    expect(outcomes).toMatchObject([{ failure: { fault: 'faulty' } }])
  })

  test('brings no more than 200 peers of an answer', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => [192, 0, i >> 8, i & 0xff, 1, 1])
    const { clock, outcomes } = scene((packet) => [isConnect(packet) ? connected(packet) : announced(packet, ...many)])
    clock.advance(1_000)
    expect(outcomes).toMatchObject([{ answer: { peers: { length: peersMax } } }])
  })
})

const infoHash = Buffer.alloc(20, 7)
const scraped = (packet: Buffer) => Buffer.concat([u32(2), transactionOf(packet), u32(4), u32(9), u32(3)])
const answeringAll: Answering = (packet) =>
  packet.readUInt32BE(8) === 2 ? [scraped(packet)] : ordinary(packet, { host: '192.0.2.1', port: 1 })

describe('a connection id (BEP 15)', () => {
  test('holds for a minute of questions, and then another is asked for', () => {
    const { ask, clock, got } = scene(answeringAll)
    clock.advance(1_000)
    ask(scrapeOf(infoHash))
    clock.advance(1_000)
    expect(got.map(isConnect)).toEqual([true, false, false])
    clock.advance(connectionMs)
    ask(scrapeOf(infoHash))
    clock.advance(1_000)
    expect(got.map(isConnect)).toEqual([true, false, false, true, false])
  })

  test.each<[string, (packet: Buffer) => readonly Uint8Array[], number]>([
    ['refuses', (packet) => [Buffer.concat([u32(3), transactionOf(packet), Buffer.from('who?')])], 1_000],
    ['passes over', () => [], udpRepeatMs + 1_000],
  ])('of an earlier question that the tracker %s is no failure: another is asked for', (_, answer, waitMs) => {
    let connects = 0
    const { ask, clock, got, outcomes } = scene((packet, from) => {
      if (isConnect(packet)) connects++
      return connects === 1 && packet.readUInt32BE(8) === 2 ? answer(packet) : answeringAll(packet, from)
    })
    clock.advance(1_000)
    ask(scrapeOf(infoHash))
    clock.advance(waitMs)
    expect(got.map(isConnect)).toEqual([true, false, false, true, false])
    expect(outcomes[1]).toEqual({ answer: { seeders: 4, downloads: 9, leechers: 3 } })
  })
})

describe('a scrape over UDP (BEP 15)', () => {
  test('names the torrent, and reads how many there are', () => {
    const { ask, clock, got, outcomes } = scene(answeringAll)
    clock.advance(1_000)
    ask(scrapeOf(infoHash))
    clock.advance(1_000)
    expect(got.at(-1)?.subarray(16)).toEqual(infoHash)
    expect(outcomes.at(-1)).toEqual({ answer: { seeders: 4, downloads: 9, leechers: 3 } })
  })

  test('whose answer is cut short has failed', () => {
    const { ask, clock, outcomes } = scene((packet, from) => {
      const [answer = u32(0)] = answeringAll(packet, from)
      return [packet.readUInt32BE(8) === 2 ? answer.subarray(0, 19) : answer]
    })
    clock.advance(1_000)
    ask(scrapeOf(infoHash))
    clock.advance(1_000)
    expect(outcomes.at(-1)).toMatchObject({ failure: { fault: 'faulty' } })
  })
})
