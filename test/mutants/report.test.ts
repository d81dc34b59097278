import { expect, test } from 'vitest'
import { linesOf, percentOf, progressOf, reportOf } from '../../mutants/report.ts'

const names = ['a', 'b', 'c', 'd']
const tried = [
  { name: 'c', test: undefined },
  { name: 'a', test: 'a test' },
  { name: 'b', test: undefined },
  { name: 'd', test: 'another' },
]

test('mutants that are equivalent do not count', () => {
  const report = reportOf('lamp', tried, names, { c: 'it is off already' })
  expect(percentOf(report)).toBeCloseTo(66.7, 1)
  expect(linesOf(report)).toEqual(['lamp: 4 mutants, 1 equivalent, 2 noticed (66.7 %), 1 survived'])
})

test('what is said to be equivalent is wrong when a test notices it, or when there is no such mutant', () => {
  const { wrong } = reportOf('lamp', tried, names, { d: 'nobody looks', e: 'gone' })
  expect(wrong).toEqual(['e (there is no such mutant)', 'd (noticed by another)'])
})

test('how far it is, is told without those that are equivalent, once it is known how many there are', () => {
  expect(progressOf('lamp', [], undefined, {})).toBe('lamp: the tests run without a mutant')
  expect(progressOf('lamp', tried.slice(0, 3), 4, { c: 'it is off already' })).toBe(
    'lamp: 3 of 4 tried, 1 noticed, 1 survived',
  )
})
