import { expect, test } from 'vitest'
import { isRechecking } from '../../../../machines/torrent/content/recheck-count.ts'

test('pieces are being hashed from the first look that is asked for until the last is over', () => {
  const states = [
    { asked: 0, over: 0 },
    { asked: 1, over: 0 },
    { asked: 2, over: 1 },
    { asked: 2, over: 2 },
  ]
  expect(states.map((rechecks) => isRechecking({ rechecks }))).toEqual([false, true, true, false])
})
