import { expect, test } from 'vitest'
import { manual } from './manual.ts'
import { found, personal, unclear } from './words.ts'

test.each([...manual])('%s says plainly what happens', (path, text) => {
  expect(found(text, [...unclear, ...personal], path)).toEqual([])
})
