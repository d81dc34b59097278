import bencode from 'bencode'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MetainfoError, metainfoBytesMax, parseInfo, parseMetainfo } from '../../storage/metainfo.ts'
import { sha1 } from './support.ts'

const hashes = (count: number) => new Uint8Array(20 * count).fill(7)
const single = { name: 'song', 'piece length': 16384, pieces: hashes(2), length: 20000 }
const multiple = (files: unknown, more: object = {}) => ({
  name: 'album',
  'piece length': 16384,
  pieces: hashes(1),
  files,
  ...more,
})
const torrent = (info: unknown, more: object = {}) => bencode.encode({ info, ...more })
const without = (key: string) => Object.fromEntries(Object.entries(single).filter(([name]) => name !== key))
const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('a torrent', () => {
  test('of one file lies below the output folder under its name', () => {
    const metainfo = parseMetainfo(torrent({ ...single, private: 1 }, { announce: 'http://a/', comment: 'hello' }))
    expect(metainfo).toEqual({
      infoHash: sha1(bencode.encode({ ...single, private: 1 })),
      infoBytes: bencode.encode({ ...single, private: 1 }),
      name: 'song',
      pieceLength: 16384,
      length: 20000,
      pieceHashes: hashes(2),
      files: [{ path: ['song'], length: 20000, offset: 0 }],
      private: true,
      announce: [['http://a/']],
      comment: 'hello',
    })
  })

  test('of several files lies in a folder of its name, each file behind the other, pad files marked (BEP 47)', () => {
    const files = [
      { path: ['a'], length: 10 },
      { path: ['.pad', '6'], length: 6, attr: 'p' },
      { path: ['b', 'c'], length: 0, attr: 'x' },
      { path: ['b', 'd'], length: 20 },
      { path: ['.pad', '6'], length: 6, attr: 'p' },
    ]
    expect(parseMetainfo(torrent(multiple(files))).files).toEqual([
      { path: ['album', 'a'], length: 10, offset: 0 },
      { path: ['album', '.pad', '6'], length: 6, offset: 10, pad: true },
      { path: ['album', 'b', 'c'], length: 0, offset: 16 },
      { path: ['album', 'b', 'd'], length: 20, offset: 16 },
      { path: ['album', '.pad', '6'], length: 6, offset: 36, pad: true },
    ])
  })

  test('has the SHA-1 of its raw info bytes as info hash, however these are ordered', () => {
    const raw = latin1(`d12:piece lengthi16384e6:pieces20:${'x'.repeat(20)}4:name4:song6:lengthi5ee`)
    const metainfo = parseMetainfo(Buffer.concat([latin1('d4:info'), raw, latin1('3:abci1ee')]))
    expect(metainfo.infoBytes).toEqual(new Uint8Array(raw))
    expect(metainfo.infoHash).toEqual(sha1(raw))
    expect(bencode.encode(bencode.decode(raw))).not.toEqual(new Uint8Array(raw))
  })

  test('keeps nothing of the buffer it was read from', () => {
    const file = Buffer.from(torrent(single))
    const metainfo = parseMetainfo(file)
    const before = structuredClone(metainfo)
    file.fill(0)
    expect(metainfo).toEqual(before)
  })

  test('prefers name.utf-8 and path.utf-8', () => {
    const files = [{ path: [latin1('\xff')], 'path.utf-8': ['ü'], length: 5 }]
    const metainfo = parseMetainfo(torrent(multiple(files, { name: latin1('\xff'), 'name.utf-8': 'größe' })))
    expect(metainfo.files[0]?.path).toEqual(['größe', 'ü'])
  })

  test.each([' leading and inner', 'a..b', '.hidden', '漢字', '-rf'])('may name a file %j', (name) => {
    expect(parseMetainfo(torrent({ ...single, name })).files[0]?.path).toEqual([name])
  })

  test('has trackers in tiers (BEP 12), malformed ones left out', () => {
    const announce = (more: object) => parseMetainfo(torrent(single, more)).announce
    expect(announce({ announce: 'x', 'announce-list': [['a', 'b'], ['c', 5, latin1('\xff')], 'd', []] })).toEqual([
      ['a', 'b'],
      ['c'],
    ])
    expect(announce({ announce: 'x', 'announce-list': [] })).toEqual([['x']])
    expect(announce({ announce: 5, 'announce-list': 7 })).toEqual([])
  })

  test('that is a hybrid is read as version 1', () => {
    expect(parseMetainfo(torrent({ ...single, 'meta version': 2, 'file tree': {} })).length).toBe(20000)
  })

  test('may have a last piece of any length, and files that end where pieces do', () => {
    expect(parseMetainfo(torrent({ ...single, length: 32768 })).length).toBe(32768)
    expect(() => parseMetainfo(torrent({ ...single, length: 32769 }))).toThrow(MetainfoError)
    expect(parseMetainfo(torrent({ ...single, length: 16385 })).length).toBe(16385)
    expect(() => parseMetainfo(torrent({ ...single, length: 16384 }))).toThrow(MetainfoError)
  })
})

test('an info dictionary alone is read like the one in a file (BEP 9)', () => {
  expect(parseInfo(bencode.encode(single))).toEqual(parseMetainfo(torrent(single)))
})

const deep = (depth: number) => `${'l'.repeat(depth)}${'e'.repeat(depth)}`

test.each<[string, Uint8Array, RegExp]>([
  ['an empty file', new Uint8Array(), /^the file is empty$/],
  ['a web page', latin1('<!DOCTYPE html><title>404</title>'), /no bencoded dictionary/],
  ['a file cut off', torrent(single).subarray(0, -3), /the file can not be read/],
  ['a file with junk behind it', Buffer.concat([torrent(single), latin1('\r\n')]), /2 bytes follow/],
  ['100,000 nested lists', latin1(`d4:info${deep(100_000)}e`), /nest deeper than 100/],
  ['100,000 nested dictionaries', latin1('d1:a'.repeat(100_000)), /nest deeper than 100/],
  ['a huge file', new Uint8Array(metainfoBytesMax + 1), /10485761 bytes, more than/],
  ['no info', bencode.encode({ announce: 'x' }), /no info dictionary/],
  ['an info that is a list', torrent([1]), /info can not be read: it is no bencoded dictionary/],
  ['two infos', latin1('d4:infod1:ai1ee4:infod1:ai2eee'), /"info" stands twice/],
  ['no name', torrent(without('name')), /info has no name/],
  ['an empty name', torrent({ ...single, name: '' }), /name has an empty part/],
  ['a name that is a number', torrent({ ...single, name: 5 }), /name is no UTF-8/],
  ['a name in another encoding', torrent({ ...single, name: latin1('\xe9t\xe9') }), /name is no UTF-8/],
  ['a name hidden in a prototype', torrent({ ...without('name'), ['__proto__']: { name: 'x' } }), /a key is __proto__/],
  ['no piece length', torrent(without('piece length')), /no piece length/],
  ['a text as piece length', torrent({ ...single, 'piece length': '16384' }), /piece length is no integer/],
  ['a piece length of 0', torrent({ ...single, 'piece length': 0 }), /piece length of 0 is not from 1/],
  ['a negative piece length', torrent({ ...single, 'piece length': -16384 }), /piece length of -16384/],
  ['a piece length past memory', torrent({ ...single, 'piece length': 2 ** 29 + 1 }), /piece length of 536870913/],
  ['no pieces', torrent(without('pieces')), /no piece hashes/],
  ['a version 2 torrent', torrent({ ...without('pieces'), 'meta version': 2 }), /version 2 .* not supported yet/],
  ['half a piece hash', torrent({ ...single, pieces: new Uint8Array(39) }), /contradicts itself.* 39 bytes/],
  ['a piece hash too few', torrent({ ...single, pieces: hashes(1) }), /contradicts itself/],
  ['a piece hash too many', torrent({ ...single, pieces: hashes(3) }), /contradicts itself/],
  ['neither length nor files', torrent(without('length')), /"song" has no length/],
  ['both length and files', torrent({ ...single, files: [] }), /both a length and files/],
  ['a negative length', torrent({ ...single, length: -1 }), /length of "song" is no count/],
  ['a length past 2^53', latin1(torrentText('i9007199254740993e')), /length of "song" is no count/],
  ['lengths that add up past 2^53', torrent(multiple([file('a', 2 ** 53 - 1), file('b', 1)])), /add up past/],
  ['no byte of data', torrent(multiple([file('a', 0)], { pieces: hashes(0) })), /holds no data/],
  ['no file', torrent(multiple([], { pieces: hashes(0) })), /holds no data/],
  ['files that are no list', torrent(multiple({})), /files is no list/],
  ['a file that is a number', torrent(multiple([5])), /file 0 is no dictionary/],
  ['a file without a path', torrent(multiple([{ length: 5 }])), /file 0 has no path/],
  ['a file with an empty path', torrent(multiple([{ path: [], length: 5 }])), /file 0 has no path/],
  ['a file without a length', torrent(multiple([{ path: ['a'] }])), /"album\/a" has no length/],
  ['a path of numbers', torrent(multiple([{ path: [1], length: 5 }])), /no UTF-8/],
  ['a path of 65 parts', torrent(multiple([{ path: Array(65).fill('a'), length: 5 }])), /65 parts/],
  ['a name of 256 bytes', torrent({ ...single, name: 'ü'.repeat(128) }), /more than 255 bytes/],
  ['a name that climbs', torrent({ ...single, name: '..' }), /lead out/],
  ['a name that is the folder itself', torrent({ ...single, name: '.' }), /lead out/],
  ['an absolute name', torrent({ ...single, name: '/etc/passwd' }), /lead out/],
  ['a name that climbs within', torrent({ ...single, name: 'a/../../b' }), /lead out/],
  ['a name that climbs on Windows', torrent({ ...single, name: '..\\b' }), /lead out/],
  ['a name with NUL', torrent({ ...single, name: 'a\0b' }), /control character in "a\\u0000b"/],
  ['a path that climbs', torrent(multiple([{ path: ['..', '..', 'x'], length: 5 }])), /lead out/],
  ['a path with an empty part', torrent(multiple([{ path: ['', 'x'], length: 5 }])), /empty part/],
  ['a path with a slash', torrent(multiple([{ path: ['a/b'], length: 5 }])), /lead out/],
  [
    'a good path with a bad path.utf-8',
    torrent(multiple([{ path: ['a'], 'path.utf-8': ['..'], length: 5 }])),
    /lead out/,
  ],
  ['a path twice', torrent(multiple([file('a', 5), file('a', 5)])), /two files have the path "album\/a"/],
  ['an empty file that stands twice', torrent(multiple([file('a', 5), file('a', 0)])), /two files/],
  [
    'a file that is a folder too',
    torrent(multiple([{ path: ['a', 'b'], length: 5 }, file('a', 5)])),
    /both a file and a folder/,
  ],
  [
    'a symbolic link',
    torrent(multiple([file('a', 5), { ...file('b', 0), attr: 'l' }])),
    /"album\/b" is a symbolic link/,
  ],
])('%s is refused in one line', (_name, bytes, message) => {
  expect(() => parseMetainfo(bytes)).toThrow(MetainfoError)
  expect(() => parseMetainfo(bytes)).toThrow(message)
  expect(() => parseMetainfo(bytes)).not.toThrow(/\n/)
})

test('a hostile name can not forge lines of an error', () => {
  const climbing = `a\n\u001b[31m/${'x'.repeat(200)}`
  expect(() => parseMetainfo(torrent({ ...single, name: climbing }))).toThrow(/^[\x20-\x7e…]{1,200}$/u)
})

describe('whatever the bytes, there is a Metainfo or a MetainfoError', () => {
  const settles = (bytes: Uint8Array) => {
    try {
      const metainfo = parseMetainfo(bytes)
      expect(metainfo.pieceHashes.length).toBe(20 * Math.ceil(metainfo.length / metainfo.pieceLength))
      for (const { path } of metainfo.files) expect(path).not.toContain('..')
    } catch (error) {
      if (!(error instanceof MetainfoError)) throw error
    }
  }

  test('for arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), settles), { seed: 1, numRuns: 2000 })
  })

  test('for valid torrents with some bytes changed, dropped or doubled', () => {
    const valid = torrent(multiple([{ path: ['a', 'b'], length: 5 }, file('c', 6)], { private: 1 }), {
      announce: 'http://a/',
    })
    const edit = fc.record({ at: fc.nat(valid.length - 1), drop: fc.nat(2), insert: fc.uint8Array({ maxLength: 2 }) })
    const mutated = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
      const bytes = [...valid]
      for (const { at, drop, insert } of edits) bytes.splice(at, drop, ...insert)
      return Uint8Array.from(bytes)
    })
    fc.assert(fc.property(mutated, settles), { seed: 1, numRuns: 5000 })
  })

  test('for valid bencode of any shape', () => {
    const key = fc.constantFrom(
      'name',
      'length',
      'files',
      'path',
      'pieces',
      'piece length',
      'attr',
      '__proto__',
      'toString',
      'name.utf-8',
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(tie('value'), { maxLength: 4 }),
        tie('dictionary'),
      ),
      dictionary: fc.dictionary(key, tie('value'), { noNullPrototype: true }),
    }))
    const info = fc.record(
      { name: value, 'piece length': value, pieces: value, length: value, files: value },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(info, (info) => settles(torrent(info))),
      { seed: 1, numRuns: 2000 },
    )
  })
})

function file(name: string, length: number) {
  return { path: [name], length }
}

function torrentText(length: string) {
  return `d4:infod6:length${length}4:name4:song12:piece lengthi16384e6:pieces20:${'x'.repeat(20)}ee`
}
