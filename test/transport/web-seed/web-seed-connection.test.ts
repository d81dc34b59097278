import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../transport/random.ts'
import { redirectsMax } from '../../../transport/redirect.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { TransportEnd } from '../../../transport/transport.ts'
import { dripBytes, webSeedDelays } from '../../../transport/web-seed/delays.ts'
import type { WebSeedFailure } from '../../../transport/web-seed/failure.ts'
import { webSeedAddress } from '../../../transport/web-seed/web-seed-address.ts'
import { WebSeedConnection } from '../../../transport/web-seed/web-seed-connection.ts'
import type { WebSeedFile } from '../../../transport/web-seed/web-seed-content.ts'
import { encode } from '../../../transport/wire/encode.ts'
import { encodeHandshake } from '../../../transport/wire/handshake.ts'
import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { WireReader } from '../../../transport/wire/reader.ts'
import { chunked, createWebNetwork, rangesOf, status, type WebServing } from '../../fake-web-servers.ts'

const blockBytes = 16_384
const infoHash = new Uint8Array(20).fill(7)
const url = 'http://203.0.113.1/a/file'

/** Bytes that are not alike anywhere. */
function bytesOf(length: number): Uint8Array {
  const random = seededRandom(length)
  return Uint8Array.from({ length }, () => random() * 256)
}

const fileOf = (length: number): WebSeedFile[] => [{ offset: 0, length, path: ['file'] }]

interface SceneOptions {
  readonly files?: readonly WebSeedFile[]
  readonly webSeed?: string
  readonly without?: readonly number[]
}

/** A connection in virtual time, with what a peer would hear of it. Pieces have two blocks. */
function aConnection(length: number, { files = fileOf(length), webSeed = url, without = [] }: SceneOptions = {}) {
  const clock = new SimulatedClock()
  const web = createWebNetwork(clock)
  const heard: string[] = []
  const got = new Map<number, Uint8Array>()
  const failures: WebSeedFailure[] = []
  let answers = 0
  const ends: TransportEnd[] = []
  const bits: number[] = []
  const connection = new WebSeedConnection({
    url: webSeed,
    content: { infoHash, pieceLength: 2 * blockBytes, files },
    network: web.network,
    clock,
    without,
    answered: () => answers++,
    failed: (failure) => failures.push(failure),
  })
  const reader: WireReader = new WireReader({
    infoHash: (_, hash) => heard.push(`handshake ${hash[0]}`),
    peerId: (peerId) => {
      heard.push(String.fromCharCode(...peerId.subarray(0, 8)))
      reader.startMessages(1_000_000)
    },
    blocks: (blocks) => {
      for (const { index, begin, data } of blocks) got.set(index * 2 * blockBytes + begin, data.slice())
    },
    message: (name, fields) => {
      heard.push('requests' in fields ? `${name} ${fields.requests.length}` : name)
      if ('bits' in fields) bits.push(...fields.bits)
    },
    extended: () => heard.push('extended'),
    unknown: () => heard.push('unknown'),
    violation: ({ code }) => heard.push(code),
  })
  connection.open({
    opened: () => {
      heard.push('opened')
      const features = { extended: true, fast: true, dht: false }
      connection.write([encodeHandshake({ features, infoHash, peerId: new Uint8Array(20) })])
      connection.write(encode({ name: 'bitfield', bits: new Uint8Array(1) }))
      connection.write(encode({ name: 'interested' }))
    },
    data: (chunk) => {
      for (reader.push(chunk); reader.isBehind; reader.readOn());
    },
    drained: () => {},
    closed: (end) => ends.push(end),
  })
  const blocksFrom = (from: number, to: number): BlockRequest[] => {
    const requests: BlockRequest[] = []
    for (let at = from; at < to; at += blockBytes) {
      const index = Math.floor(at / (2 * blockBytes))
      requests.push({ index, begin: at - index * 2 * blockBytes, length: Math.min(blockBytes, length - at) })
    }
    return requests
  }
  clock.advance(1)
  return {
    clock,
    web,
    connection,
    heard,
    got,
    failures,
    ends,
    bits,
    get answers() {
      return answers
    },
    request: (from: number, to: number) =>
      connection.write(encode({ name: 'request', requests: blocksFrom(from, to) })),
    cancel: (from: number, to: number) => connection.write(encode({ name: 'cancel', requests: blocksFrom(from, to) })),
    /** What came, from the first byte on, as far as there is no gap. */
    get received() {
      const parts = [...got].sort(([one], [other]) => one - other).map(([, data]) => data)
      return new Uint8Array(Buffer.concat(parts))
    },
  }
}

const length = 10 * blockBytes - 1_000

/** A connection that asks for all of a file, of which a server makes this; some time later. */
function asksAll(serving: WebServing, options: SceneOptions & { readonly ms?: number } = {}) {
  const scene = aConnection(length, options)
  scene.web.serve('203.0.113.1', serving)
  scene.request(0, length)
  scene.clock.advance(options.ms ?? 1_000)
  return scene
}

describe('a web seed that gives parts of files', () => {
  const data = bytesOf(length)

  test('is a peer that has everything and chokes nobody, and gives what is requested by one request over HTTP', () => {
    const scene = asksAll(rangesOf(data))
    expect(scene.heard).toEqual(['opened', 'handshake 7', '-WS0000-', 'have_all', 'unchoke'])
    expect(scene.received).toEqual(data)
    expect(scene.web.asked.map(({ begin, end, url }) => [url.href, begin, end])).toEqual([[url, 0, length]])
    expect([scene.answers, scene.failures, scene.ends]).toEqual([1, [], []])
  })

  test('is asked twice at once, not more often, and by as many connections', () => {
    const scene = aConnection(length)
    scene.web.serve('203.0.113.1', rangesOf(data))
    for (const block of [0, 2, 4, 6]) scene.request(block * blockBytes, (block + 1) * blockBytes)
    scene.clock.advance(1)
    expect([scene.web.open.size, scene.web.lanes.size]).toEqual([2, 2])
    scene.clock.advance(1_000)
    expect([scene.got.size, scene.web.lanes.size, scene.web.asked.length]).toEqual([4, 2, 4])
  })

  test('rejects what is cancelled before it was asked for, and gives the rest', () => {
    const scene = aConnection(length)
    scene.web.serve('203.0.113.1', rangesOf(data))
    scene.request(0, 4 * blockBytes)
    scene.cancel(blockBytes, 2 * blockBytes)
    scene.clock.advance(1_000)
    expect(scene.heard).toContain('reject_request 1')
    expect([...scene.got.keys()]).toEqual([0, 2 * blockBytes, 3 * blockBytes])
    scene.cancel(0, blockBytes)
    expect(scene.heard.filter((name) => name.startsWith('reject'))).toHaveLength(1)
  })

  test('is read no further than its owner reads, and in parts as small as that wants', () => {
    const scene = aConnection(length)
    scene.web.serve('203.0.113.1', rangesOf(data))
    scene.connection.readAtMost(1_000)
    scene.request(0, length)
    scene.clock.advance(10)
    scene.connection.pause()
    scene.clock.advance(60_000)
    expect([scene.got.size, scene.failures]).toEqual([0, []])
    scene.connection.resume()
    scene.clock.advance(1_000)
    expect(scene.received).toEqual(data)
  })

  test('keeps the connection alive while nothing is asked, and leaves nothing open when it ends', () => {
    const scene = asksAll(rangesOf(data))
    scene.clock.advance(webSeedDelays.keepAliveMs)
    expect(scene.heard.at(-1)).toBe('keep_alive')
    scene.request(0, length)
    scene.clock.advance(5)
    scene.connection.end()
    scene.clock.advance(0)
    expect([scene.ends, scene.web.open.size, scene.web.lanes.size]).toEqual([[{ code: 'destroyed' }], 0, 0])
    expect(scene.clock.advanceToNext()).toBe(false)
  })
})

test('the files of a torrent are asked for one by one, and pad files of nobody (BEP 47)', () => {
  const parts = [bytesOf(20_000), new Uint8Array(12_768), bytesOf(30_000)]
  let offset = 0
  const files = parts.map((part, i) => {
    const file = { offset, length: part.length, path: ['Name', `file ${i}`], ...(i === 1 && { pad: true as const }) }
    offset += part.length
    return file
  })
  const scene = aConnection(offset, {
    files: files.map((file, i) => (i === 2 ? { ...file, path: ['Name', 'safe'], renamedFrom: ['Name', 'a:b'] } : file)),
    webSeed: 'http://203.0.113.1/',
  })
  scene.web.serve('203.0.113.1', (get) =>
    rangesOf((get.url.pathname.endsWith('0') ? parts[0] : parts[2]) ?? new Uint8Array())(get),
  )
  scene.request(0, offset)
  scene.clock.advance(1_000)
  expect(scene.web.asked.map(({ url: { pathname } }) => pathname)).toEqual(['/Name/file%200', '/Name/a%3Ab'])
  expect(scene.received).toEqual(new Uint8Array(Buffer.concat(parts)))
})

describe('faults', () => {
  const data = bytesOf(length)
  const head = { status: 206, contentRange: `bytes 0-${length - 1}/${length}` }

  test.each<[string, WebServing, WebSeedFailure['fault']]>([
    ['a file of another length', rangesOf(data.subarray(1)), 'faulty'],
    ['a body that ends early', () => ({ head, body: chunked(data.subarray(0, 40_000)) }), 'unreachable'],
    [
      'a connection that breaks',
      () => ({ head, body: chunked(data.subarray(0, 40_000)), breaksOff: true }),
      'unreachable',
    ],
    ['a server that is busy', status(503, { retryAfter: '90' }), 'busy'],
    ['a server that has it not', status(404), 'refused'],
    ['an answer that never comes', () => 'silence', 'silent'],
    ['a body that stops', () => ({ head, body: chunked(data), everyMs: webSeedDelays.silentMs + 1 }), 'silent'],
    ['a redirect from one place to itself', status(302, { location: url }), 'faulty'],
    ['a redirect to another scheme', status(301, { location: 'ftp://203.0.113.1/' }), 'faulty'],
    ['a redirect to our own machine', status(302, { location: 'http://127.0.0.1:1/' }), 'faulty'],
    ['a redirect into our network', status(302, { location: 'http://192.168.0.1/' }), 'faulty'],
  ])('%s ends the connection, and is told', (_, serving, fault) => {
    const scene = asksAll(serving, { ms: 60_000 })
    expect(scene.failures.map((failure) => failure.fault)).toEqual([fault])
    expect(scene.ends).toEqual([{ code: fault === 'silent' ? 'timeout' : 'error', detail: scene.failures[0]?.message }])
    expect([scene.web.open.size, scene.web.lanes.size]).toEqual([0, 0])
    expect(scene.clock.advanceToNext()).toBe(false)
  })

  test('nobody where the web seed is', () => {
    const scene = aConnection(length)
    scene.request(0, length)
    scene.clock.advance(1_000)
    expect(scene.failures).toEqual([{ fault: 'unreachable', message: 'nothing listens there' }])
  })

  test('when to come again is told on', () => {
    expect(asksAll(status(503, { retryAfter: '90' })).failures[0]).toMatchObject({ retryAfterMs: 90_000 })
  })

  test('a body without an end is read as far as was asked', () => {
    function* endless() {
      for (;;) yield data.slice(0, 65_536)
    }
    const scene = asksAll(() => ({ head, body: endless() }))
    expect([scene.got.size, scene.failures, scene.web.open.size]).toEqual([10, [], 0])
  })

  test.each<[string, number, number]>([
    ['a byte every few seconds', 1, 5_000],
    ['seven eighths of what counts in that time', dripBytes / 8, 8_000],
  ])('a drip, %s, ends the connection within a minute or so, and has answered nothing', (_, bytes, everyMs) => {
    const scene = asksAll(() => ({ head, body: chunked(data, bytes), everyMs }), { ms: webSeedDelays.dripMs + 1_000 })
    expect(scene.failures.map(({ fault }) => fault)).toEqual(['silent'])
    expect([scene.answers, scene.web.open.size, scene.clock.advanceToNext()]).toEqual([0, 0, false])
  })

  test('a slow server that gives a block in time is none, however long the rest takes', () => {
    const scene = asksAll(() => ({ head, body: chunked(data, dripBytes / 4), everyMs: 10_000 }), { ms: 600_000 })
    expect([scene.failures, scene.ends, scene.answers, scene.received.length]).toEqual([[], [], 1, length])
  })

  test('what its owner does not read does not count as a drip, and its time goes on behind it', () => {
    const scene = aConnection(length)
    scene.web.serve('203.0.113.1', () => ({ head, body: chunked(data, 20), everyMs: 1_000 }))
    scene.connection.readAtMost(1_000)
    scene.request(0, length)
    scene.clock.advance(30_000)
    scene.connection.pause()
    scene.connection.resume()
    scene.clock.advance(29_000)
    expect(scene.failures).toEqual([])
    scene.clock.advance(2_000)
    expect(scene.failures).toHaveLength(1)
  })

  test('a whole file serves instead of a part that begins near its begin, and not otherwise', () => {
    const whole: WebServing = () => ({ head: { status: 200, contentLength: String(length) }, body: chunked(data) })
    const small = aConnection(length)
    small.web.serve('203.0.113.1', whole)
    small.request(2 * blockBytes, 4 * blockBytes)
    small.clock.advance(1_000)
    expect(small.received).toEqual(data.subarray(2 * blockBytes, 4 * blockBytes))
    expect([small.failures, small.web.open.size]).toEqual([[], 0])
    const large = aConnection(60 * blockBytes)
    large.web.serve('203.0.113.1', () => ({ head: { status: 200, contentLength: String(60 * blockBytes) } }))
    large.request(40 * blockBytes, 42 * blockBytes)
    large.clock.advance(1_000)
    expect(large.failures[0]?.message).toBe('it gives whole files alone, no parts of them')
  })

  test('so many redirects are followed, each once a file; and from anew where that place has gone', () => {
    const data = bytesOf(length)
    const scene = aConnection(length)
    scene.web.serve('203.0.113.1', (get) => {
      const step = Number(get.url.searchParams.get('step'))
      if (step < redirectsMax) return status(302, { location: `?step=${step + 1}` })(get)
      return rangesOf(data)(get)
    })
    scene.request(0, blockBytes)
    scene.clock.advance(1_000)
    expect([scene.got.size, scene.web.asked.length]).toEqual([1, redirectsMax + 1])
    scene.request(blockBytes, 2 * blockBytes)
    scene.clock.advance(1_000)
    expect([scene.got.size, scene.web.asked.length]).toEqual([2, redirectsMax + 2])
    scene.web.serve('203.0.113.1', (get) => (get.url.search === '' ? rangesOf(data)(get) : status(403)(get)))
    scene.request(2 * blockBytes, 3 * blockBytes)
    scene.clock.advance(1_000)
    expect([scene.got.size, scene.failures]).toEqual([3, []])
  })

  test('a mirror that has the file no more is asked once more by way of the seed, and then given up', () => {
    const scene = aConnection(length)
    scene.web.serve('203.0.113.1', (get) =>
      get.url.search === '' ? status(302, { location: '?mirror' })(get) : status(404)(get),
    )
    scene.request(0, blockBytes)
    scene.clock.advance(1_000)
    expect(scene.web.asked.length).toBe(4)
    expect(scene.failures).toHaveLength(1)
  })

  test('a redirect to what Node cannot read is not followed', () => {
    const scene = aConnection(length)
    scene.web.serve('203.0.113.1', status(302, { location: 'http://%ff@203.0.113.1/a' }))
    scene.request(0, blockBytes)
    scene.clock.advance(1_000)
    expect(scene.failures[0]?.message).toBe('it sends us to what is no address')
  })
})

describe('a file that is missing', () => {
  const parts = [bytesOf(3 * blockBytes), bytesOf(blockBytes), new Uint8Array(2 * blockBytes), bytesOf(2 * blockBytes)]
  let offset = 0
  const files = parts.map((part, i) => {
    const file = { offset, length: part.length, path: ['Name', `${i}`], ...(i === 2 && { pad: true as const }) }
    offset += part.length
    return file
  })
  const lacks = (missing: string, length: number, without: readonly number[] = []) => {
    const scene = aConnection(length, { files, webSeed: 'http://203.0.113.1/', without })
    scene.web.serve('203.0.113.1', (get) => {
      const name = get.url.pathname.slice(-1)
      return name === missing ? status(404)(get) : rangesOf(parts[Number(name)] ?? new Uint8Array())(get)
    })
    return scene
  }

  test('is named where the web seed has others, and is none of its own where it has not', () => {
    const one = lacks('1', offset)
    one.request(2 * blockBytes, offset)
    one.clock.advance(1_000)
    expect(one.failures).toEqual([{ fault: 'refused', file: 1, message: 'it answers with HTTP status 404 (Name/1)' }])
    const last = lacks('3', offset, [0, 1])
    last.request(6 * blockBytes, offset)
    last.clock.advance(1_000)
    expect(last.failures).toEqual([{ fault: 'refused', message: 'it answers with HTTP status 404' }])
  })

  test('is told as pieces that the web seed has not: those with a byte of it', () => {
    const bitsWith = (without: readonly number[]) => {
      const { heard, bits } = lacks('', offset, without)
      return [heard.slice(3), bits.map((byte) => byte.toString(2))]
    }
    // Pieces of two blocks: 0 and half of 1, half of 1, 2, 3.
    expect(bitsWith([])).toEqual([['have_all', 'unchoke'], []])
    expect(bitsWith([1])).toEqual([['bitfield', 'unchoke'], ['10110000']])
    expect(bitsWith([0, 3])).toEqual([['bitfield', 'unchoke'], ['100000']])
  })
})

describe('where a web seed may be', () => {
  const data = bytesOf(length)

  test('in our own network it is asked for no query, as a .torrent file may name any device there', () => {
    for (const [host, webSeed] of [
      ['192.168.0.1', 'http://192.168.0.1/reboot?now=1'],
      ['127.0.0.1:8080', 'http://127.0.0.1:8080/a?b'],
    ] as const) {
      const scene = aConnection(length, { webSeed })
      scene.web.serve(host, rangesOf(data))
      scene.request(0, length)
      scene.clock.advance(1_000)
      expect([scene.failures[0]?.fault, scene.web.asked]).toEqual(['faulty', []])
    }
    const plain = aConnection(length, { webSeed: 'http://127.0.0.1:8080/a' })
    plain.web.serve('127.0.0.1:8080', rangesOf(data))
    plain.request(0, length)
    plain.clock.advance(1_000)
    expect(plain.received).toEqual(data)
  })

  test('a name is asked for at the addresses that were looked at', () => {
    const scene = aConnection(length, { webSeed: 'http://seed.example/a' })
    scene.web.name('seed.example', ['203.0.113.1', '2001:db8::1'])
    scene.web.serve('seed.example', rangesOf(data))
    scene.request(0, length)
    scene.clock.advance(1_000)
    expect(scene.web.asked[0]?.hosts).toEqual(['203.0.113.1', '2001:db8::1'])
    expect(webSeedAddress('https://seed.example/a')).toEqual({ host: 'seed.example', port: 443 })
    expect(webSeedAddress('http://[2001:db8::1]:81/')).toEqual({ host: '2001:db8::1', port: 81 })
  })
})

test('a connection is opened once, and needs to be open', () => {
  const { connection } = aConnection(length)
  const handler = { opened() {}, data() {}, drained() {}, closed() {} }
  expect(() => connection.open(handler)).toThrow('once')
  const unopened = aConnection(length).connection
  unopened.destroy()
  expect(unopened.write([new Uint8Array(1)])).toBe(false)
})
