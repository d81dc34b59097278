import { expect, test } from 'vitest'
import { errorFrom } from '../../machines/error-from.ts'

test('an error is kept as it is, and whatever else was thrown becomes one', () => {
  const error = new TypeError('a defect')
  expect(errorFrom(undefined, { error }).error).toBe(error)
  expect(errorFrom(undefined, { error: 'a text' })).toEqual({ error: new Error('a text') })
})
