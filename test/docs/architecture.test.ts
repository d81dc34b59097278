import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { library, read, root } from '../source-tree.ts'

const drawing = read('docs/architecture.svg')

test('the drawing of the architecture names the folders of the library and of the command line', () => {
  const rooms = [...drawing.matchAll(/class="folder"[^>]*>([a-z]+)\//g)].map(([, name = '']) => name)
  expect(rooms.filter((name) => !existsSync(join(root, name)))).toEqual([])
  const named = [...library, 'cli'].filter((name) => drawing.includes(`${name}/`))
  expect(named).toEqual([...library, 'cli'])
})
