import { expect, test } from 'vitest'
import { mayRun } from '../../../machines/extensions/may-run.ts'

test.each(['ut_pex', 'ut_metadata'])(
  'a private torrent (BEP 27) does not run %s, whatever made it; other torrents do',
  (name) => {
    expect(mayRun(name, { isPrivate: true })).toBe(false)
    expect(mayRun(name, { isPrivate: false })).toBe(true)
  },
)

test('a private torrent runs other extensions', () => {
  expect(mayRun('upload_only', { isPrivate: true })).toBe(true)
})
