import { expect, test } from 'vitest'
import { runSuite } from '../../../conformance/run.ts'
import { suite } from '../../../conformance/suite/suite.ts'
import { inFull } from '../../in-full.ts'
import { target } from '../targets.ts'

test('cases have names of their own, rules in words, and a specification', () => {
  expect(new Set(suite.map(({ name }) => name)).size).toBe(suite.length)
  expect(suite.filter(({ name }) => !/^[a-z0-9_]+(\.[a-z0-9_-]+)+$/.test(name)).map(({ name }) => name)).toEqual([])
  expect(suite.filter(({ rule }) => !/^[A-Z].*\.$/.test(rule)).map(({ name }) => name)).toEqual([])
})

test('there are at least 120 cases', () => {
  expect(suite.length).toBeGreaterThanOrEqual(120)
})

/** All of them, or of each topic some. */
const some = suite.filter(({ name }, nth) => inFull || nth % 9 === 0 || name.startsWith('leech.'))

test.each([
  ['seeds', 'all'],
  ['downloads', []],
] as const)('a torrent that %s passes every case that can be run', async (_, has) => {
  const { swarm, world } = target({ has }, { pieces: 20, blocksPerPiece: 9 })
  const results = await swarm.settled(runSuite(world, { cases: some }))
  const faults = results
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ name, detail, transcript }) => [name, detail, ...transcript.lines()])
  expect(faults).toEqual([])
  expect(results.filter(({ verdict, name }) => verdict === 'not_supported' && !name.startsWith('leech.'))).toEqual([])
  const downloads = results.filter(({ name }) => name.startsWith('leech.'))
  expect(new Set(downloads.map(({ verdict }) => verdict))).toEqual(new Set([has === 'all' ? 'not_supported' : 'pass']))
  await swarm.stop()
})
