import { describe, expect, test } from 'vitest'
import { Layout } from '../../machines/layout.ts'
import { unknownLayout } from '../../machines/peer/vocabulary/context.ts'
import { PieceSet } from '../../machines/piece-set.ts'
import { keepAddresses, replaceAddresses } from '../../recorder/privacy.ts'
import { jsonOf, type Manner, revived } from '../../recorder/values.ts'

const plain: Manner = { privacy: keepAddresses, payloads: false }
const again = (value: unknown, manner = plain): unknown =>
  revived(JSON.parse(jsonOf(value, 'heard', manner)), 'an actor')

describe('what was heard comes back as it was', () => {
  test.each<[string, unknown]>([
    [
      'words, numbers, nothing',
      { type: 'wire.have', index: 7, text: 'ä "quoted"', no: null, is: true, list: [1, 'two'] },
    ],
    ['a limit that is none', { down: Number.POSITIVE_INFINITY, up: 5.5 }],
    ['bytes', { bits: Uint8Array.of(0, 255, 7, 0, 0) }],
    ['no bytes', { bits: new Uint8Array() }],
    ['sets of pieces', [PieceSet.none(9), PieceSet.all(9), PieceSet.none(9).with(3)]],
    ['how a torrent divides', new Layout({ pieceLength: 16_384, length: 100_000 })],
    ['requests', { requests: [{ index: 1, begin: 16_384, length: 5 }] }],
    ['numbers of blocks', { blocks: [3, 4] }],
    [
      'names that a remote chose',
      {
        m: Object.fromEntries([
          ['$', 1],
          ['__proto__', 2],
          ['constructor', 3],
        ]),
      },
    ],
  ])('%s', (_, value) => {
    expect(again(value)).toEqual(value)
  })

  test('the layout that stands for none is the same', () => {
    expect(again(unknownLayout)).toBe(unknownLayout)
  })

  test('an actor is the one that is there', () => {
    expect(again({ owner: { send: () => undefined } })).toEqual({ owner: 'an actor' })
  })

  test('a name that a remote chose makes no prototype', () => {
    const { m } = again({ m: Object.fromEntries([['__proto__', 2]]) }) as { readonly m: object }
    expect(Object.getPrototypeOf(m)).toBe(Object.prototype)
  })

  test('blocks are as long, and hold nothing unless it is asked for', () => {
    const blocks = [{ index: 1, begin: 0, data: Uint8Array.of(1, 2, 3) }]
    expect(again({ blocks })).toEqual({ blocks: [{ index: 1, begin: 0, data: new Uint8Array(3) }] })
    expect(again({ blocks }, { ...plain, payloads: true })).toEqual({ blocks })
  })

  test('a socket is left out', () => {
    expect(again({ connection: { remote: {} }, at: 1 })).toEqual({ at: 1 })
  })
})

describe('what was said is as short as a comparison needs', () => {
  test('of a set of pieces how many there are', () => {
    expect(jsonOf({ pieces: PieceSet.none(800).with(7) }, 'told', plain)).toBe(
      '{"pieces":{"$":"pieces","size":800,"count":1}}',
    )
  })

  test('of a message that is passed on its length', () => {
    const news = { type: 'peer.extended', payload: new Uint8Array(500).fill(1) }
    expect(jsonOf(news, 'told', plain)).toBe('{"type":"peer.extended","payload":{"$":"bytes","length":500}}')
  })
})

test('addresses and peer ids are replaced wherever they stand', () => {
  const manner = { privacy: replaceAddresses(new Uint8Array(32)), payloads: false }
  const json = jsonOf(
    {
      link: { address: { host: '192.0.2.1', port: 6881 } },
      handshake: {
        yourip: Uint8Array.of(192, 0, 2, 1),
        ipv4: Uint8Array.of(192, 0, 2, 2),
        ipv6: new Uint8Array(16).fill(7),
      },
      peerId: `2d5452343036302d${'ab'.repeat(12)}`,
      end: { code: 'refused', detail: 'connect ECONNREFUSED 192.0.2.1:6881' },
    },
    'heard',
    manner,
  )
  expect(json).not.toContain('192.0.2.1')
  for (const said of [Buffer.of(192, 0, 2, 1), Buffer.of(192, 0, 2, 2), Buffer.alloc(16, 7)]) {
    expect(json).not.toContain(said.toString('base64'))
  }
  expect(json).not.toContain('abab')
  expect(json.match(/127\.\d+\.\d+\.\d+/g)).toHaveLength(2)
})

test.each([
  ['more bytes than a message has', { $: 'bytes', of: '', zeros: 1e12 }],
  [
    'as many in several',
    [
      { $: 'bytes', of: '', zeros: 2e7 },
      { $: 'bytes', of: '', zeros: 2e7 },
    ],
  ],
  ['a block as long', { $: 'blocks', of: [0, 0, 1e12] }],
  ['a set that does not fit', { $: 'pieces', size: 3, bits: '/////w==' }],
  ['what a later version writes', { $: 'something else' }],
])('a record that holds %s is refused', (_, json) => {
  expect(() => revived(json, undefined)).toThrow()
})
