import { expect, test } from 'vitest'
import { isEntry } from '../../recorder/entries.ts'

const remote = { host: 'a', port: 1, direction: 'in' }
const step = { of: 0, step: 0, at: 0, event: { type: 'made' } }

test.each<object>([
  { record: 'peerchart', version: 1, id: 'a', segment: 0, by: 'peerchart 0.1.0' },
  { started: 0, at: 0, seed: null },
  { ...step, said: [], state: {} },
  { ended: 0, at: 1 },
  { continues: 0, step: 3, remote },
  { missing: 0, from: 2 },
  { missing: 'connections', count: 2 },
  { torrent: 0, at: 1, event: 'x', state: {} },
])('%j is an entry', (entry) => {
  expect(isEntry(entry)).toBe(true)
})

test.each<unknown>([
  null,
  'record',
  { record: 'peerchart' },
  { ...step, at: '0' },
  { ...step, event: null },
  { ...step, event: {} },
  { ...step, said: null },
  { ...step, said: { length: 2 } },
  { ...step, state: 'open' },
  { ended: {} },
  { continues: 0, step: 3 },
  { continues: 0, step: 3, remote: { host: 'a', direction: 'in' } },
  { missing: null },
  { missing: 'connections' },
])('%j is none: what a replay looks at is not there', (entry) => {
  expect(isEntry(entry)).toBe(false)
})
