import { expect, test } from 'vitest'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import { answerTo, listenRaw, seederThat } from '../hostile/raw-peer.ts'
import { createSwarm } from './swarm.ts'

/** Actor events that it takes to download half a piece, 32 blocks, beside so many peers with nothing to say. */
async function eventsOfBlocks(idlePeers: number): Promise<number> {
  const swarm = createSwarm({ encryption: 'none', pieces: 2, blocksPerPiece: 64 })
  const idle = Array.from({ length: idlePeers }, (_, i) => `idle ${i}`)
  for (const host of idle) listenRaw(swarm, host, { greets: [{ name: 'have_none' }] })
  const asked: [Parameters<typeof answerTo>[1], ScriptedRemote][] = []
  listenRaw(
    swarm,
    'seeder',
    seederThat((request, self) => asked.push([request, self])),
  )
  let events = 0
  const { torrent } = swarm.add('a', {
    knows: [...idle, 'seeder'],
    maxPeers: 500,
    inspect: ({ type }) => {
      if (type === '@xstate.event') events++
    },
  })
  swarm.start()
  await swarm.until(() => torrent.progress.peers === idlePeers + 1 && asked.length > 0)
  events = 0
  for (let block = 0; block < 32; block++) {
    const next = asked.shift()
    if (next === undefined) throw new Error('nothing was asked for')
    next[1].say(answerTo(swarm, next[0]))
    await swarm.until(() => torrent.progress.downloaded === (block + 1) * 16_384 && asked.length > 0, 100)
  }
  const taken = events
  await swarm.stop()
  return taken
}

test('the events a block takes are the same with 1 peer and with 200', async () => {
  const alone = await eventsOfBlocks(0)
  expect(alone).toBeGreaterThan(32)
  expect(alone).toBeLessThan(32 * 8)
  expect(await eventsOfBlocks(199)).toBe(alone)
})
