import { isDeepStrictEqual } from 'node:util'
import bencode from 'bencode'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BencodeNode } from '../../storage/bencode-reader.ts'
import { MetainfoError, parseMetainfo, readMetainfo } from '../../storage/metainfo.ts'
import { metainfoSteps } from '../../storage/metainfo-steps.ts'
import { NameTree } from '../../storage/name-tree.ts'
import { itemsPerStep } from '../../storage/steps.ts'
import { firstOf, runs } from '../in-full.ts'

interface FileOf {
  readonly path: readonly string[]
  readonly length: number
  readonly attr?: string
  readonly 'symlink path'?: readonly string[]
}

const torrent = (files: readonly FileOf[], more: object = {}) =>
  bencode.encode({ info: { name: 't', 'piece length': 2 ** 29, pieces: new Uint8Array(20), files }, ...more })
const file = (...path: readonly string[]): FileOf => ({ path, length: 1 })
const link = (name: string, ...target: readonly string[]): FileOf => ({
  path: [name],
  length: 0,
  attr: 'l',
  'symlink path': target,
})
const times = <One>(count: number, make: (i: number) => One): One[] => Array.from({ length: count }, (_, i) => make(i))

/** Torrents of many items, by what there are so many of. */
const shapes: readonly (readonly [string, (many: number) => Uint8Array])[] = [
  ['many files', (many) => torrent(times(many, (i) => file(`f${i}`)))],
  ['many folders', (many) => torrent(times(many, (i) => file(`d${i}`, 'f')))],
  ['names that are not safe', (many) => torrent(times(many, (i) => file(`é${i}`, '..', 'x')))],
  ['one name for all', (many) => torrent(times(many, () => file('a.mp3')))],
  ['numbers that are taken', (many) => torrent([...times(many, (i) => file(`a.${i}`)), file('a'), file('a')])],
  [
    'a chain of links',
    (many) => torrent([file('x'), ...times(many, (i) => link(`l${i}`, i === many - 1 ? 'x' : `l${i + 1}`))]),
  ],
  ['one path of many folders', (many) => torrent([file(...times(many, (i) => `d${i}`))])],
  ['one such path of bad names', (many) => torrent([file(...times(many, (i) => `é${i}/`))])],
  [
    'a link to a path of many folders',
    (many) => torrent([file(...times(many, (i) => `d${i}`)), link('l', ...times(many, (i) => `d${i}`))]),
  ],
  ['many trackers', (many) => torrent([file('a')], { 'announce-list': [times(many, (i) => `http://${i}/`)] })],
  ['many tiers', (many) => torrent([file('a')], { 'announce-list': times(many, (i) => [`http://${i}/`]) })],
]

describe.each(firstOf(3, shapes))('%s', (_name, shapeOf) => {
  test('are read in turns as in one go', async () => {
    const bytes = shapeOf(runs(2, 5) * itemsPerStep)
    expect(isDeepStrictEqual(await readMetainfo(bytes, 'linux'), parseMetainfo(bytes, 'linux'))).toBe(true)
  })

  test('are read in steps none of which looks at more than some thousand values and names', () => {
    let looks = 0
    const count = () => void looks++
    countCalls(NameTree.prototype, ['put', 'find'], count)
    countCalls(BencodeNode.prototype, ['get'], count)
    countReads(BencodeNode.prototype, ['ascii', 'string', 'isString', 'integer'], count)
    let most = 0
    let all = 0
    const steps = metainfoSteps(shapeOf(5 * itemsPerStep), 'linux')
    for (let step = steps.next(); !step.done; step = steps.next()) {
      most = Math.max(most, looks)
      all += looks
      looks = 0
    }
    expect(Math.max(most, looks)).toBeLessThanOrEqual(3 * itemsPerStep)
    expect(all).toBeGreaterThan(4 * itemsPerStep)
  })
})

test('whatever the files are, what is read in turns, or refused, is what is read, or refused, in one go', async () => {
  const part = fc.constantFrom('a', 'A', 'é', 'b.mp3', '', '..', 'c/d')
  const path = fc.array(part, { maxLength: 3 })
  const one = fc.record(
    { path, length: fc.nat(3), attr: fc.constantFrom('l', 'p', 'x'), 'symlink path': path },
    { requiredKeys: ['path', 'length'] },
  )
  const outcomeOf = async (read: () => unknown) => {
    try {
      return await read()
    } catch (error) {
      if (error instanceof MetainfoError) return error.message
      throw error
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 8 }), async (files) => {
      const bytes = torrent(files)
      expect(await outcomeOf(() => readMetainfo(bytes))).toEqual(await outcomeOf(() => parseMetainfo(bytes)))
    }),
    { seed: 1, numRuns: runs(30, 500) },
  )
})

test('misuse is a rejection of its own kind', async () => {
  await expect(Reflect.apply(readMetainfo, undefined, ['d'])).rejects.toThrow(TypeError)
  await expect(readMetainfo(new Uint8Array())).rejects.toThrow(MetainfoError)
})

/** Has `count` called with each call of these methods until the test is over. */
function countCalls(prototype: object, names: readonly string[], count: () => void): void {
  for (const name of names) {
    const method: unknown = Reflect.get(prototype, name)
    if (typeof method !== 'function') throw new Error(`there is no ${name}`)
    replace(prototype, name, {
      value(this: unknown, ...args: unknown[]) {
        count()
        return Reflect.apply(method, this, args)
      },
    })
  }
}

/** As `countCalls`, of properties. */
function countReads(prototype: object, names: readonly string[], count: () => void): void {
  for (const name of names) {
    const get = Object.getOwnPropertyDescriptor(prototype, name)?.get
    if (!get) throw new Error(`there is no ${name}`)
    replace(prototype, name, {
      get(this: unknown) {
        count()
        return Reflect.apply(get, this, [])
      },
    })
  }
}

function replace(prototype: object, name: string, other: PropertyDescriptor): void {
  const own = Object.getOwnPropertyDescriptor(prototype, name)
  if (!own) throw new Error(`there is no ${name}`)
  Object.defineProperty(prototype, name, { configurable: true, ...other })
  onTestFinished(() => void Object.defineProperty(prototype, name, own))
}
