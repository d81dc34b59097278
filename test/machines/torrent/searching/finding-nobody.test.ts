import { expect, test } from 'vitest'
import { whyNobodyIsFound } from '../../../../machines/torrent/searching/finding-nobody.ts'
import { aSearch } from '../../dht/a-search.ts'

const off = { asksDht: false, isPrivate: false, dht: undefined }

test('that the DHT is off is said, and that a private torrent asks none', () => {
  expect(whyNobodyIsFound(off)).toBe('the DHT is off')
  expect(whyNobodyIsFound({ ...off, asksDht: true, isPrivate: true })).toBe('the torrent is private, and asks no DHT')
})

test('how the search stands is said, with why it failed last', () => {
  const { actor, ...search } = aSearch()
  const why = () => whyNobodyIsFound({ ...off, asksDht: true, dht: actor })
  expect(whyNobodyIsFound({ ...off, asksDht: true })).toBe('the DHT was not asked yet')
  expect(why()).toBe('the DHT was not asked yet')
  search.search()
  expect(why()).toBe('the DHT is being asked')
  search.fail('no node is known to ask')
  expect(why()).toBe('the DHT failed: no node is known to ask; it is asked again 5 s after that')
  search.node()
  expect(why()).toBe('the DHT failed: no node is known to ask; a node was named since, and is asked')
  search.wait()
  search.search()
  expect(why()).toBe('the DHT failed: no node is known to ask; it is being asked again')
  search.fail('no node has answered')
  expect(why()).toBe('the DHT failed: no node has answered; it is asked again 10 s after that')
  search.wait()
  search.search()
  search.end(12)
  expect(why()).toBe('12 nodes of the DHT name none')
})
