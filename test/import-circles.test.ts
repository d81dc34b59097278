import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow, importsOf, read, sources } from './source-tree.ts'

/** What imports what, types too, is a graph without circles: of files, and of the folders they stand in. */

const files = [...sources, ...filesBelow('bench', 'scripts')]
const imports = files.flatMap(importsOf).filter(({ to }) => files.includes(to))

type Edge = readonly [from: string, to: string]

/** The sets of nodes each of which leads to all others of its set (strongly connected components, after Tarjan), in order. */
function circlesOf(edges: readonly Edge[]): string[][] {
  const next = new Map<string, string[]>()
  for (const [from, to] of edges) next.set(from, [...(next.get(from) ?? []), to])
  const found: string[][] = []
  const numbers = new Map<string, number>()
  const path: string[] = []
  /** Answers the lowest number on the path that the node leads to. */
  const visit = (node: string): number => {
    const number = numbers.size
    numbers.set(node, number)
    path.push(node)
    let lowest = number
    for (const to of next.get(node) ?? []) {
      if (!numbers.has(to)) lowest = Math.min(lowest, visit(to))
      else if (path.includes(to)) lowest = Math.min(lowest, numbers.get(to) ?? 0)
    }
    if (lowest === number) {
      const circle = path.splice(path.indexOf(node))
      if (circle.length > 1) found.push(circle.sort())
    }
    return lowest
  }
  for (const node of next.keys()) if (!numbers.has(node)) visit(node)
  return found.sort()
}

test('files are in no circle', () => {
  expect(circlesOf(imports.map(({ from, to }) => [from, to]))).toEqual([])
})

test('folders are in no circle', () => {
  const edges = imports
    .map(({ from, to }): Edge => [posix.dirname(from), posix.dirname(to)])
    .filter(([from, to]) => from !== to)
  expect(circlesOf(edges)).toEqual([])
})

test('imports stand at the head of a line, or name what they load later, where they are seen', () => {
  expect(files.filter((path) => /\bimport\((?!')/.test(read(path)))).toEqual([])
})

describe('a circle', () => {
  test.each<[string, Edge[], string[][]]>([
    [
      'of two',
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      [['a', 'b']],
    ],
    [
      'that begins behind others',
      [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'd'],
        ['d', 'b'],
      ],
      [['b', 'c', 'd']],
    ],
    [
      'is found once where two ways lead into it',
      [
        ['a', 'b'],
        ['a', 'c'],
        ['b', 'c'],
        ['c', 'b'],
      ],
      [['b', 'c']],
    ],
    [
      'is apart from one that it leads to',
      [
        ['a', 'b'],
        ['b', 'a'],
        ['b', 'c'],
        ['c', 'd'],
        ['d', 'c'],
      ],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'is not what comes together again',
      [
        ['a', 'b'],
        ['a', 'c'],
        ['b', 'd'],
        ['c', 'd'],
      ],
      [],
    ],
  ])('%s', (_, edges, circles) => {
    expect(circlesOf(edges)).toEqual(circles)
  })
})
