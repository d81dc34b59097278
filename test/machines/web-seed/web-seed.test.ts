import { expect, test } from 'vitest'
import { createActor, type EventObject, fromCallback } from 'xstate'
import { backOffOf } from '../../../machines/web-seed/delays.ts'
import type { WebSeedEvent, WebSeedNews } from '../../../machines/web-seed/events.ts'
import type { WebSeedLinkInput } from '../../../machines/web-seed/setup.ts'
import { webSeedMachine } from '../../../machines/web-seed/web-seed.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { isFinal, type WebSeedFailure } from '../../../transport/web-seed/failure.ts'
import { plainActionsOf } from '../walk.ts'

const url = 'http://seed.example/'
const busy: WebSeedFailure = { fault: 'busy', message: 'it answers with HTTP status 503' }
const missing: WebSeedFailure = { fault: 'refused', message: 'it answers with HTTP status 404' }

/** The chart of a web seed in virtual time, with what it tells. */
function aWebSeed() {
  const clock = new SimulatedClock()
  const told: WebSeedNews[] = []
  const open = new Set<WebSeedLinkInput>()
  const owner = createActor(
    fromCallback<WebSeedNews>(({ receive }) => {
      receive((news) => void told.push(news))
    }),
  ).start()
  const actor = createActor(
    webSeedMachine.provide({
      actors: {
        link: fromCallback<EventObject, WebSeedLinkInput>(({ input }) => {
          open.add(input)
          return () => void open.delete(input)
        }),
      },
    }),
    { clock, input: { owner, webSeed: 3, url } },
  ).start()
  return {
    clock,
    open,
    get value() {
      return actor.getSnapshot().value
    },
    get context() {
      return actor.getSnapshot().context
    },
    news: () => told.splice(0).map(({ type }) => type),
    send: (event: WebSeedEvent) => actor.send(event),
    connect: () => actor.send({ type: 'web_seed.connect' }),
    fail: (failure: WebSeedFailure) => actor.send({ type: 'link.failed', failure, at: clock.now() }),
    get links() {
      return [...open]
    },
    close: (end: 'over' | 'banned' | 'requested' | 'failed') =>
      actor.send({ type: 'web_seed.closed', end, why: 'because', at: clock.now() }),
  }
}

test('a web seed that is asked has a connection, and serves as soon as bytes come', () => {
  const webSeed = aWebSeed()
  expect([webSeed.value, webSeed.open.size]).toEqual(['idle', 0])
  webSeed.connect()
  expect([webSeed.value, webSeed.open.size]).toEqual([{ linked: 'connecting' }, 1])
  webSeed.send({ type: 'link.made', connection })
  webSeed.send({ type: 'link.answered' })
  expect(webSeed.value).toEqual({ linked: 'serving' })
  webSeed.close('over')
  expect([webSeed.value, webSeed.open.size]).toEqual(['idle', 0])
  expect(webSeed.news()).toEqual(['web_seed.started', 'web_seed.made', 'web_seed.served'])
})

test('one that fails is left alone for 30 s, and twice as long after each failure that follows', () => {
  const webSeed = aWebSeed()
  const waits = [1, 2, 3].map(() => {
    webSeed.connect()
    webSeed.fail(busy)
    const from = webSeed.clock.now()
    expect([webSeed.value, webSeed.open.size]).toEqual(['backing_off', 0])
    webSeed.connect()
    while (webSeed.value === 'backing_off') webSeed.clock.advanceToNext()
    expect([webSeed.value, webSeed.open.size, webSeed.context.dueAt]).toEqual(['idle', 0, undefined])
    return webSeed.clock.now() - from
  })
  expect(waits).toEqual([30_000, 60_000, 120_000])
  expect(webSeed.news().slice(1)).toEqual(Array(3).fill(['web_seed.failed', 'web_seed.due']).flat())
})

test('one that has served again has not failed', () => {
  const webSeed = aWebSeed()
  webSeed.connect()
  webSeed.fail(busy)
  webSeed.clock.advance(30_000)
  webSeed.connect()
  webSeed.send({ type: 'link.answered' })
  expect(webSeed.context).toMatchObject({ failures: 0, failure: undefined })
})

test('when a server says when to come again it is heeded, up to an hour, and later each time it says so again', () => {
  const wait = (retryAfterMs: number, failures = 1) => backOffOf({ failure: { ...busy, retryAfterMs }, failures })
  expect([wait(120_000), wait(5_000), wait(1e12), wait(0, 40)]).toEqual([120_000, 5_000, 3_600_000, 3_600_000])
  expect([1, 2, 3, 4].map((failures) => wait(0, failures))).toEqual([1_000, 2_000, 4_000, 8_000])
})

test('one that lacks a file is asked soon for the others, and not for that one again', () => {
  const webSeed = aWebSeed()
  for (const file of [4, 7, 4]) {
    webSeed.connect()
    webSeed.fail({ ...missing, file })
    expect(webSeed.value).toBe('backing_off')
    webSeed.clock.advance(4_000)
  }
  webSeed.connect()
  expect(webSeed.links).toEqual([{ url, without: [4, 7] }])
})

test('one that has not the files is given up', () => {
  const webSeed = aWebSeed()
  webSeed.connect()
  webSeed.fail(missing)
  expect([webSeed.news().at(-1), webSeed.context.failure]).toEqual(['web_seed.failed', missing])
  webSeed.clock.advance(1e9)
  webSeed.connect()
  expect([webSeed.value, webSeed.context.dueAt]).toEqual(['given_up', undefined])
  expect((['unreachable', 'silent', 'busy'] as const).some((fault) => isFinal({ fault, message: '' }))).toBe(false)
})

test('one that is banned is asked again only when its torrent does, as the ban was lifted', () => {
  const webSeed = aWebSeed()
  webSeed.connect()
  webSeed.close('banned')
  expect([webSeed.news().at(-1), webSeed.context.failure?.message]).toEqual(['web_seed.banned', 'because'])
  webSeed.clock.advance(1e9)
  expect(webSeed.value).toBe('banned')
  webSeed.connect()
  expect(webSeed.value).toEqual({ linked: 'connecting' })
})

test('one whose connection ends otherwise waits, or is given up where the owner closed it', () => {
  const lost = aWebSeed()
  lost.connect()
  lost.close('failed')
  expect([lost.value, lost.context.failure?.message]).toEqual(['backing_off', 'because'])
  expect(lost.news().at(-1)).toBe('web_seed.failed')
  const closed = aWebSeed()
  closed.connect()
  closed.close('requested')
  expect([closed.value, closed.context.failure?.message]).toEqual(['given_up', 'because'])
  expect(closed.news().at(-1)).toBe('web_seed.failed')
})

const nobody = createActor(fromCallback(() => undefined))
const inert = webSeedMachine.provide({ actors: { link: fromCallback(() => undefined) } })
const [connection] = memoryPair({ clock: new SimulatedClock(), random: seededRandom(1) })

test('leaves nothing to be executed but what the chart names', () => {
  expect(plainActionsOf(inert)).toEqual([])
})

test('a web seed is restored from no snapshot', () => {
  const snapshot = createActor(inert, { input: { owner: nobody, webSeed: 0, url } })
    .start()
    .getPersistedSnapshot()
  const restored = createActor(webSeedMachine, { snapshot, input: { owner: nobody, webSeed: 0, url } })
  expect(restored.getSnapshot().status).toBe('error')
})
