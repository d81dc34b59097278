import { expect, test } from 'vitest'
import { drawSimulation } from '../../../simulator/run/picture.ts'
import { aResult } from './a-result.ts'

const sample = { present: 3, rate: 1e6, rarestCopies: 1, meanCopies: 2 }
const result = aResult({
  scenario: 'a <b> & c',
  seed: 3,
  samples: [
    { ...sample, at: 0, completed: 0, part: 0 },
    { ...sample, at: 5, completed: 1, part: 0.5 },
    { ...sample, at: 10, completed: 2, part: 1 },
  ],
})

test('a picture has its curves, the optimum, and a title whose text is escaped', () => {
  const svg = drawSimulation(result)
  expect(svg).toMatch(/^<svg xmlns="http:[\s\S]*<\/svg>\n$/)
  expect(svg).toContain('<title>a &lt;b&gt; &amp; c, seed 3: 2 of 2 complete</title>')
  expect(svg.match(/<polyline /g)).toHaveLength(5)
  expect(svg).toContain('points="0,180 360,90 720,0"><title>members</title>')
  expect(svg).toContain('class="optimum" x1="288"')
})

/** What stands at an axis of a panel, from the bottom up: 'complete', the rate, the copies. */
const ticksOf = (svg: string, panel: number): string[] =>
  [...svg.matchAll(/x="-6"[^>]*>([^<]*)</g)].slice(3 * panel, 3 * panel + 3).map(([, text = '']) => text)

test('the axis of what is complete ends at all of it, also where not everybody is', () => {
  const failed = { ...result, completed: 1, samples: [{ ...sample, at: 0, completed: 1, part: 0.56 }] }
  expect(ticksOf(drawSimulation(failed), 0)).toEqual(['0 %', '50 %', '100 %'])
  expect(drawSimulation(failed)).toContain('points="0,90"><title>members</title>')
})

test.each<[number, string[]]>([
  [0, ['0 B/s', '0.5 B/s', '1 B/s']],
  [900, ['0 B/s', '450 B/s', '900 B/s']],
  [80_000, ['0 kB/s', '40 kB/s', '80 kB/s']],
  [1e6, ['0 MB/s', '0.5 MB/s', '1 MB/s']],
  [123_456_789, ['0 MB/s', '61.7 MB/s', '123 MB/s']],
  [4e13, ['0 GB/s', '20000 GB/s', '40000 GB/s']],
])('the axis of a rate of at most %i bytes a second has a unit in which it is short', (rate, ticks) => {
  const svg = drawSimulation({ ...result, samples: [{ ...sample, at: 0, completed: 0, part: 0, rate }] })
  expect(ticksOf(svg, 1)).toEqual(ticks)
})

test('the dashed line is named where it is drawn', () => {
  expect(drawSimulation(result).match(/>optimum<\/text>/g)).toHaveLength(3)
  expect(drawSimulation({ ...result, optimalSeconds: 11 })).not.toMatch(/optimum"|optimum</)
})

test('a run of nothing has a picture', () => {
  const svg = drawSimulation({ ...result, downloaders: 0, samples: [], seconds: 0 })
  expect(svg).not.toMatch(/NaN|Infinity/)
})
