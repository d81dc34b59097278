import { describe, expect, test } from 'vitest'
import { Completion } from '../../actors/completion.ts'
import { createSession, type Session } from '../../actors/session.ts'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Transport } from '../../transport/transport.ts'
import { sampleTorrent } from '../swarm/sample.ts'
import { addressOf, createSwarm } from '../swarm/swarm.ts'
import { uncaughtIn } from '../uncaught.ts'

const done = { type: 'done', downloaded: 7 } as const
const error = new Error('the disk is full')
const completing = (isHeard = false, isWhole = () => true) => new Completion(() => isHeard, isWhole)
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('the promise of completion', () => {
  test('resolves with the event, also for who takes it later', async () => {
    const completion = completing()
    const early = completion.promise
    completion.done(done)
    expect([await early, await completion.promise]).toEqual([done, done])
    completion.ended()
    expect(await completion.promise).toEqual(done)
  })

  test('rejects with the error of a failure, and then nothing is uncaught', async () => {
    const completion = completing()
    const { promise } = completion
    expect(await uncaughtIn(() => completion.failed(error))).toEqual([])
    await expect(promise).rejects.toBe(error)
  })

  test('that is taken in the breath of the failure rejects likewise', async () => {
    const completion = completing()
    let promise: Promise<unknown> | undefined
    expect(
      await uncaughtIn(() => {
        completion.failed(error)
        promise = completion.promise
      }),
    ).toEqual([])
    await expect(promise).rejects.toBe(error)
  })

  test('that nobody takes leaves a failure to the listeners, and without any the error is uncaught', async () => {
    expect(await uncaughtIn(() => completing().failed(error))).toEqual([error])
    expect(await uncaughtIn(() => completing(true).failed(error))).toEqual([])
    await turn()
  })

  test('that has resolved carries no failure: without a listener that is uncaught', async () => {
    const completion = completing()
    const { promise } = completion
    completion.done(done)
    expect(await uncaughtIn(() => completion.failed(error))).toEqual([error])
    expect(await promise).toEqual(done)
  })

  test('that is taken, and not looked at, is no unhandled rejection where somebody listens, or at the end', async () => {
    const heard = completing(true)
    const stopped = completing()
    void heard.promise
    void stopped.promise
    heard.failed(error)
    stopped.ended()
    await turn()
    await expect(stopped.promise).rejects.toThrow('the torrent was stopped before it was complete')
  })

  test('is another one when it is tried again after a failure, and the same otherwise', async () => {
    const completion = completing(true)
    const first = completion.promise
    completion.renew()
    expect(completion.promise).toBe(first)
    completion.failed(error)
    completion.renew()
    const second = completion.promise
    completion.done(done)
    await expect(first).rejects.toBe(error)
    expect(await second).toEqual(done)
  })

  test('is another one as long as something is missing that was there, and that is kept or broken like the first', async () => {
    let isWhole = true
    const completion = completing(true, () => isWhole)
    completion.done(done)
    const first = completion.promise
    isWhole = false
    const second = completion.promise
    expect(second).not.toBe(first)
    expect(completion.promise).toBe(second)
    isWhole = true
    completion.done({ ...done, downloaded: 9 })
    expect([await first, await second]).toEqual([done, { ...done, downloaded: 9 }])
    isWhole = false
    completion.ended()
    await expect(completion.promise).rejects.toThrow('the torrent was stopped before it was complete')
  })

  test('that nobody took while something was missing is the last that was kept', async () => {
    const completion = completing()
    completion.done(done)
    completion.done({ ...done, downloaded: 9 })
    expect(await completion.promise).toEqual({ ...done, downloaded: 9 })
  })
})

/** Nobody can listen. */
const deaf: Transport = {
  kind: 'memory',
  dial: () => {
    throw new Error('nobody is dialled')
  },
  listen: async () => {
    throw error
  },
}
const listen = { host: 'a', port: 6881 }
const { metainfo } = sampleTorrent()
const makeTorrent = () =>
  createTorrent({ metainfo, store: openMemoryStore(metainfo), clock: new SimulatedClock(), transport: deaf, listen })
const hasFailed = (owner: Torrent | Session): boolean =>
  'metainfo' in owner
    ? owner.actor.getSnapshot().matches({ life: 'failed' })
    : owner.actor.getSnapshot().matches('failed')
const untilFailed = (owner: Torrent | Session) => async () => {
  while (!hasFailed(owner)) await turn()
}

describe('a torrent', () => {
  test('that fails without a listener throws its error', async () => {
    const torrent = makeTorrent()
    torrent.on('failed', () => {}).unsubscribe()
    torrent.start()
    expect(await uncaughtIn(untilFailed(torrent))).toEqual([error])
    await torrent.stop()
  })

  test('that fails throws nothing when its promise is waited for', async () => {
    const torrent = makeTorrent()
    const caught = expect(torrent.done).rejects.toBe(error)
    torrent.start()
    expect(await uncaughtIn(untilFailed(torrent))).toEqual([])
    await caught
    await torrent.stop()
  })

  test('that fails throws nothing when somebody listens', async () => {
    const torrent = makeTorrent()
    const errors: unknown[] = []
    torrent.on('failed', (event) => errors.push(event.error))
    torrent.start()
    expect(await uncaughtIn(untilFailed(torrent))).toEqual([])
    expect(errors).toEqual([error])
    await torrent.stop()
  })

  test('that is stopped before it is complete breaks its promise', async () => {
    const torrent = makeTorrent()
    const { done } = torrent
    await torrent.stop()
    await expect(done).rejects.toThrow('the torrent was stopped before it was complete')
    await expect(torrent.done).rejects.toThrow('the torrent was stopped')
  })

  test('keeps its promise when everything is there', async () => {
    const swarm = createSwarm()
    swarm.add('a', { has: 'all' })
    const { torrent } = swarm.add('b', { knows: ['a'] })
    swarm.start()
    expect(await swarm.settled(torrent.done)).toEqual({ type: 'done', downloaded: swarm.metainfo.length })
    await swarm.stop()
  })
})

test('a session that fails without a listener throws its error', async () => {
  const make = () => createSession({ clock: new SimulatedClock(), transport: deaf, listen: addressOf('a') })
  const session = make()
  session.start()
  expect(await uncaughtIn(untilFailed(session))).toEqual([error])
  await session.stop()
  const heard = make()
  heard.on('failed', () => {})
  heard.start()
  expect(await uncaughtIn(untilFailed(heard))).toEqual([])
  await heard.stop()
})
