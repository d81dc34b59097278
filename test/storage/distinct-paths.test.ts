import { expect, test } from 'vitest'
import { giveDistinctNames, type WantedPath } from '../../storage/distinct-paths.ts'
import { inOneGo } from '../../storage/steps.ts'

const named = (paths: readonly (string | WantedPath)[], platform: NodeJS.Platform = 'linux') => {
  const files = paths.map((one): WantedPath => {
    return typeof one === 'string' ? { path: ['t', ...one.split('/')], length: 5 } : one
  })
  const last = new Map<WantedPath, string>()
  inOneGo(giveDistinctNames(files, platform, (file, name) => last.set(file, name)))
  return files.map((file) => [...file.path.slice(1, -1), last.get(file) ?? file.path.at(-1)].join('/'))
}
const pad = (name: string, length: number): WantedPath => ({ path: ['t', '.pad', name], length, pad: true })

test('the second of a path gets a number, the third the next, before the extension', () => {
  expect(named(['a', 'a', 'a', 'b.mp3', 'b.mp3', 'x.tar.gz', 'x.tar.gz', '.rc', '.rc'])).toEqual([
    ...['a', 'a.1', 'a.2', 'b.mp3', 'b.1.mp3', 'x.tar.gz', 'x.tar.1.gz', '.rc', '.1.rc'],
  ])
})

test('a number that is taken is passed over, whoever has it first', () => {
  expect(named(['a.1', 'a', 'a', 'a'])).toEqual(['a.1', 'a', 'a.2', 'a.3'])
  expect(named(['a', 'a', 'a.1'])).toEqual(['a', 'a.1', 'a.1.1'])
})

test('names that differ in case alone are one, their numbers counted together', () => {
  expect(named(['Readme', 'README', 'readme'])).toEqual(['Readme', 'README.1', 'readme.2'])
  expect(named(['A/x', 'a/X'])).toEqual(['A/x', 'a/X.1'])
  expect(named(['A/x', 'a/y'])).toEqual(['A/x', 'a/y'])
})

test('of letters beyond ASCII only Windows and macOS take small and capital for one', () => {
  expect(named(['Ä', 'ä'])).toEqual(['Ä', 'ä'])
  expect(named(['Ä', 'ä'], 'win32')).toEqual(['Ä', 'ä.1'])
  expect(named(['Ä', 'ä'], 'darwin')).toEqual(['Ä', 'ä.1'])
})

test('a letter composed and decomposed is one name on macOS alone', () => {
  const twins = ['\u00fc', 'u\u0308']
  expect(named(twins)).toEqual(twins)
  expect(named(twins, 'win32')).toEqual(twins)
  expect(named(twins, 'darwin')).toEqual(['\u00fc', 'u\u0308.1'])
})

test('a file is not where a folder of another is, in whichever order they stand', () => {
  expect(named(['a', 'a/b', 'a/b/c'])).toEqual(['a.1', 'a/b.1', 'a/b/c'])
  expect(named(['a/b/c', 'a/b', 'A'])).toEqual(['a/b/c', 'a/b.1', 'A.1'])
})

test('pads of one length share a path, and take it from files', () => {
  expect(named([pad('6', 6), pad('6', 6), pad('6', 4), '.pad/6', '.pad'])).toEqual([
    ...['.pad/6', '.pad/6', '.pad/6.1', '.pad/6.2', '.1.pad'],
  ])
})

test('a name with a number fits a disk too, its extension kept', () => {
  const long = `${'ü'.repeat(125)}.mp3`
  const [, second = '', third = ''] = named([long, long, long])
  expect(second).toMatch(/^ü+\.1\.mp3$/)
  expect(third).toMatch(/^ü+\.2\.mp3$/)
  expect(Buffer.byteLength(second)).toBeLessThanOrEqual(255)
  const odd = `.${'x'.repeat(254)}`
  for (const name of named([odd, odd, odd])) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
})

test('ten thousand files of one name, or of names that are cut to one, each have a place of their own', () => {
  const same = named(Array.from({ length: 10_000 }, () => 'a'))
  expect(new Set(same).size).toBe(10_000)
  const alike = Array.from({ length: 1000 }, (_, i) => `${'x'.repeat(250)}${1000 + i}`)
  expect(new Set(named([...alike, ...alike])).size).toBe(2000)
})
