import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const readme = await readFile(new URL('README.md', root), 'utf8')

/** README snippets that name their file on the first line: `examples/<file>` to the code below that line. */
const snippets = new Map(
  [...readme.matchAll(/^```ts\n\/\/ (examples\/\S+)\n(.*?)^```$/gms)].map(([, file = '', code = '']) => [file, code]),
)

describe('README.md', () => {
  test('shows how to embed the actors', () => {
    expect([...snippets.keys()]).toContain('examples/embed.ts')
  })

  test.each([...snippets])('shows %s as it is in the file', async (file, code) => {
    expect(code.trim()).toBe((await readFile(new URL(file, root), 'utf8')).trim())
  })

  test('names the commands that start the demo and the tests', () => {
    expect(readme).toContain('npm install && npm start')
    expect(readme).toContain('npm install && npm test')
  })

  test('links to files that are there', async () => {
    const files = new Set((await readdir(root, { withFileTypes: true })).map(({ name }) => name))
    const links = [...readme.matchAll(/\]\((?![a-z]+:|#)\.?\/?([^)#/]+)[^)]*\)/g)].map(([, first = '']) => first)
    expect(links.filter((first) => !files.has(first))).toEqual([])
  })
})
