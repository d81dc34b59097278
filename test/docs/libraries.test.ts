import { expect, test } from 'vitest'
import { filesBelow, importsOf, library, read } from '../source-tree.ts'
import { codeIn, section } from './manual.ts'

const libraries = 'docs/libraries.md'
type Versions = Readonly<Record<string, string>>
const { dependencies, peerDependencies }: { dependencies: Versions; peerDependencies: Versions } = JSON.parse(
  read('package.json'),
)
const taken = Object.keys({ ...dependencies, ...peerDependencies })

/** The names that begin a sentence in a list, of one package or of two. */
const named = (heading: string): string[] =>
  [...section(libraries, heading).matchAll(/(?:^- |[.;] +|\n {2})((?:`[a-z0-9.-]+`(?: and )?)+)/gm)].flatMap(
    ([, names]) => codeIn(names),
  )

test('the libraries taken are those that the package depends on', () => {
  expect(codeIn(section(libraries, 'Taken')).sort()).toEqual([...taken].sort())
})

test('those not taken are not', () => {
  expect(named('Not taken')).toEqual(expect.arrayContaining(['lru-cache', 'atomically', 'env-paths', 'p-map']))
  expect(named('Not taken').filter((name) => taken.includes(name))).toEqual([])
})

test('the package depends on what it imports, and on nothing else', () => {
  const imported = [...filesBelow(...library, 'cli'), 'index.ts']
    .flatMap(importsOf)
    .map(({ to }) => to)
    .filter((to) => !/^node:|\.ts$/.test(to))
  expect([...new Set(imported)].sort()).toEqual([...taken].sort())
})
