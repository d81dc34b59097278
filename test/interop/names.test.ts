import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import bencode from 'bencode'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMetainfo } from '../../storage/metainfo.ts'

/** A file as libtorrent has it, paths joined by slashes. */
interface TheirFile {
  readonly path: string
  readonly pad: boolean
  readonly link: string | null
}

type Part = string | Uint8Array
interface OddFile {
  readonly path: readonly Part[]
  readonly attr?: string
  readonly 'symlink path'?: readonly Part[]
  readonly length?: number
}

const torrent = (files: readonly OddFile[], name: Part = 'album'): Uint8Array => {
  const listed = files.map((file) => ({ length: 1, ...file }))
  return bencode.encode({ info: { name, 'piece length': 16384, pieces: new Uint8Array(20), files: listed } })
}

const script = fileURLToPath(new URL('libtorrent-names.py', import.meta.url))
const theirs = (torrents: readonly Uint8Array[]): readonly (readonly TheirFile[] | null)[] =>
  JSON.parse(
    execFileSync('/usr/bin/python3', [script], {
      input: JSON.stringify(torrents.map((one) => Buffer.from(one).toString('base64'))),
      maxBuffer: 2 ** 28,
    }).toString(),
  )

/** Whether a link of theirs leads to something in the end: they let one lead to itself that would lead elsewhere. */
const leadsSomewhere = (file: TheirFile, files: readonly TheirFile[]): boolean => {
  const seen = new Set<string>()
  for (let at: TheirFile | undefined = file; at && at.link !== null; ) {
    if (seen.has(at.path)) return false
    seen.add(at.path)
    const { link }: TheirFile = at
    at = files.find(({ path }) => path === link)
  }
  return file.link !== null
}

const same = (torrents: readonly Uint8Array[]) => {
  for (const [i, files] of theirs(torrents).entries()) {
    const ours = parseMetainfo(torrents[i] ?? new Uint8Array(), 'linux').files
    expect(ours.map(({ path, pad, symlinkPath }) => [path.join('/'), pad ?? false, symlinkPath !== undefined])).toEqual(
      files?.map((file) => [file.path, file.pad, leadsSomewhere(file, files)]),
    )
  }
}

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const link = (path: Part, ...target: readonly Part[]): OddFile => ({ path: [path], attr: 'l', 'symlink path': target })
const paths = (...files: readonly (readonly Part[])[]) => torrent(files.map((path) => ({ path })))

test('odd torrents have the names that libtorrent gives them', () => {
  same([
    paths(['', 'a'], ['s', '', 'a'], ['empty', '']),
    paths(['AC/DC.mp3'], ['a\\b'], ['/etc/x'], ['a/../../b'], ['..\\b']),
    paths(['..', 'a'], ['.', 'b'], ['..'], ['.', '..', 'c'], ['d', '..', 'e'], ['/', 'f']),
    paths(['a\tb\rc'], ['a\0b'], ['\u001b[31m'], [latin1('\xff\xfe.mp3')], [latin1('\x80x')]),
    paths(['gpj.\u202eexe'], ['\u200e\u200fx'], ['\u200dx'], ['\ufeffx'], ['漢字 😀']),
    paths(
      ['x'.repeat(300)],
      [`${'x'.repeat(300)}.mp3`],
      [`${'y'.repeat(239)}${'漢'.repeat(20)}.txt`],
      ['ü'.repeat(128)],
    ),
    paths(
      ['a'],
      ['a'],
      ['A'],
      ['b.mp3'],
      ['b.mp3'],
      ['a.1'],
      ['.rc'],
      ['.rc'],
      ['x.tar.gz'],
      ['x.tar.gz'],
      ['Ä'],
      ['ä'],
    ),
    paths(['A', 'x'], ['a', 'x'], ['a', 'y'], ['a'], ['A', 'x', 'z']),
    paths(['con'], ['nul.txt'], ['a:b'], [' '], ['...'], Array(100).fill('a')),
    torrent([
      { path: ['a'] },
      { path: ['.pad', '6'], attr: 'p', length: 6 },
      { path: ['.pad', '6'], attr: 'p', length: 6 },
      { path: ['.pad', '6'], attr: 'p', length: 4 },
      { path: ['.pad', '6'] },
      { path: ['.pad'] },
      { path: ['_____padding_file_0_if you see this file'] },
    ]),
    torrent([{ path: ['a'] }], '..'),
    torrent([{ path: ['a'] }], ''),
    torrent([{ path: ['a'] }], '/x\\y'),
    torrent([
      { path: ['d', 'f'] },
      link('file', 'd', 'f'),
      link('folder', 'd'),
      link('chain', 'folder', 'f'),
      link('up', '..', 'd'),
      link('out', '..', '..', 'etc', 'passwd'),
      link('absolute', '/etc/passwd'),
      link('itself', 'itself'),
      link('nothing'),
      { path: ['d', 'beside'], attr: 'l', 'symlink path': ['f'] },
    ]),
  ])
})

test('so have torrents of random names, clashes and links', () => {
  const odd = fc.oneof(
    fc.constantFrom<Part>(
      'a',
      'A',
      'b',
      'B',
      'a.1',
      'a.2',
      '.a',
      'ä',
      '',
      '..',
      '.',
      '/',
      'a/b',
      '/a',
      'a\\',
      '\0',
      '\t',
      '\u202e',
    ),
    // Of other bad bytes libtorrent takes the good ones beside them too.
    fc
      .array(fc.constantFrom('a', '.', 'é', '漢', '\u0001', '/', '\xff'), { minLength: 1, maxLength: 5 })
      .map((letters) =>
        Buffer.concat(letters.map((letter) => (letter === '\xff' ? latin1(letter) : Buffer.from(letter)))),
      ),
  )
  // A last part that is dots, behind one that ends in dots, libtorrent 2.0 lets out of the folder.
  const last = odd.filter((part) => !/^[./\p{Cc}]*$/u.test(Buffer.from(part).toString()))
  const path = fc.tuple(fc.array(odd, { maxLength: 3 }), last).map(([folders, name]) => [...folders, name])
  const files = fc.array(
    path.map((path): OddFile => ({ path })),
    { minLength: 1, maxLength: 8 },
  )
  const links = fc
    .array(fc.array(fc.oneof(odd, fc.constantFrom('l0', 'l1', 'l2')), { maxLength: 3 }), { maxLength: 3 })
    .map((targets) => targets.map((target, i) => link(`l${i}`, ...target)))
  const any = fc.tuple(odd, files, links).map(([name, files, links]) => torrent([...files, ...links], name))
  same(fc.sample(any, { seed: 1, numRuns: 2000 }))
})
