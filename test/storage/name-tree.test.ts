import { expect, test } from 'vitest'
import { NameTree } from '../../storage/name-tree.ts'

test('a name has one number in a folder, and another in another folder', () => {
  const tree = new NameTree()
  expect([tree.put(0, 'a'), tree.put(0, 'b'), tree.put(1, 'a'), tree.put(0, 'a'), tree.size]).toEqual([1, 2, 3, 1, 3])
  expect([tree.find(1, 'a'), tree.find(0, 'b'), tree.find(2, 'a'), tree.find(0, '')]).toEqual([
    ...[3, 2, undefined, undefined],
  ])
  expect(tree.size).toBe(3)
})

test.each([0, 100, 20_000])(
  'ten thousand names, wide and deep, all keep their numbers, if %i were expected',
  (expected) => {
    const tree = new NameTree(expected)
    let deepest = 0
    for (let i = 0; i < 5000; i++) {
      tree.put(0, `name ${i}`)
      deepest = tree.put(deepest, 'folder')
    }
    expect(tree.size).toBe(10_000)
    let folder = 0
    for (let i = 0; i < 5000; i++) {
      expect(tree.find(0, `name ${i}`)).toBe(2 * i + 1)
      folder = tree.find(folder, 'folder') ?? -1
    }
    expect(folder).toBe(deepest)
  },
)
