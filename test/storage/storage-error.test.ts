import { expect, test } from 'vitest'
import { errorCode, StorageError, toStorageError } from '../../storage/storage-error.ts'

test('says what failed, where, and the reason in the words of the system', () => {
  const cause = Object.assign(new Error("ENOSPC: no space left on device, write '/x'"), { code: 'ENOSPC', errno: -28 })
  const error = toStorageError(cause, 'cannot write', '/a/b')
  expect(error).toBeInstanceOf(StorageError)
  expect(error.message).toBe('cannot write /a/b: no space left on device (ENOSPC)')
  expect(error).toMatchObject({ code: 'ENOSPC', path: '/a/b', cause })
})

test('takes the path from the error when it is not told', () => {
  const cause = Object.assign(new Error('gone'), { code: 'EXTRA', path: '/c' })
  expect(toStorageError(cause, 'cannot read')).toMatchObject({
    message: 'cannot read /c: gone',
    code: 'EXTRA',
    path: '/c',
  })
})

test('passes on what is a StorageError already, and wraps what is no error at all', () => {
  const error = new StorageError('full')
  expect(toStorageError(error, 'cannot write')).toBe(error)
  expect(toStorageError('odd', 'cannot write').message).toBe('cannot write: odd')
  expect(errorCode('odd')).toBeUndefined()
})
