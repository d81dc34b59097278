import { describe, expect, it } from 'vitest'
import { messageById, messageTable, writings } from '../../../transport/wire/message-table.ts'

describe('messageById', () => {
  it('finds every message of the table by its id, which no other has', () => {
    for (const row of Object.values(messageTable)) expect(messageById(row.id)).toBe(row)
  })

  it('knows no other id from 0 to 255', () => {
    const known = Array.from({ length: 256 }, (_, id) => id).filter((id) => messageById(id) !== undefined)
    expect(known).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 20])
  })

  it('names each row as the table does', () => {
    for (const [name, row] of Object.entries(messageTable)) expect(row.name).toBe(name)
  })
})

it('an event of a message is called by its direction and its name', () => {
  const events = Object.entries(writings).map(([name, { received, sent }]) => [name, received, sent])
  expect(events).toEqual(Object.keys(writings).map((name) => [name, `wire.${name}`, `send.${name}`]))
  expect(events).toHaveLength(17)
})
