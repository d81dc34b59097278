import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { type Drawing, staleDrawings, writeDrawings } from '../../diagram/drawings.ts'
import { chartOf } from '../../diagram/edges.ts'

const before = setup({}).createMachine({ id: 'toy', initial: 'a', states: { a: { on: { x: 'b' } }, b: {} } })
const after = setup({}).createMachine({ id: 'toy', initial: 'a', states: { a: { on: { y: 'b' } }, b: {} } })
const drawingsOf = (machine: Drawing['machine']): Drawing[] => [
  { machine, file: 'docs/toy.svg' },
  { machine, file: 'docs/toy.mmd' },
  { machine, file: 'toy.json' },
]

describe('drawings', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'drawings-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  it('are all stale before they are drawn, and none after', async () => {
    expect(await staleDrawings(root, drawingsOf(before))).toEqual(['docs/toy.svg', 'docs/toy.mmd', 'toy.json'])
    await writeDrawings(root, drawingsOf(before))
    expect(await staleDrawings(root, drawingsOf(before))).toEqual([])
  })

  it('are stale when the machine has changed, or the file', async () => {
    await writeDrawings(root, drawingsOf(before))
    expect(await staleDrawings(root, drawingsOf(after))).toHaveLength(3)
    await writeFile(join(root, 'docs/toy.mmd'), 'by hand')
    expect(await staleDrawings(root, drawingsOf(before))).toEqual(['docs/toy.mmd'])
  })

  it('hold the chart as JSON where the file says so', async () => {
    await writeDrawings(root, drawingsOf(before))
    expect(JSON.parse(await readFile(join(root, 'toy.json'), 'utf8'))).toEqual(chartOf(before))
  })

  it('of an unknown format are refused with the formats there are', async () => {
    await expect(writeDrawings(root, [{ machine: before, file: 'toy.png' }])).rejects.toThrow(
      'no drawing format for toy.png: it ends in none of .svg .mmd .json',
    )
  })
})
