import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { read } from '../source-tree.ts'
import { manual } from './manual.ts'

/** Where a snippet stands that no program shows: `test/machines/readme.test.ts` runs the one of machines/README.md. */
const checked = [read('test/docs/snippets.ts'), read('test/machines/readme.test.ts')].map(trimmedLines)

/** The lines of a text without their indentation, blank ones left out. */
function trimmedLines(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return `\n${lines.filter((line) => line !== '').join('\n')}\n`
}

const snippets = [...manual].flatMap(([path, text]) =>
  [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => ({ path, code, first: code.split('\n')[0] })),
)

test.each(snippets)('$path shows code that is run or type-checked: $first', ({ code }) => {
  const [, file, program = ''] = /^\/\/ (examples\/\S+)\n(.*)/s.exec(code) ?? []
  if (file !== undefined) {
    expect(program.trim()).toBe(read(file).trim())
    return
  }
  // A snippet may bring its imports; they stand at the top of the file.
  const parts = /^((?:import [^\n]*\n)+)(.*)/s.exec(code)?.slice(1) ?? [code]
  expect(checked.filter((text) => parts.every((part) => text.includes(trimmedLines(part))))).toHaveLength(1)
})

test('the guide lists the examples there are', () => {
  const guide = manual.get('docs/guide.md') ?? ''
  const listed = [...guide.matchAll(/^\| \[(examples\/\S+\.ts)\]/gm)].map(([, file]) => file)
  expect(listed.sort()).toEqual(
    readdirSync('examples')
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `examples/${name}`)
      .sort(),
  )
})

test('the recipes are the programs of examples/recipes', () => {
  const shown = [...(manual.get('docs/recipes.md') ?? '').matchAll(/^\/\/ examples\/recipes\/(\S+)/gm)].map(
    ([, file]) => file,
  )
  expect([...shown, 'seeded.ts'].sort()).toEqual(readdirSync('examples/recipes').sort())
})
