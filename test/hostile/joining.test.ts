import { afterEach, describe, expect, test, vi } from 'vitest'
import { PieceSet } from '../../machines/piece-set.ts'
import { reconnecting } from '../../machines/torrent/connections/reconnects.ts'
import { Availability } from '../../machines/torrent/picking/availability.ts'
import { encodeMessages } from '../../testing/remote/encode-messages.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { coreOf } from '../core-of.ts'
import { createSwarm, type Member } from '../swarm/swarm.ts'
import { dialRaw } from './raw-peer.ts'
import { meetOpen } from './remote.ts'

afterEach(() => void vi.restoreAllMocks())

const pieces = 20
const some: Message = { name: 'bitfield', bits: PieceSet.none(pieces).with(3).with(17).toBits() }

/** A torrent that listens. */
async function listening(has: 'all' | readonly number[], host = 'victim') {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 1, pieces })
  const victim = swarm.add(host, { has })
  swarm.start()
  await swarm.until(() => victim.emittedOf('listening').length > 0)
  return { swarm, victim }
}

const opened = (victim: Member) => victim.emittedOf('peer').filter(({ peer }) => peer.state === 'open')
const turnedAway = (victim: Member) =>
  victim.emittedOf('peer').filter(({ peer }) => peer.reason === 'local.reconnecting_too_often')

describe('a host that joins, leaves, and joins again without an end', () => {
  test.each([
    ['a leecher', [] as const],
    ['a seed', 'all' as const],
  ])(
    'is let in by %s about once a second, which is told now and then, and nobody else is turned away',
    async (_, has) => {
      const { swarm, victim } = await listening(has)
      const tries: ScriptedRemote[] = []
      for (let ms = 0; ms < 30_000; ms += 50) {
        tries.push(dialRaw(swarm, 'churner', 'victim', { greets: [some] }))
        await swarm.pass(25)
        for (const one of tries) one.connection.destroy()
        await swarm.pass(25)
      }
      const joins = opened(victim).length
      expect(joins).toBeGreaterThan(reconnecting.atOnce)
      expect(joins).toBeLessThanOrEqual(reconnecting.atOnce + 32 * reconnecting.perSecond)
      expect(turnedAway(victim).length).toBeGreaterThan(0)
      expect(turnedAway(victim).length).toBeLessThanOrEqual(32)

      dialRaw(swarm, 'honest', 'victim', { greets: [some] })
      await swarm.pass(25)
      expect(opened(victim)).toHaveLength(joins + 1)
      await swarm.pass(30_000)
      dialRaw(swarm, 'churner', 'victim', { greets: [some] })
      await swarm.pass(25)
      expect(opened(victim)).toHaveLength(joins + 2)
      await swarm.stop()
    },
  )

  test('is not turned away when it loses its connection once, nor when it was of use each time', async () => {
    const { swarm, victim } = await listening('all')
    for (let visit = 0; visit < 3 * reconnecting.atOnce; visit++) {
      const leecher = dialRaw(swarm, 'leecher', 'victim', {
        greets: [{ name: 'have_none' }, { name: 'interested' }],
        hears(message, self) {
          const request = { index: 0, begin: 0, length: 16_384 }
          if (message.name === 'unchoke') self.say({ name: 'request', requests: [request] })
          if (message.name === 'piece') self.connection.destroy()
        },
      })
      await swarm.until(() => leecher.all('piece').length > 0, 60_000)
      await swarm.pass(50)
    }
    expect(opened(victim)).toHaveLength(3 * reconnecting.atOnce)
    expect(turnedAway(victim)).toEqual([])
    await swarm.stop()
  })
})

describe('what a peer has', () => {
  test('is counted by nobody who lacks nothing, however often it is said', async () => {
    const { swarm, victim } = await listening('all')
    const add = vi.spyOn(Availability.prototype, 'add')
    const churner = dialRaw(swarm, 'churner', 'victim', { greets: [some] })
    await swarm.pass(100)
    churner.say({ name: 'have', index: 4 }, { name: 'have_none' }, some, { name: 'have', index: 5 })
    await swarm.pass(100)
    expect(opened(victim)).toHaveLength(1)
    expect(add).not.toHaveBeenCalled()
    await swarm.stop()
  })

  test('is counted anew only where it has changed, and when it leaves', async () => {
    const { swarm, victim } = await listening([])
    const { picker } = coreOf(victim.torrent)
    const available = () => Array.from({ length: pieces }, (_, i) => picker.availability(i)).reduce((a, b) => a + b)
    const churner = dialRaw(swarm, 'churner', 'victim', { greets: [some] })
    await swarm.pass(100)
    const steps = vi.spyOn(Availability.prototype, 'add')
    const said: [Message, number][] = [
      [{ name: 'bitfield', bits: PieceSet.all(pieces).without(0).toBits() }, 19],
      [{ name: 'have_all' }, 20],
      [{ name: 'have_none' }, 0],
      [some, 2],
      [some, 2],
    ]
    for (const [message, count] of said) {
      churner.say(message)
      await swarm.pass(10)
      expect(available()).toBe(count)
    }
    expect(steps).toHaveBeenCalledTimes(2)
    churner.connection.destroy()
    await swarm.pass(10)
    expect(available()).toBe(0)
    await swarm.stop()
  })

  test('may be said anew many times, and not without an end', () => {
    const { clock, us, remote } = meetOpen({ pieceLength: 16_384, length: 16_384 * 20_000 })
    const bits = [0x55, 0xaa].map((byte) => new Uint8Array(2_500).fill(byte))
    const flood = encodeMessages(
      ...Array.from({ length: 2_000 }, (_, i): Message => ({ name: 'bitfield', bits: bits[i % 2] as Uint8Array })),
    )
    remote.send(flood.subarray(0, 50 * 2_505))
    clock.advance(1_000)
    expect(us.closeReason).toBeUndefined()
    expect(us.news.filter(({ type }) => type === 'peer.pieces')).toHaveLength(50)
    remote.send(flood)
    clock.advance(10_000)
    expect(us.closeReason).toMatchObject({ source: 'remote', code: 'message_flood' })
    expect(us.news.filter(({ type }) => type === 'peer.pieces').length).toBeLessThanOrEqual(1_250)
  })
})
