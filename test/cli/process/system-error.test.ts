import { expect, test } from 'vitest'
import { explainError } from '../../../cli/process/system-error.ts'

const systemError = (fields: object) => Object.assign(new Error('raw'), fields)

test('an address that cannot be listened on is told with its port, also the port 0 that Node leaves out', () => {
  const failed = { code: 'EADDRNOTAVAIL', syscall: 'listen', address: '203.0.113.9' }
  expect(explainError(systemError({ ...failed, port: 6881 }))).toBe(
    'cannot listen on 203.0.113.9 port 6881: this machine has no such address',
  )
  expect(explainError(systemError(failed))).toBe(
    'cannot listen on 203.0.113.9 port 0: this machine has no such address',
  )
})

test('another error of the system is its meaning, and any other thing thrown what it says', () => {
  expect(explainError(systemError({ code: 'ENOSPC', syscall: 'write' }))).toBe('the disk is full')
  expect(explainError(systemError({ code: 'ENOSPC' }))).toBe('raw')
  expect(explainError('text')).toBe('text')
})
