import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { expect, test } from 'vitest'
import { charts } from '../../diagram/charts.ts'
import { drawings } from '../../diagram/committed-drawings.ts'
import { staleDrawings } from '../../diagram/drawings.ts'
import { inFull } from '../in-full.ts'

/** Text takes no time to draw, and tells whatever changes in a chart; pictures take seconds. */
const redrawn = inFull ? drawings : drawings.filter(({ file }) => extname(file) === '.mmd')

test('the committed drawings show the charts as they are: npm run draw makes them anew', async () => {
  expect(await staleDrawings('.', redrawn)).toEqual([])
})

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
