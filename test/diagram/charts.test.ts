import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { expect, test } from 'vitest'
import { charts } from '../../diagram/charts.ts'
import { drawings } from '../../diagram/committed-drawings.ts'
import { drawMachine } from '../../diagram/diagram.ts'
import { staleDrawings } from '../../diagram/drawings.ts'
import { nodesWithin } from '../../diagram/edges.ts'
import { guardLabel, triggerLabel } from '../../diagram/labels.ts'
import { inFull } from '../in-full.ts'

/** Text takes no time to draw, and tells whatever changes in a chart; pictures take seconds. */
const redrawn = inFull ? drawings : drawings.filter(({ file }) => extname(file) === '.mmd')

test('the committed drawings show the charts as they are: npm run draw makes them anew', async () => {
  expect(await staleDrawings('.', redrawn)).toEqual([])
})

/** By the state and the event: what is asked, in the order of the lines, each with the line's place. */
function asked(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let note: string | undefined
  for (const line of text.split('\n')) {
    const [, state, row] = /^ +(\w+) (?:--> \w+ )?: (.+)$/.exec(line) ?? []
    note = / note right of (\w+)/.exec(line)?.[1] ?? (line.endsWith('end note') ? undefined : note)
    const from = state ?? note
    for (const label of (row ?? line.trim()).split('<br/>')) {
      const [, turn, triggers, guard] = /^(?:↻ )?(\d+) ([^[\]]+?)(?: \[([^\]]+)\])?(?: [/→].*)?$/.exec(label) ?? []
      for (const trigger of triggers?.split(', ') ?? []) {
        const key = `${from} ${trigger}`
        found.set(key, [...(found.get(key) ?? []), `${line.includes('-->') ? 'arrow' : 'line'} ${turn} ${guard}`])
      }
    }
  }
  return found
}

test.each(Object.entries(charts))(
  'the guards of one event are drawn in the order in which the machine %s asks them',
  async (_, machine) => {
    const drawn = asked(await drawMachine(machine, 'mermaid'))
    const conditions: Record<string, string[]> = {}
    for (const node of nodesWithin(machine.root)) {
      for (const candidates of [...node.transitions.values(), node.always ?? []]) {
        const [first] = candidates
        if (first === undefined || candidates.length === 1) continue
        conditions[`${node.id.replaceAll('.', '_')} ${triggerLabel(first).replaceAll(':', '∶')}`] = candidates.map(
          ({ guard }, index) => `${index + 1} ${guard && guardLabel(guard)}`,
        )
      }
    }
    const inOrder = (rows: readonly string[]) =>
      rows
        .map((row) => row.replace(/^\w+ /, ''))
        .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
    expect(Object.fromEntries([...drawn].map(([key, rows]) => [key, inOrder(rows)]))).toEqual(conditions)
    for (const rows of drawn.values()) {
      const lines = rows.filter((row) => row.startsWith('line'))
      expect(lines.map((row) => row.replace('line ', ''))).toEqual(inOrder(lines))
    }
  },
)

test('the peer is drawn with every region by its name', () => {
  expect(Object.keys(charts.peer?.states ?? {})).toEqual([
    'handshake',
    'encryption',
    'talk',
    'availability',
    'extended',
    'am_choking',
    'am_interested',
    'peer_choking',
    'peer_interested',
    'requests',
    'uploads',
    'reputation',
  ])
})

test.each(drawings.filter(({ file }) => file.endsWith('.svg')))(
  '$file can be read on a page 900 pixels wide',
  async ({ file }) => {
    const svg = await readFile(file, 'utf8')
    const width = Number(/width="(\d+)"/.exec(svg)?.[1])
    const sizes = [...svg.matchAll(/font-size[=:]"?([\d.]+)/g)].map(([, size]) => Number(size))
    expect(Math.min(...sizes) * Math.min(1, 900 / width)).toBeGreaterThanOrEqual(9)
  },
)
