import { setFlagsFromString } from 'node:v8'
import { createContext, Script } from 'node:vm'
import { expect, test } from 'vitest'
import { fieldByField } from '../../machines/field-by-field.ts'

setFlagsFromString('--allow-natives-syntax')
/** V8's own word on whether an object is fields, not a hash table. */
const hasFields = new Script('(value) => %HasFastProperties(value)').runInContext(createContext()) as (
  value: object,
) => boolean

/** An object literal of so many fields. */
const literal = (count: number, name: string): object =>
  JSON.parse(`{${Array.from({ length: count }, (_, n) => `"${name}${n}": ${n}`).join()}}`)

test('what XState copies of a large context stays an object of fields', () => {
  let copy = fieldByField(literal(44, 'field'))
  for (let n = 0; n < 10; n++) copy = Object.assign({}, copy, { field3: `${n}` })
  expect(hasFields(copy)).toBe(true)
  expect(copy).toEqual({ ...literal(44, 'field'), field3: '9' })
})

test('which is not so by itself', () => {
  expect(hasFields(Object.assign({}, literal(44, 'other')))).toBe(false)
})
