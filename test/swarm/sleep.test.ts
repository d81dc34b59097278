import { expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import { answerTo, listenRaw, seederThat } from '../hostile/raw-peer.ts'
import { createSwarm, type Member } from './swarm.ts'

const hour = 3_600_000
const reasons = (member: Member) => member.emittedOf('peer').flatMap(({ peer }) => peer.reason ?? [])
const openPeers = ({ torrent }: Member) => torrent.peers.filter(({ state }) => state === 'open')

test('a connection that says nothing after a long sleep is closed soon, and its address dialled anew', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  let first: ScriptedRemote | undefined
  let index: number | undefined
  /** The first connection gives one piece, and is lost; the next gives all. */
  const raw = listenRaw(
    swarm,
    'raw',
    seederThat((request, self) => {
      first ??= self
      index ??= request.index
      if (self !== first || request.index === index) self.say(answerTo(swarm, request))
    }),
  )
  const leecher = swarm.add('a', { knows: ['raw'] })
  swarm.start()
  await swarm.until(() => leecher.torrent.progress.pieces === 1, 10_000)
  swarm.clock.sleep(hour)
  await swarm.until(() => leecher.emittedOf('done').length > 0, delays.awakeSilenceMs + 5_000)
  expect(reasons(leecher)).toEqual(['timeout.inactivity'])
  expect(raw).toHaveLength(2)
  await swarm.stop()
})

test('a remote that answers after a long sleep stays', async () => {
  const swarm = createSwarm({ latencyMs: 30 })
  const seeder = swarm.add('a', { has: [0] })
  const leecher = swarm.add('b', { knows: ['a'] })
  swarm.start()
  await swarm.until(() => leecher.torrent.progress.pieces === 1, 30_000)
  swarm.clock.sleep(hour)
  await swarm.pass(delays.awakeSilenceMs + 5_000)
  for (const member of [seeder, leecher]) {
    expect(openPeers(member)).toHaveLength(1)
    expect(reasons(member)).toEqual([])
  }
  await swarm.stop()
})

test('who could not be reached before a long sleep is dialled as soon as it is over', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  const leecher = swarm.add('a', { knows: ['raw'] })
  swarm.start()
  await swarm.pass(120_000)
  const dials = leecher.dialled.length
  await swarm.until(() => leecher.dialled.length > dials, 600_000)
  listenRaw(
    swarm,
    'raw',
    seederThat((request, self) => self.say(answerTo(swarm, request))),
  )
  swarm.clock.sleep(delays.longSleepMs)
  await swarm.until(() => leecher.emittedOf('done').length > 0, 5_000)
  await swarm.stop()
})

test('a short sleep changes nothing', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  const leecher = swarm.add('a', { knows: ['nobody'] })
  swarm.start()
  await swarm.pass(120_000)
  const dials = leecher.dialled.length
  await swarm.until(() => leecher.dialled.length > dials, 600_000)
  swarm.clock.sleep(delays.longSleepMs - 1)
  await swarm.pass(60_000)
  expect(leecher.dialled).toHaveLength(dials + 1)
  await swarm.stop()
})
