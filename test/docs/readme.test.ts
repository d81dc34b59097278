import { expect, test } from 'vitest'
import { page } from './manual.ts'

const readme = page('README.md')

test('README.md can be read in one go: it has at most 170 lines', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(170)
})

test('README.md names the commands that start the demo and the tests', () => {
  expect(readme).toContain('npm install && npm start')
  expect(readme).toContain('npm install && npm test')
})

test('README.md shows how to embed a torrent', () => {
  expect(readme).toContain('```ts\n// examples/embed.ts\n')
})

test('README.md shows one region, with a link to the whole chart', () => {
  expect(readme).toMatch(/!\[[^\]]+\]\(docs\/peer\/\w+\.svg\)/)
  expect(readme).toContain('](docs/peer.svg)')
})
