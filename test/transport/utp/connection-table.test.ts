import { expect, test } from 'vitest'
import { ConnectionTable } from '../../../transport/utp/connection-table.ts'

const at = (host: string, port: number) => ({ host, port })
const dialled = (receiveId: number, to = at('192.0.2.1', 6881)) => ({ receiveId, sendId: (receiveId + 1) & 0xffff, to })
const accepted = (receiveId: number, to = at('192.0.2.1', 6881)) => ({
  receiveId,
  sendId: (receiveId - 1) & 0xffff,
  to,
})

test('a connection is found by the id it receives on, and where its packets come from', () => {
  const table = new ConnectionTable()
  const one = dialled(5)
  table.add(one)
  expect(table.find(5, at('192.0.2.1', 6881))).toBe(one)
  expect(table.find(6, at('192.0.2.1', 6881))).toBeUndefined()
  expect(table.find(5, at('192.0.2.1', 6882))).toBeUndefined()
  expect(table.find(5, at('192.0.2.2', 6881))).toBeUndefined()
})

test('many of one id, or of one remote, are told apart, and gone when removed', () => {
  const table = new ConnectionTable()
  const entries = [1, 2, 3].flatMap((host) => [6881, 6882].map((port) => dialled(7, at(`192.0.2.${host}`, port))))
  for (const entry of entries) table.add(entry)
  expect(entries.map((entry) => table.find(7, entry.to))).toEqual(entries)
  expect([table.size, [...table].length]).toEqual([6, 6])
  for (const entry of entries) {
    table.remove(entry)
    table.remove(entry)
    expect(table.find(7, entry.to)).toBeUndefined()
  }
  expect([table.size, [...table].length]).toEqual([0, 0])
})

test('ids and ports whose keys are one are told apart', () => {
  const table = new ConnectionTable()
  const [one, other] = [dialled(1, at('192.0.2.1', 1 << 14)), dialled(0, at('192.0.2.1', 0))]
  for (const entry of [one, other]) table.add(entry)
  expect(table.find(1, one.to)).toBe(one)
  expect(table.find(0, other.to)).toBe(other)
  expect(table.find(0, one.to)).toBeUndefined()
})

test.each([5, 0xffff, 0])('a RESET means the connection one of whose ids, of which one is %d, it carries', (id) => {
  for (const entry of [dialled(id), accepted(id)]) {
    const table = new ConnectionTable()
    table.add(entry)
    expect(table.findByEither(entry.receiveId, entry.to)).toBe(entry)
    expect(table.findByEither(entry.sendId, entry.to)).toBe(entry)
    const strange = 2 * entry.receiveId - entry.sendId
    expect(table.findByEither(strange & 0xffff, entry.to)).toBeUndefined()
    expect(table.findByEither(entry.sendId, at('192.0.2.2', 6881))).toBeUndefined()
  }
})

test('a RESET that both ends of a connection with oneself could mean is for the one that receives on its id', () => {
  const table = new ConnectionTable()
  const [out, into] = [dialled(5), accepted(6)]
  for (const entry of [into, out]) table.add(entry)
  expect(table.findByEither(5, out.to)).toBe(out)
  expect(table.findByEither(6, out.to)).toBe(into)
})
