import { expect, test } from 'vitest'
import { allowedFastCount } from '../../machines/torrent/upload/allowed-fast-set.ts'
import { createSwarm } from '../swarm/swarm.ts'
import { dialRaw, type Script } from './raw-peer.ts'

const seed = '10.0.0.1'
const pieces = 40
const blocksPerPiece = 4
const blockBytes = 16_384

/** Asks for all blocks of what it is allowed while choked, as soon as it hears of it, and says how many bytes it was sent. */
function taker() {
  let bytes = 0
  const allowed = new Set<number>()
  const script: Script = {
    greets: [{ name: 'have_none' }],
    hears(message, self) {
      if (message.name === 'piece') for (const { data } of message.blocks) bytes += data.length
      if (message.name !== 'allowed_fast') return
      allowed.add(message.index)
      const blocks = Array.from({ length: blocksPerPiece }, (_, block) => block * blockBytes)
      self.say({
        name: 'request',
        requests: blocks.map((begin) => ({ index: message.index, begin, length: blockBytes })),
      })
    },
  }
  return { script, allowed, bytes: () => bytes }
}

test.each([
  ['a host', '10.0.0.9'],
  ['loopback, where all are one host', '127.0.0.1'],
])('by connecting again and again %s is sent its ten pieces once, and no more', async (_, host) => {
  const swarm = createSwarm({ pieces, blocksPerPiece, encryption: 'none' })
  swarm.add(seed, { has: 'all' })
  swarm.start()
  await swarm.pass(100)
  const greedy = taker()
  for (let nth = 0; nth < 20; nth++) {
    const peer = dialRaw(swarm, host, seed, greedy.script)
    await swarm.pass(2_000)
    peer.connection.destroy()
    await swarm.pass(100)
  }
  expect(greedy.allowed.size).toBe(allowedFastCount)
  expect(greedy.bytes()).toBe(allowedFastCount * blocksPerPiece * blockBytes)
  await swarm.stop()
})

test('a host that left before it read all is sent the rest when it comes again', async () => {
  const swarm = createSwarm({ pieces, blocksPerPiece, encryption: 'none' })
  swarm.add(seed, { has: 'all' })
  swarm.start()
  await swarm.pass(100)
  const hasty = taker()
  const peer = dialRaw(swarm, '10.0.0.9', seed, {
    ...hasty.script,
    hears(message, self) {
      if (hasty.allowed.size < 3) hasty.script.hears?.(message, self)
    },
  })
  await swarm.pass(2_000)
  peer.connection.destroy()
  await swarm.pass(100)
  const again = taker()
  dialRaw(swarm, '10.0.0.9', seed, again.script)
  await swarm.pass(2_000)
  expect(again.allowed.size).toBe(allowedFastCount - 3)
  await swarm.stop()
})
