import { expect, test } from 'vitest'
import { Places } from '../../../../machines/torrent/peers/group-slots.ts'
import { groupSize } from '../../../../machines/torrent/peers/peer-group.ts'

test('a place is in a new group when the others are full, and in the gaps before', () => {
  const places = new Places()
  const taken = Array.from({ length: groupSize + 1 }, () => places.take())
  expect(taken.map(({ opensGroup }) => opensGroup)).toEqual([true, ...Array(groupSize - 1).fill(false), true])
  expect(new Set(taken.map(({ place }) => `${place.group}/${place.slot}`)).size).toBe(groupSize + 1)
  places.free({ group: 0, slot: 3 })
  expect(places.take()).toEqual({ place: { group: 0, slot: 3 }, opensGroup: false })
})
