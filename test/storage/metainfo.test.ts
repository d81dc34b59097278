import bencode from 'bencode'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MetainfoError, metainfoBytesMax, parseMetainfo, readInfo } from '../../storage/metainfo.ts'
import { runs } from '../in-full.ts'
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
      webSeeds: [],
      comment: 'hello',
    })
  })

  test('names nodes of the DHT (BEP 5): the first 100 that can be asked', () => {
    const odd = [7, [], ['a'], ['a', 0], ['a', 65536], ['', 1], [1, 1], ['192.0.2.1', 6881], ['node.example', 1]]
    expect(parseMetainfo(torrent(single, { nodes: odd })).nodes).toEqual([
      { host: '192.0.2.1', port: 6881 },
      { host: 'node.example', port: 1 },
    ])
    const many = Array.from({ length: 101 }, (_, index) => ['192.0.2.1', index + 1])
    expect(parseMetainfo(torrent(single, { nodes: many })).nodes).toHaveLength(100)
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

describe('is read', () => {
  const read = (info: object) => parseMetainfo(torrent(info), 'linux')
  const paths = (files: unknown[], more: object = {}) => {
    // Each has five bytes unless it says so.
    const listed = files.map((one) => (Array.isArray(one) ? { path: one, length: 5 } : one))
    return read(multiple(listed, more)).files.map(({ path }) => path.slice(1).join('/'))
  }

  test('with bytes behind the dictionary, or a byte order mark before it', () => {
    const plain = parseMetainfo(torrent(single))
    for (const behind of ['\n', '\r\n', '\0\0\0', 'junk', 'd4:infodee']) {
      expect(parseMetainfo(Buffer.concat([torrent(single), latin1(behind)]))).toEqual(plain)
    }
    expect(parseMetainfo(Buffer.concat([latin1('\xef\xbb\xbf'), torrent(single)]))).toEqual(plain)
  })

  test('by the first of a key that stands twice: of the file, of info, of a file in it', () => {
    const raw = (name: string) =>
      latin1(torrentText('i5e').slice(7, -1).replace('4:name4:song', `4:name4:${name}4:name4:last`))
    const two = parseMetainfo(
      Buffer.concat([latin1('d4:info'), raw('song'), latin1('4:info'), raw('none'), latin1('e')]),
    )
    expect(two.name).toBe('song')
    expect(two.infoHash).toEqual(sha1(raw('song')))
  })

  test('with leading zeros, minus zero and a key __proto__, its info hash that of the bytes as they stand', () => {
    const raw = latin1(
      `d9:__proto__d4:name1:x7:privatei1ee006:lengthi0005e4:name4:song12:piece lengthi016384e06:pieces20:${'x'.repeat(20)}7:privatei-0ee`,
    )
    const metainfo = parseMetainfo(Buffer.concat([latin1('d4:info'), raw, latin1('e')]))
    expect(metainfo).toMatchObject({ name: 'song', length: 5, private: false, infoHash: sha1(raw) })
    expect(Object.getPrototypeOf(metainfo)).toBe(Object.prototype)
  })

  test('as private with any integer but 0', () => {
    const isPrivate = (value: unknown) => parseMetainfo(torrent({ ...single, private: value })).private
    expect([1, 2, -1, 2 ** 40].map(isPrivate)).toEqual([true, true, true, true])
    expect([0, '1', [1], new Uint8Array(1)].map(isPrivate)).toEqual([false, false, false, false])
  })

  test('in pieces of a length that is no power of two, and with dates and web seeds of any type', () => {
    const odd = { 'creation date': 'today', 'url-list': [5, {}], 'created by': [], nodes: 7 }
    expect(parseMetainfo(torrent({ ...single, 'piece length': 10_000 }, odd)).pieceLength).toBe(10_000)
  })

  test('by name.utf-8 and path.utf-8 where they are good text, else by the plain ones', () => {
    const named = (more: object) => read({ ...single, ...more }).name
    expect(named({ 'name.utf-8': 'ü' })).toBe('ü')
    expect(named({ 'name.utf-8': latin1('\xff') })).toBe('song')
    expect(named({ 'name.utf-8': '' })).toBe('song')
    expect(named({ 'name.utf-8': 5 })).toBe('song')
    expect(read({ ...without('name'), 'name.utf-8': latin1('\xff') }).name).toBe('_')
    const by = (utf8: unknown) => paths([{ path: ['a'], 'path.utf-8': utf8, length: 5 }])
    expect(by(['ü', 'b'])).toEqual(['ü/b'])
    for (const bad of [['ü', latin1('\xff')], [], [5], 'ü', 7]) expect(by(bad)).toEqual(['a'])
    expect(paths([{ 'path.utf-8': [latin1('\xff')], length: 5 }])).toEqual(['_'])
  })

  test('with an empty part as _', () => {
    expect(paths([['', 'a'], ['s', '', 'a'], { path: ['empty', ''], length: 0 }])).toEqual(['_/a', 's/_/a', 'empty/_'])
    expect(read({ ...single, name: '' }).name).toBe('_')
  })

  test('without parts that are . or .., or slashes alone', () => {
    expect(
      paths([
        ['..', '..', 'a'],
        ['.', 'b'],
        ['c', '..', 'd'],
        ['/', 'e'],
        ['f', '.'],
      ]),
    ).toEqual([...['a', 'b', 'c/d', 'e', 'f']])
    expect(paths([['..', '.']])).toEqual(['_'])
  })

  test.each(['.', '..', '/', '\0'])('called by its info hash in hex when nothing is left of its name: %j', (name) => {
    const one = read({ ...single, name })
    expect(one.name).toBe(Buffer.from(one.infoHash).toString('hex'))
    expect(one.files[0]?.path).toEqual([one.name])
    const many = read(multiple([file('a', 5)], { name }))
    expect(many.files[0]?.path).toEqual([Buffer.from(many.infoHash).toString('hex'), 'a'])
  })

  test('with more than 64 parts in a path', () => {
    expect(paths([Array(200).fill('a')])).toEqual([Array(200).fill('a').join('/')])
  })

  test('with each file in a place of its own', () => {
    expect(paths([['a'], ['a'], ['A'], ['b', 'c'], ['b']])).toEqual(['a', 'a.1', 'A.2', 'b/c', 'b.1'])
  })

  test('with the list of files where a length stands beside it, and with the length where files is no list', () => {
    expect(read(multiple([file('a', 5)], { length: 99 })).length).toBe(5)
    expect(read({ ...single, files: 5 }).files[0]?.path).toEqual(['song'])
  })

  test('with pads that have no path, or BitComet’s name and no attribute', () => {
    const { files } = read(
      multiple([
        file('a', 5),
        { length: 7, attr: 'p' },
        file('_____padding_file_0_if you see this file', 3),
        file('b', 1),
      ]),
    )
    expect(files.map(({ length, pad }) => [length, pad ?? false])).toEqual([
      [5, false],
      [7, true],
      [3, true],
      [1, false],
    ])
    expect(read({ ...single, name: '_____padding_file_0' }).files[0]?.pad).toBeUndefined()
  })

  test('with links that lead to what it holds, and empty files where they would lead elsewhere', () => {
    const { files } = read(
      multiple([
        { path: ['d', 'f'], length: 5 },
        link('in', 'd', 'f'),
        link('folder', 'd'),
        link('chain', 'folder', 'f'),
        link('out', '..', '..', 'etc', 'passwd'),
        link('absolute', '/etc/passwd'),
        link('loop', 'loop'),
        link('nowhere'),
        { path: ['no target'], length: 9, attr: 'l' },
        { ...link('text'), 'symlink path': 'd' },
      ]),
    )
    expect(files.slice(1).map(({ path, length, symlinkPath }) => [path[1], length, symlinkPath?.join('/')])).toEqual([
      ['in', 0, 'album/d/f'],
      ['folder', 0, 'album/d'],
      ['chain', 0, 'album/d/f'],
      ['out', 0, undefined],
      ['absolute', 0, undefined],
      ['loop', 0, undefined],
      ['nowhere', 0, undefined],
      ['no target', 0, undefined],
      ['text', 0, undefined],
    ])
  })

  test('with a link to a file that is stored under another name', () => {
    const { files } = read(multiple([link('l', 'a\tb'), file('a\tb', 5), file('a_b', 1)]))
    expect(files[0]?.symlinkPath).toEqual(['album', 'a_b'])
  })

  test('and says of each file that is stored under another name what it was', () => {
    const { files } = read(
      multiple([file('a', 5), file('A', 5), { path: ['..', 'x\ty', latin1('caf\xe9')], length: 5 }, file('b', 1)]),
    )
    expect(files.map(({ path, renamedFrom }) => [path.join('/'), renamedFrom])).toEqual([
      ['album/a', undefined],
      ['album/A.1', ['album', 'A']],
      ['album/x_y/caf_', ['album', '..', 'x\ty', 'caf\ufffd']],
      ['album/b', undefined],
    ])
    const { files: climbing } = read(multiple([file('a', 5)], { name: '../b' }))
    expect(climbing).toEqual([{ path: ['..b', 'a'], length: 5, offset: 0, renamedFrom: ['../b', 'a'] }])
  })

  test('for the disks of another system', () => {
    const bytes = torrent(multiple([file('con', 5), file('a:b', 5), file('Ä', 5), file('ä', 5)]))
    const on = (platform: NodeJS.Platform) => parseMetainfo(bytes, platform).files.map(({ path }) => path[1])
    expect(on('linux')).toEqual(['con', 'a:b', 'Ä', 'ä'])
    expect(on('win32')).toEqual(['_con', 'a_b', 'Ä', 'ä.1'])
    expect(on('darwin')).toEqual(['con', 'a:b', 'Ä', 'ä.1'])
  })
})

test('bytes before or behind an info dictionary alone are refused: they would be in its hash', async () => {
  for (const bytes of ['\n', '\0', 'junk'].map((behind) => Buffer.concat([bencode.encode(single), latin1(behind)]))) {
    await expect(readInfo(bytes)).rejects.toThrow(/bytes follow the dictionary/)
  }
  const marked = Buffer.concat([latin1('\xef\xbb\xbf'), bencode.encode(single)])
  await expect(readInfo(marked)).rejects.toThrow(MetainfoError)
})

test('an info dictionary alone is read like the one in a file (BEP 9)', async () => {
  expect(await readInfo(bencode.encode(single))).toEqual(parseMetainfo(torrent(single)))
})

const deep = (depth: number) => `${'l'.repeat(depth)}${'e'.repeat(depth)}`

test.each<[string, Uint8Array, RegExp]>([
  ['an empty file', new Uint8Array(), /^the file is empty$/],
  ['a web page', latin1('<!DOCTYPE html><title>404</title>'), /no bencoded dictionary/],
  ['a file cut off', torrent(single).subarray(0, -3), /the file cannot be read/],
  ['100,000 nested lists', latin1(`d4:info${deep(100_000)}e`), /nest deeper than 100/],
  ['100,000 nested dictionaries', latin1('d1:a'.repeat(100_000)), /nest deeper than 100/],
  ['a huge file', new Uint8Array(metainfoBytesMax + 1), /10485761 bytes, more than/],
  ['no info', bencode.encode({ announce: 'x' }), /no info dictionary/],
  ['an info that is a list', torrent([1]), /info cannot be read: it is no bencoded dictionary/],
  ['no name', torrent(without('name')), /info has no name/],
  ['a name that is a number', torrent({ ...single, name: 5 }), /info has no name/],
  ['a name hidden in a prototype', torrent({ ...without('name'), ['__proto__']: { name: 'x' } }), /info has no name/],
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
  ['a negative length', torrent({ ...single, length: -1 }), /length of "song" is no count/],
  ['a length past 2^53', latin1(torrentText('i9007199254740993e')), /length of "song" is no count/],
  ['lengths that add up past 2^53', torrent(multiple([file('a', 2 ** 53 - 1), file('b', 1)])), /add up past/],
  ['no byte of data', torrent(multiple([file('a', 0)], { pieces: hashes(0) })), /holds no data/],
  ['no file', torrent(multiple([], { pieces: hashes(0) })), /holds no data/],
  ['a file that is a number', torrent(multiple([5])), /file 0 is no dictionary/],
  ['a file without a path', torrent(multiple([{ length: 5 }])), /file 0 has no path/],
  ['a file with an empty path', torrent(multiple([{ path: [], length: 5 }])), /file 0 has no path/],
  ['a file without a length', torrent(multiple([{ path: ['a'] }])), /"album\/a" has no length/],
  ['a path of numbers', torrent(multiple([{ path: [1], length: 5 }])), /has a part that is no text/],
  ['a path that is a text', torrent(multiple([{ path: 'a', length: 5 }])), /file 0 has no path/],
  ['files that are no list, and no length', torrent(multiple({})), /"album" has no length/],
  ['a symbolic link alone', torrent(multiple([link('a', 'b')], { pieces: hashes(0) })), /holds no data/],
])('%s is refused in one line', (_name, bytes, message) => {
  expect(() => parseMetainfo(bytes)).toThrow(MetainfoError)
  expect(() => parseMetainfo(bytes)).toThrow(message)
  expect(() => parseMetainfo(bytes)).not.toThrow(/\n/)
})

test('a hostile name cannot forge lines of an error', () => {
  const climbing = `\u2028\u00ad${'x'.repeat(200)}`
  expect(() => parseMetainfo(torrent({ ...single, name: climbing, length: -1 }))).toThrow(
    /^[\x20-\x7e\u00ad…]{1,200}$/u,
  )
})

describe('whatever the bytes, there is a Metainfo or a MetainfoError', () => {
  const settles = (bytes: Uint8Array) => {
    try {
      const metainfo = parseMetainfo(bytes)
      expect(metainfo.pieceHashes.length).toBe(20 * Math.ceil(metainfo.length / metainfo.pieceLength))
      expect(metainfo.infoHash).toEqual(sha1(metainfo.infoBytes))
      expect(Buffer.from(bytes).includes(Buffer.from(metainfo.infoBytes))).toBe(true)
      const real = metainfo.files.filter(({ pad }) => !pad).map(({ path }) => path)
      expect(real.flat().filter((part) => /^\.{0,2}$|[/\\\p{Cc}]/u.test(part))).toEqual([])
      // Each in a place of its own, and none where a folder is.
      const places = real.map((path) => path.join('/').toLowerCase())
      const folders = real.flatMap((path) =>
        path.slice(1).map((_, i) =>
          path
            .slice(0, i + 1)
            .join('/')
            .toLowerCase(),
        ),
      )
      expect(new Set(places).size).toBe(places.length)
      expect(places.filter((place) => folders.includes(place))).toEqual([])
      for (const { symlinkPath } of metainfo.files) if (symlinkPath) expect(symlinkPath[0]).toBe(metainfo.name)
    } catch (error) {
      if (!(error instanceof MetainfoError)) throw error
    }
  }

  test('for arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), settles), { seed: 1, numRuns: 500 })
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
    fc.assert(fc.property(mutated, settles), { seed: 1, numRuns: runs(400, 1500) })
  })

  test('for files of any names and attributes', () => {
    const part = fc.oneof(
      fc.constantFrom('a', 'A', 'b', '', '.', '..', '/', 'a.1', '.pad'),
      fc.uint8Array({ maxLength: 3 }),
    )
    const path = fc.array(part, { maxLength: 3 })
    const one = fc.record(
      { path, 'path.utf-8': path, 'symlink path': path, attr: fc.constantFrom('l', 'p', 'x'), length: fc.nat(3) },
      { requiredKeys: ['path', 'length'] },
    )
    const info = fc.record({ name: part, files: fc.array(one, { maxLength: 8 }) })
    const withHashes = info.map(({ name, files }) => {
      const length = files.reduce((sum, { attr, length }) => sum + (attr === 'l' ? 0 : length), 0)
      return torrent({ name, files, 'piece length': 4, pieces: hashes(Math.ceil(length / 4)) })
    })
    fc.assert(fc.property(withHashes, settles), { seed: 1, numRuns: runs(200, 1000) })
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
      'path.utf-8',
      'symlink path',
      'private',
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
      { seed: 1, numRuns: 500 },
    )
  })
})

function link(name: string, ...target: readonly string[]) {
  return { path: [name], length: 0, attr: 'l', 'symlink path': target }
}

function file(name: string, length: number) {
  return { path: [name], length }
}

function torrentText(length: string) {
  return `d4:infod6:length${length}4:name4:song12:piece lengthi16384e6:pieces20:${'x'.repeat(20)}ee`
}
