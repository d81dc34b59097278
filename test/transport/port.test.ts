import { expect, test } from 'vitest'
import { isPort, isPortToBind } from '../../transport/port.ts'

test.each([1, 6881, 65_535])('%d is a port', (port) => {
  expect(isPort(port)).toBe(true)
  expect(isPortToBind(port)).toBe(true)
})

test('0 is no port that a peer can be at, but can be bound', () => {
  expect(isPort(0)).toBe(false)
  expect(isPortToBind(0)).toBe(true)
})

test.each([-1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '6881', null, undefined, 6881n])(
  '%s is neither',
  (port) => {
    expect(isPort(port)).toBe(false)
    expect(isPortToBind(port)).toBe(false)
  },
)
