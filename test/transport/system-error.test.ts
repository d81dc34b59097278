import { expect, test } from 'vitest'
import { systemError } from '../../transport/system-error.ts'

test('has the code of the system, which begins its message', () => {
  const error = systemError('EADDRINUSE', 'the port is taken')
  expect(error).toBeInstanceOf(Error)
  expect([error.code, error.message]).toEqual(['EADDRINUSE', 'EADDRINUSE: the port is taken'])
})
