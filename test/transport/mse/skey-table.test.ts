import { expect, test } from 'vitest'
import { req2 } from '../../../transport/mse/hashes.ts'
import { SkeyTable } from '../../../transport/mse/skey-table.ts'
import { seededBytes } from './drive.ts'
import { vector } from './vectors.ts'

test('a torrent is found by the hash of its info hash, among many', () => {
  const bytes = seededBytes(5)
  const infoHashes = Array.from({ length: 1000 }, () => bytes(20))
  const table = new SkeyTable()
  for (const infoHash of infoHashes) table.add(infoHash)
  table.add(vector.infoHash)
  expect(table.find(vector.req2)).toEqual(vector.infoHash)
  for (const infoHash of infoHashes) expect(table.find(req2(infoHash))).toEqual(infoHash)
})

test('one that was never added, or was deleted, is not found', () => {
  const table = new SkeyTable()
  expect(table.find(vector.req2)).toBeUndefined()
  table.add(vector.infoHash)
  table.add(vector.infoHash)
  table.delete(vector.infoHash)
  expect(table.find(vector.req2)).toBeUndefined()
})

test('it may start with torrents', () => {
  expect(new SkeyTable([vector.infoHash]).find(vector.req2)).toEqual(vector.infoHash)
})

test('the table keeps its own copy', () => {
  const table = new SkeyTable()
  const infoHash = vector.infoHash.slice()
  table.add(infoHash)
  infoHash.fill(0)
  expect(table.find(vector.req2)).toEqual(vector.infoHash)
})

test('an info hash of 32 bytes throws: a v2 torrent’s is truncated', () => {
  expect(() => new SkeyTable().add(new Uint8Array(32))).toThrow(RangeError)
})
