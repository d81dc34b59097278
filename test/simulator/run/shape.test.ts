import { expect, test } from 'vitest'
import {
  above0,
  type Check,
  list,
  number,
  oneOf,
  optional,
  requireShape,
  shaped,
  whole,
} from '../../../simulator/run/shape.ts'

const one: Check = number(1, 2)

test.each<[string, Check, unknown]>([
  ['a bound itself', one, 2],
  ['what may be left out', optional(one), undefined],
  ['the largest number', above0(), Number.MAX_VALUE],
  ['a list', list, []],
  ['a word', oneOf('a', 'b'), 'b'],
  ['an object without what may be left out', shaped({ a: one, b: optional(one) }), { a: 1 }],
])('%s is taken', (_, check, value) => {
  expect(() => check('it', value)).not.toThrow()
})

test.each<[string, Check, unknown, Error]>([
  ['a number beyond', one, 3, new RangeError('it is a number from 1 to 2, not 3')],
  [
    'no end where there is one',
    number(0),
    Number.POSITIVE_INFINITY,
    new RangeError('it is a number from 0, not Infinity'),
  ],
  ['no number', number(0), Number.NaN, new RangeError('it is a number from 0, not NaN')],
  ['text', one, '1', new TypeError("it is a number, not '1'")],
  ['what is not there', one, undefined, new TypeError('it is a number, not undefined')],
  ['a part', whole(0, 3), 0.5, new RangeError('it is a whole number from 0 to 3, not 0.5')],
  [
    'no end, which JSON makes null',
    above0(),
    Number.POSITIVE_INFINITY,
    new RangeError('it is a finite number above 0, not Infinity'),
  ],
  ['nothing', above0(1), 0, new RangeError('it is above 0, at most 1, not 0')],
  ['an object for a list', list, {}, new TypeError('it: a list is wanted, not [object Object]')],
  ['another word', oneOf('a', 'b'), 'constructor', new RangeError("it is one of a, b, not 'constructor'")],
  ['another property', shaped({ a: one }), { a: 1, toString: 1 }, new TypeError('it has no toString: it may have a')],
  ['a property that is wrong', shaped({ a: one }), { a: 0 }, new RangeError('a of it is a number from 1 to 2, not 0')],
])('%s is refused, and named', (_, check, value, error) => {
  expect(() => check('it', value)).toThrow(error)
})

test('what is no object has no shape', () => {
  expect(() => requireShape('it', 'text', { a: one })).toThrow('it is an object, not text')
})
