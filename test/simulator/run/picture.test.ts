import { expect, test } from 'vitest'
import { drawSimulation } from '../../../simulator/run/picture.ts'
import type { SimulationResult } from '../../../simulator/run/result.ts'

const sample = { present: 3, rate: 1e6, rarestCopies: 1, meanCopies: 2 }
const result: SimulationResult = {
  scenario: 'a <b> & c',
  seed: 3,
  digest: '',
  seconds: 10,
  peers: 3,
  downloaders: 2,
  completed: 2,
  optimalSeconds: 4,
  liars: 0,
  banned: 0,
  starved: 0,
  honestBanned: 0,
  fairness: 1,
  shareRatios: [1, 1, 1],
  copiesSent: 1,
  corruptBytes: 0,
  wastedBytes: 0,
  wireBytes: 0,
  overhead: 0,
  messages: {},
  announces: 0,
  violations: [],
  members: [],
  samples: [
    { ...sample, at: 0, completed: 0, part: 0 },
    { ...sample, at: 5, completed: 1, part: 0.5 },
    { ...sample, at: 10, completed: 2, part: 1 },
  ],
}

test('a picture has its curves, the optimum, and a title whose text is escaped', () => {
  const svg = drawSimulation(result)
  expect(svg).toMatch(/^<svg xmlns="http:[\s\S]*<\/svg>\n$/)
  expect(svg).toContain('<title>a &lt;b&gt; &amp; c, seed 3: 2 of 2 complete</title>')
  expect(svg.match(/<polyline /g)).toHaveLength(5)
  expect(svg).toContain('points="0,180 360,90 720,0"><title>members</title>')
  expect(svg).toContain('class="optimum" x1="288"')
})

test('a run of nothing has a picture', () => {
  const svg = drawSimulation({ ...result, downloaders: 0, samples: [], seconds: 0 })
  expect(svg).not.toMatch(/NaN|Infinity/)
})
