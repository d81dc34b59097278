import { expect, test } from 'vitest'
import { createSwarm, nobody } from './swarm.ts'

test('a piece whose write ends as the torrent is paused holds no news up when it goes on', async () => {
  const held: (() => void)[] = []
  let holds = false
  const swarm = createSwarm({
    pieces: 30,
    blocksPerPiece: 1,
    latencyMs: 5,
    bytesPerSecond: 200_000,
    encryption: 'none',
  })
  swarm.add('10.0.0.1', { has: 'all' })
  const middle = swarm.add('10.0.0.2', {
    knows: ['10.0.0.1'],
    through: (store) => ({
      ...store,
      chunkLength: store.chunkLength,
      get: (index, options, done) => store.get(index, options, done),
      put: (index, data, done) => {
        const write = () => store.put(index, data, done)
        if (holds) held.push(write)
        else write()
      },
      close: (done) => store.close(done),
    }),
  })
  // More than one batch of connections that close (batching.ts).
  const others = Array.from({ length: 14 }, (_, i) =>
    swarm.add(`10.0.1.${i + 1}`, { knows: ['10.0.0.2'], listens: false, choker: nobody }),
  )
  swarm.start()
  await swarm.until(() => middle.torrent.progress.pieces >= 5 && middle.torrent.progress.peers === 15)
  holds = true
  await swarm.until(() => held.length > 0)
  middle.torrent.pause()
  holds = false
  for (const write of held) write()
  await swarm.until(() => middle.torrent.peers.length === 0)
  middle.torrent.resume()
  await swarm.until(() => middle.emittedOf('done').length > 0)
  await swarm.pass(5_000)
  // Each of them has heard of each piece.
  const told = others.map(({ torrent }) => torrent.peers.find(({ address }) => address.host === '10.0.0.2')?.pieces)
  expect(told).toEqual(others.map(() => 30))
  await swarm.stop()
})
