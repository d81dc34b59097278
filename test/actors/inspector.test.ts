import { describe, expect, test } from 'vitest'
import { createActor, type InspectionEvent, setup } from 'xstate'
import { harmless } from '../../actors/inspector.ts'
import { createSession } from '../../actors/session.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { createPair } from '../pair.ts'
import { createSwarm } from '../swarm/swarm.ts'
import { uncaughtIn } from '../uncaught.ts'

const defect = new Error('a defect')

/** Throws at every `nth` event. */
function thrower(nth: number) {
  let count = 0
  const seen = { events: 0, throws: 0 }
  const inspect = () => {
    seen.events++
    if (++count % nth !== 0) return
    seen.throws++
    throw defect
  }
  return { inspect, seen }
}

describe('an inspector', () => {
  const light = setup({ types: { events: {} as { type: 'switch' } } }).createMachine({
    initial: 'off',
    states: { off: { on: { switch: 'on' } }, on: { on: { switch: 'off' } } },
  })

  test.each(['function', 'observer'] as const)('sees every event: a %s', (kind) => {
    const seen: string[] = []
    class Diary {
      readonly seen = seen
      next({ type }: InspectionEvent) {
        this.seen.push(type)
      }
    }
    const diary = new Diary()
    const actor = createActor(light, { inspect: harmless(kind === 'observer' ? diary : (event) => diary.next(event)) })
    actor.start().send({ type: 'switch' })
    expect(new Set(seen)).toEqual(new Set(['@xstate.actor', '@xstate.event', '@xstate.snapshot', '@xstate.microstep']))
  })

  test('that observes nothing is none', () => {
    expect(
      createActor(light, { inspect: harmless({}) })
        .start()
        .getSnapshot().value,
    ).toBe('off')
  })

  test.each(['function', 'observer'] as const)(
    'that throws harms no actor, and each throw is an uncaught exception: a %s',
    async (kind) => {
      const { inspect, seen } = thrower(1)
      const uncaught = await uncaughtIn(() => {
        const actor = createActor(light, { inspect: harmless(kind === 'observer' ? { next: inspect } : inspect) })
        actor.start()
        actor.send({ type: 'switch' })
        actor.send({ type: 'switch' })
        actor.send({ type: 'switch' })
        expect(actor.getSnapshot().value).toBe('on')
      })
      expect(seen.throws).toBeGreaterThan(3)
      expect(uncaught).toEqual(Array.from({ length: seen.throws }, () => defect))
    },
  )
})

describe('an inspector that throws', () => {
  test.each([1, 7, 50])('leaves a torrent to download and to stop: at every event of %s', async (nth) => {
    const { inspect, seen } = thrower(nth)
    const uncaught = await uncaughtIn(async () => {
      const swarm = createSwarm({ encryption: 'none' })
      swarm.add('10.0.0.1', { has: 'all' })
      const leecher = swarm.add('10.0.0.2', { knows: ['10.0.0.1'], inspect })
      swarm.start()
      await swarm.until(() => leecher.state === 'seeding')
      expect(await leecher.isWhole()).toBe(true)
      await swarm.stop()
      expect([leecher.state, leecher.emittedOf('crashed')]).toEqual(['stopped', []])
    })
    expect(seen.throws).toBeGreaterThan(3)
    expect(uncaught).toEqual(Array.from({ length: seen.throws }, () => defect))
  })

  test('leaves a session to listen and to stop', async () => {
    const { inspect, seen } = thrower(1)
    const uncaught = await uncaughtIn(async () => {
      const clock = new SimulatedClock()
      const random = seededRandom(1)
      const transport = createMemoryNetwork({ clock, random }).transport('10.0.0.1')
      const listen = { host: '10.0.0.1', port: 6881 }
      const session = createSession({ clock, random, transport, listen, inspect })
      const listening = new Promise((resolve) => session.on('listening', resolve))
      session.start()
      await listening
      await session.stop()
      expect(session.actor.getSnapshot().status).toBe('stopped')
    })
    expect(seen.throws).toBeGreaterThan(3)
    expect(uncaught).toHaveLength(seen.throws)
  })

  test('leaves a peer to talk and to stop', async () => {
    const { inspect, seen } = thrower(1)
    const uncaught = await uncaughtIn(() => {
      const pair = createPair({ dialler: { inspect } })
      pair.settle()
      const { peer } = pair.dialler
      pair.accepter.peer.unchoke()
      pair.settle()
      expect(peer.peerChoking).toBe(false)
      peer.stop()
      pair.settle()
      expect(pair.dialler.closeReason).toEqual({ source: 'local', code: 'requested' })
    })
    expect(seen.throws).toBeGreaterThan(3)
    expect(uncaught).toHaveLength(seen.throws)
  })
})
