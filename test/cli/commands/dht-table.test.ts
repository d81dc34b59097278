import { expect, test } from 'vitest'
import { keepTable, keptNodes, lastSaveMs, savingTableMs } from '../../../cli/commands/dht-table.ts'
import type { Address, Dht, ResumeStore } from '../../../index.ts'
import { FakeClock } from '../fake-clock.ts'

const someNodes = [
  { host: '192.0.2.1', port: 6881 },
  { host: '192.0.2.2', port: 6882 },
]

/** A table in memory, and what was warned of it. */
function aTable(content?: string) {
  const clock = new FakeClock()
  const warnings: string[] = []
  const saved: string[] = []
  const state = { error: undefined as Error | undefined, hangs: false }
  const store: ResumeStore = {
    async load() {
      if (state.error) throw state.error
      const last = saved.at(-1) ?? content
      return last === undefined ? undefined : Buffer.from(last)
    },
    save(data) {
      if (state.hangs) return new Promise(() => {})
      if (state.error) return Promise.reject(state.error)
      saved.push(Buffer.from(data).toString())
      return Promise.resolve()
    },
  }
  return { clock, saved, state, warnings, store, warn: (message: string) => void warnings.push(message) }
}

const aNode = (nodes: readonly Address[]): Dht => ({
  opened: Promise.resolve({ host: '0.0.0.0', port: 1 }),
  nodes,
  search: () => () => {},
  addNode() {},
  destroy: async () => {},
})

test('the table of one run is there for the next: as it was at the end, and while it ran', async () => {
  const table = aTable()
  const nodes = [...someNodes]
  const end = keepTable(aNode(nodes), table)
  table.clock.advance(savingTableMs)
  await expect.poll(() => keptNodes(table)).toEqual(someNodes)
  nodes.push({ host: '192.0.2.3', port: 6883 })
  table.clock.advance(savingTableMs)
  await expect.poll(() => table.saved).toHaveLength(2)
  nodes.pop()
  await end()
  expect([await keptNodes(table), table.saved.length, table.warnings]).toEqual([someNodes, 3, []])
  expect(table.clock.pending).toBe(0)
})

test('an empty table is not kept, and what was kept before stays', async () => {
  const table = aTable()
  await keepTable(aNode(someNodes), table)()
  await keepTable(aNode([]), table)()
  expect(await keptNodes(table)).toEqual(someNodes)
})

test('nothing was kept yet: there are no nodes, and no warning', async () => {
  const table = aTable()
  expect([await keptNodes(table), table.warnings]).toEqual([[], []])
})

test.each([
  ['no JSON', '{"version":1,"nodes":['],
  ['of another version', '{"version":2,"nodes":[]}'],
  ['no list', '{"version":1,"nodes":{"length":1}}'],
  ['nothing', 'null'],
  ['with a name', '{"version":1,"nodes":[{"host":"node.example","port":1}]}'],
  ['with a port that is none', '{"version":1,"nodes":[{"host":"192.0.2.1","port":"1"}]}'],
  ['with a node that is none', '{"version":1,"nodes":[null]}'],
])('a file that is %s is a warning, and no nodes', async (_, content) => {
  const table = aTable(content)
  expect(await keptNodes(table)).toEqual([])
  expect(table.warnings).toEqual([
    'the nodes of the DHT that an earlier run has kept are not used: the file is damaged',
  ])
})

test('so is one that is huge, or cannot be read', async () => {
  const huge = aTable(`{"version":1,"nodes":[]}${' '.repeat(64 * 1024)}`)
  const unreadable = aTable()
  unreadable.state.error = new Error('it is a folder')
  expect([await keptNodes(huge), await keptNodes(unreadable)]).toEqual([[], []])
  expect([...huge.warnings, ...unreadable.warnings].map((text) => text.split(': ')[1])).toEqual([
    'they take more than 65536 bytes',
    'it is a folder',
  ])
})

test('a disk that refuses, or hangs, is a warning, and holds up nobody', async () => {
  const full = aTable()
  full.state.error = new Error('the disk is full')
  await keepTable(aNode(someNodes), full)()
  const hanging = aTable()
  hanging.state.hangs = true
  const ended = keepTable(aNode(someNodes), hanging)()
  hanging.clock.advance(lastSaveMs)
  await ended
  expect([...full.warnings, ...hanging.warnings]).toEqual([
    'the nodes of the DHT are not kept: the disk is full',
    'the nodes of the DHT are not kept: the disk has not answered for 3 s',
  ])
})
