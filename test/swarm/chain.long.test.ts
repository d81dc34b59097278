import { expect, test } from 'vitest'
import { createSwarm } from './swarm.ts'

test('who has each piece as soon as we announce it, and changes its interest twice for it, is no flood', async () => {
  const swarm = createSwarm({ pieces: 900, blocksPerPiece: 1, encryption: 'none' })
  swarm.add('10.0.0.1', { has: 'all', uploadLimit: 1_000_000, maxPeers: 1 })
  const middle = swarm.add('10.0.0.2', { knows: ['10.0.0.1'], maxPeers: 3 })
  const last = swarm.add('10.0.0.3', { knows: ['10.0.0.2'], maxPeers: 1 })
  swarm.start()
  await swarm.until(() => last.state === 'seeding', 120_000)
  const reasons = [middle, last].flatMap(({ emittedOf }) => emittedOf('peer').map(({ peer }) => peer.reason))
  expect(reasons.filter((reason) => reason?.includes('flood'))).toEqual([])
  await swarm.stop()
})
