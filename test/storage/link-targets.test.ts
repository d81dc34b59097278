import { expect, test } from 'vitest'
import { linkTargets } from '../../storage/link-targets.ts'
import { inOneGo } from '../../storage/steps.ts'
import { longTest } from '../in-full.ts'

/** `link -> target` or a file; what comes out is where each link leads to. */
const targets = (...lines: readonly string[]) => {
  const wanted = new Map<number, readonly string[]>()
  const files = lines.map((line, i) => {
    const [path = '', target] = line.split(' -> ')
    if (target !== undefined) wanted.set(i, target.split('/'))
    return { path: ['t', ...path.split('/')] }
  })
  return [...inOneGo(linkTargets(files, wanted))].map(([link, target]) => [
    files[link]?.path.slice(1).join('/'),
    ('folder' in target ? target.folder : files[target.file]?.path)?.slice(1).join('/'),
  ])
}

test('a link leads to a file or a folder of the torrent, named from its top', () => {
  expect(targets('d/f', 'd/e/g', 'l -> d/f', 'm -> d/e', 'd/n -> d', 'o -> d/f')).toEqual([
    ['l', 'd/f'],
    ['m', 'd/e'],
    ['d/n', 'd'],
    ['o', 'd/f'],
  ])
})

test('a target may be named from the folder of the link, when it is not there from the top', () => {
  expect(targets('d/f', 'd/l -> f')).toEqual([['d/l', 'd/f']])
  expect(targets('d/f', 'f', 'd/l -> f')).toEqual([['d/l', 'f']])
})

test('what is not there has no link to it: nothing is made outside', () => {
  expect(targets('a', 'l -> b', 'm -> a/b', 'n -> A', 'o -> t', 'p -> etc/passwd')).toEqual([])
})

test('a link to a link leads where that leads, over folders that are links too', () => {
  expect(targets('a -> b', 'b -> c', 'c', 'd -> e', 'e/f', 'g -> d/f', 'h -> i', 'i -> d')).toEqual([
    ...[
      ['a', 'c'],
      ['b', 'c'],
      ['d', 'e'],
      ['g', 'e/f'],
      ['h', 'e'],
      ['i', 'e'],
    ],
  ])
})

test('links in a circle lead nowhere, nor does what leads to them', () => {
  expect(targets('x', 'a -> a', 'b -> c', 'c -> b', 'd -> b', 'e -> a/x', 'f -> c', 'g -> x')).toEqual([['g', 'x']])
  expect(targets('d/x', 'd/l -> d', 'm -> d/l/l/l/x')).toEqual([
    ['d/l', 'd'],
    ['m', 'd/x'],
  ])
})

test('a link in the place of a folder does not stand in its way', () => {
  expect(targets('a -> c', 'a/b', 'c', 'l -> a/b')).toEqual([
    ['a', 'c'],
    ['l', 'a/b'],
  ])
})

test('a pad is on no disk, so no link leads to it', () => {
  const files = [{ path: ['t', '.pad', '6'], pad: true as const }, { path: ['t', 'l'] }, { path: ['t', 'm'] }]
  const wanted = new Map([
    [1, ['.pad', '6']],
    [2, ['.pad']],
  ])
  expect(inOneGo(linkTargets(files, wanted)).size).toBe(0)
})

longTest('ten thousand links in a row are followed to their end', () => {
  const links = Array.from({ length: 10_000 }, (_, i) => `l${i} -> l${i + 1}`)
  const found = targets(...links, 'l10000')
  expect(found.length).toBe(10_000)
  expect(found[0]).toEqual(['l0', 'l10000'])
})
