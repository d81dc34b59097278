import { expect, test } from 'vitest'
import { failedAttemptsOf, formatAttempts } from '../../../machines/peer/attempts.ts'
import { peersOf } from '../../peers-of.ts'
import { createDoubleSwarm } from '../../swarm/double-swarm.ts'

const refused = { transport: 'tcp', reason: 'transport.refused' }
const silent = { transport: 'utp', reason: 'timeout.connect' }

/** How the one peer of a torrent stands that dials `b`, which is silent by uTP, after so long. */
async function after(ms: number, kinds: Parameters<ReturnType<typeof createDoubleSwarm>['add']>[1]) {
  const swarm = createDoubleSwarm()
  swarm.networks.blackhole('utp', 'b')
  const a = swarm.add('a', kinds, { knows: ['b'] })
  swarm.start()
  const [peer] = await swarm.until(() => peersOf(a.torrent).length > 0).then(() => peersOf(a.torrent))
  await swarm.pass(ms)
  const attempts = peer && failedAttemptsOf(peer.getSnapshot())
  await swarm.stop()
  return attempts
}

test('while others are under way, the attempts that failed are told', async () => {
  expect(await after(1_000, ['tcp', 'utp'])).toEqual([refused])
})

test('of a dial that is over every attempt is told, one that nobody answered with the reason of the dial', async () => {
  expect(await after(4_000, ['tcp', 'utp'])).toEqual([refused, silent])
})

test('a dial without a choice tells none', async () => {
  expect(await after(1_000, ['tcp'])).toEqual([])
})

test('attempts are one line', () => {
  expect(formatAttempts([refused, silent])).toBe('tcp: transport.refused, utp: timeout.connect')
})
