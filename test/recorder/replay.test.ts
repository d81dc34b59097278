import { expect, test } from 'vitest'
import { createSwarm } from '../swarm/swarm.ts'
import { memoryRecord, replaced, replayBytes } from './memory-record.ts'

test('smoke', async () => {
  const record = memoryRecord({ privacy: replaced })
  const swarm = createSwarm({ encryption: 'preferred', pieces: 20, blocksPerPiece: 4, latencyMs: 5 })
  swarm.add('seed', { has: 'all', record: record.recorder })
  const leecher = swarm.add('leecher', { knows: ['seed'], record: record.recorder })
  swarm.start()
  await swarm.until(() => leecher.state === 'seeding')
  await swarm.pass(3000)
  await swarm.stop()
  console.log(record.text.length)
  console.log(record.text.slice(0, 6000))
  console.log(replayBytes(record.bytes))
  expect(1).toBe(1)
})
