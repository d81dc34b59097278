import { expect, test } from 'vitest'
import { viewOf } from '../../../../machines/torrent/peers/peer-view.ts'
import { filesBelow, read } from '../../../source-tree.ts'
import { downloading, meet } from '../a-torrent.ts'

test('a peer stands as its own chart has it when its news is taken', () => {
  const torrent = downloading()
  const { record, report } = meet(torrent, '10.0.0.2', [0])
  const before = viewOf(record)
  report({ type: 'wire.interested' })
  expect([before, viewOf(record)].map((view) => view?.value.peer_interested)).toEqual(['not_interested', 'interested'])
  expect(viewOf(record)).toBe(record.ref?.getSnapshot())
})

test('before the actor of a peer runs there is nothing to see', () => {
  expect(viewOf({ ref: undefined })).toBeUndefined()
})

test('the snapshot of another actor is looked at through this door alone, or that to a core', () => {
  /** What is explained is whatever its caller hands over. */
  const doors = ['machines/deciding.ts', 'machines/torrent/peers/peer-view.ts']
  const strays = filesBelow('machines')
    .filter((path) => !path.startsWith('machines/explain/') && !doors.includes(path))
    .filter((path) => /^(?!\s*\*|\s*\/).*getSnapshot\b/m.test(read(path)))
  expect(strays).toEqual([])
})
