import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { read, root } from '../source-tree.ts'
import { manual } from './manual.ts'

const pages = [...manual]

test.each(pages)('%s leads to files that are there', (path, text) => {
  const links = [...text.matchAll(/\]\((?![a-z]+:|#)([^)#]+)[^)]*\)/g)].map(([, to = '']) =>
    posix.join(posix.dirname(path), to),
  )
  const named = [
    ...text.matchAll(/`((?:test|machines|actors|transport|storage|cli|docs|examples)\/[\w./-]+\.\w+)`/g),
  ].map(([, file = '']) => file)
  expect([...links, ...named].filter((file) => !existsSync(join(root, file)))).toEqual([])
})

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading))

test.each(pages)('%s leads to headings that are there', (path, text) => {
  const strays = [...text.matchAll(/\]\((?![a-z]+:)([^)#]*)#([^)]+)\)/g)]
    .map(([, to = '', anchor = '']) => ({ to: to === '' ? path : posix.join(posix.dirname(path), to), anchor }))
    .filter(({ to, anchor }) => !anchorsOf(to).includes(anchor))
  expect(strays).toEqual([])
})

test('every page of docs/ is reached from the README', () => {
  const readme = read('README.md')
  const pagesBelow = pages.map(([path]) => path).filter((path) => path !== 'README.md')
  expect(pagesBelow.filter((path) => !readme.includes(`](${path})`))).toEqual([])
})
