import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageMax, peersMax } from '../../../transport/tracker/announce.ts'
import { answerBytesMax, readAnnounceAnswer } from '../../../transport/tracker/http-answer.ts'
import { type BencodeInput, encodeBencode } from '../../../transport/wire/bencode.ts'

const read = (answer: BencodeInput) => readAnnounceAnswer(encodeBencode(answer))
const answer = (fields: { readonly [key: string]: BencodeInput }) => {
  const outcome = read({ interval: 900, ...fields })
  if ('failure' in outcome) throw new Error(outcome.failure.message)
  return outcome.answer
}

describe('peers', () => {
  test('come in compact form (BEP 23), of IPv6 beside (BEP 7)', () => {
    const peers6 = Uint8Array.from([0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 1, 0x1a, 0xe1])
    expect(answer({ peers: Uint8Array.of(192, 0, 2, 1, 0x1a, 0xe1), peers6 }).peers).toEqual([
      { host: '192.0.2.1', port: 6881 },
      { host: '2001:db8::1', port: 6881 },
    ])
  })

  test('come as dictionaries, of both families in one list (BEP 3)', () => {
    const peers = [
      { ip: '192.0.2.1', port: 6881, 'peer id': 'x'.repeat(20) },
      { ip: '2001:db8::1', port: 6882 },
    ]
    expect(answer({ peers }).peers).toEqual([
      { host: '192.0.2.1', port: 6881 },
      { host: '2001:db8::1', port: 6882 },
    ])
  })

  test('are left out that cannot be dialled: port 0, nobody, multicast, a name', () => {
    const peers = [
      { ip: '192.0.2.1', port: 0 },
      { ip: '0.0.0.0', port: 1 },
      { ip: '224.0.0.1', port: 1 },
      { ip: 'localhost', port: 1 },
      { ip: '192.0.2.1', port: 65_536 },
      { ip: 7, port: 1 },
      { port: 1 },
      'x',
    ]
    expect(answer({ peers }).peers).toEqual([])
    expect(answer({ peers: Uint8Array.of(192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 1, 1) }).peers).toEqual([])
  })

  test('come once each, and no more than 200 of 10,000, in either form', () => {
    const hosts = Array.from({ length: 10_000 }, (_, i) => [192, 0, i >> 8, i & 0xff] as const)
    expect(answer({ peers: Uint8Array.from(hosts.flatMap((host) => [...host, 1, 1])) }).peers).toHaveLength(peersMax)
    const dictionaries = hosts.map((host) => `d2:ip${host.join('.').length}:${host.join('.')}4:porti257ee`)
    const body = new TextEncoder().encode(`d8:intervali900e5:peersl${dictionaries.join('')}ee`)
    expect(readAnnounceAnswer(body)).toMatchObject({ answer: { peers: { length: peersMax } } })
    expect(answer({ peers: Uint8Array.of(192, 0, 2, 1, 1, 1, 192, 0, 2, 1, 1, 1) }).peers).toHaveLength(1)
  })

  test('behind the last whole entry are passed over', () => {
    expect(answer({ peers: Uint8Array.of(192, 0, 2, 1, 1, 1, 9) }).peers).toHaveLength(1)
  })
})

test('numbers, warning, tracker id and our address are read where they are there', () => {
  const fields = {
    'min interval': 60,
    complete: 3,
    incomplete: 4,
    downloaded: 5,
    'warning message': 'slow\r\ndown',
    'tracker id': 'abc',
    'external ip': Uint8Array.of(192, 0, 2, 9),
  }
  expect(answer(fields)).toEqual({
    peers: [],
    interval: 900,
    minInterval: 60,
    seeders: 3,
    leechers: 4,
    downloads: 5,
    warning: 'slow down',
    trackerId: new TextEncoder().encode('abc'),
    externalIp: Uint8Array.of(192, 0, 2, 9),
  })
})

test('what has another type or is too long is left out', () => {
  const fields = {
    'min interval': -1,
    complete: 'x',
    'warning message': 1,
    'tracker id': 'a'.repeat(257),
    'external ip': 'abc',
  }
  expect(answer(fields)).toEqual({ peers: [], interval: 900 })
})

describe('a refusal', () => {
  test('is told in the words of the tracker, on one line of bounded length, in which nothing turns the direction of writing', () => {
    expect(read({ 'failure reason': 'not\nregistered\u0007' })).toEqual({
      failure: { fault: 'refused', message: 'not registered' },
    })
    expect(read({ 'failure reason': 'see \u202e\u2067moc.elpmaxe\u061c' })).toMatchObject({
      failure: { message: 'see  moc.elpmaxe' },
    })
    expect(read({ 'failure reason': 'é'.repeat(1_000) })).toMatchObject({
      failure: { message: 'é'.repeat(messageMax) },
    })
  })

  test.each([
    ['never', { retryIn: 'never' }],
    ['5', { retryIn: 300 }],
    [5, { retryIn: 300 }],
    ['soon', {}],
    [-5, {}],
    [1e15, {}],
  ] as const)('says when to try again (BEP 31): %s', (retry, expected) => {
    const failure = { fault: 'refused', message: 'no', ...expected }
    expect(read({ 'failure reason': 'no', 'retry in': retry })).toEqual({ failure })
  })
})

test.each([
  ['nothing', new Uint8Array()],
  ['a page', new TextEncoder().encode('<html>')],
  ['a list', encodeBencode(['a'])],
  ['half a dictionary', encodeBencode({ interval: 900, peers: 'abcdef' }).subarray(0, 20)],
  ['a dictionary of other things', encodeBencode({ hello: 'world' })],
  ['a nested answer', new TextEncoder().encode(`d8:intervali1e5:peers${'l'.repeat(100)}${'e'.repeat(100)}e`)],
])('%s is no answer', (_, body) => {
  expect(readAnnounceAnswer(body)).toMatchObject({ failure: { fault: 'faulty' } })
})

test('an answer that is too long is none', () => {
  const outcome = readAnnounceAnswer(encodeBencode({ interval: 900, peers: new Uint8Array(answerBytesMax) }))
  expect(outcome).toMatchObject({ failure: { fault: 'faulty' } })
})

test('whatever the bytes are, nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readAnnounceAnswer(bytes)
      readAnnounceAnswer(Uint8Array.from([...new TextEncoder().encode('d5:peers'), ...bytes]))
    }),
    { numRuns: 300 },
  )
})
