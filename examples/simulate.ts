import { drawSimulation, type Scenario, simulate } from 'peerchart/simulator'

const scenario: Scenario = {
  name: 'an office',
  description: 'half of the desks are killed, and come back',
  torrent: { bytes: 500_000, pieceBytes: 32_768 },
  groups: [
    { name: 'seeder', role: 'seeder', count: 1, up: 1_000_000, latencyMs: 5 },
    { name: 'desks', role: 'leecher', count: 4, up: 500_000, down: 2_000_000, joins: { at: 0, over: 1 } },
    { name: 'liar', role: 'liar', count: 1, lies: 0.5 },
  ],
  events: [{ at: 1.5, what: 'crash', group: 'desks', part: 0.5, backAfter: 2 }],
}
const result = await simulate(scenario, { seed: 7 })
const { completed, downloaders, digest, honestBanned, medianSeconds, optimalSeconds, violations } = result
console.log(`digest ${digest}, median ${medianSeconds} s, optimum ${optimalSeconds} s`)
console.log(`a picture of ${drawSimulation(result).length} bytes`)
console.log(`complete ${completed} of ${downloaders}, ${honestBanned} honest banned, ${violations.length} violations`)
