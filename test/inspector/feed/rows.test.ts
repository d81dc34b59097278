import { expect, test } from 'vitest'
import { createActor, createMachine } from 'xstate'
import { Rows } from '../../../inspector/feed/rows.ts'
import type { Watched } from '../../../inspector/feed/watched.ts'

const ref = createActor(createMachine({ id: 'peer' })).start()

/** One that is a peer by its name. */
const watched = (id: number, more: Partial<Watched> = {}): Watched => ({
  id,
  ref,
  parent: undefined,
  children: new Set(),
  machine: undefined,
  chart: 'peer',
  role: 'peer',
  snapshot: ref.getSnapshot(),
  endedAt: undefined,
  endedAs: undefined,
  endedSeq: 0,
  isInspected: true,
  unanswered: 0,
  unheard: [],
  saying: [],
  current: undefined,
  told: '',
  ...more,
})

const many = (from: number, count: number): Watched[] => Array.from({ length: count }, (_, nth) => watched(from + nth))

test('of very many peers a hundred are looked at in a batch, and those that wait the longest come first', () => {
  const rows = new Rows(() => undefined)
  const all = many(1, 250)
  const changed = new Set(all)
  expect(rows.makeSome(changed, 0)).toEqual(all.slice(0, 100).map(({ id }) => id))
  for (const one of all.slice(0, 100)) changed.add(one)
  expect(rows.makeSome(changed, 200)).toEqual(all.slice(100, 200).map(({ id }) => id))
  expect(rows.makeSome(changed, 600)[0]).toBe(201)
})

test('a peer that was looked at waits half a second, one that has ended does not', () => {
  const rows = new Rows(() => undefined)
  const one = watched(1)
  const changed = new Set([one])
  expect(rows.makeSome(changed, 0)).toEqual([1])
  changed.add(one)
  expect(rows.makeSome(changed, 400)).toEqual([])
  expect(changed.size).toBe(1)
  one.endedAt = 400
  expect(rows.makeSome(changed, 400)).toEqual([1])
  expect(changed.size).toBe(0)
})
