import { expect, test } from 'vitest'
import { uploadOnly } from '../../../actors/extensions/upload-only.ts'
import { isUploadOnly } from '../../../machines/peer/selectors.ts'
import { connection, run, says } from './acquaintances.ts'

test('a peer downloads nothing any more as soon as it says so, and does again (BEP 21)', () => {
  const { wishes, tell } = run(uploadOnly())
  const { ref, opened } = connection(1, '10.0.0.2')
  tell(opened, says(1, Uint8Array.of(1)))
  expect(isUploadOnly(ref.getSnapshot())).toBe(true)
  tell(says(1, Uint8Array.of(0)))
  expect(isUploadOnly(ref.getSnapshot())).toBe(false)
  expect(wishes()).toEqual([])
})

test('a message that is not one byte is malformed', () => {
  const { wishes, tell } = run(uploadOnly())
  tell(connection(1, '10.0.0.2').opened, says(1, new Uint8Array()))
  expect(wishes()).toEqual([{ type: 'extension.fault', peer: 1, code: 'extension_malformed' }])
})
