import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { trackerDelays } from '../../../machines/tracker/delays.ts'
import { trackerMachine } from '../../../machines/tracker/tracker.ts'
import { plainActionsOf } from '../walk.ts'
import { aTracker, url } from './a-tracker.ts'

const minute = 60_000

describe('a tracker that answers', () => {
  test('is told that we begin, and from then on that we are still there, after each interval', () => {
    const tracker = aTracker()
    expect(tracker.news()).toEqual(['tracker.started'])
    tracker.announce()
    tracker.answer({ peers: [{ host: '192.0.2.1', port: 1 }], seeders: 2, trackerId: Uint8Array.of(7) })
    expect(tracker.news()).toEqual(['tracker.asked', 'tracker.answered'])
    expect(tracker.context).toMatchObject({ peers: 1, answer: { seeders: 2 }, dueAt: 15 * minute })
    tracker.clock.advance(15 * minute - 1)
    expect(tracker.value).toBe('waiting')
    tracker.clock.advance(1)
    expect(tracker.news()).toEqual(['tracker.due'])
    tracker.announce()
    expect(tracker.asked.at(-1)?.trackerId).toEqual(Uint8Array.of(7))
    expect(tracker.events).toEqual(['started', 'none'])
  })

  test('is left alone before its interval is over, unless it is to learn that everything is there', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.answer()
    tracker.announce()
    expect(tracker.value).toBe('waiting')
    tracker.announce({ hasCompleted: true, left: 0 })
    tracker.answer()
    tracker.announce({ hasCompleted: true, left: 0 })
    expect(tracker.events).toEqual(['started', 'completed'])
  })

  test('may be asked as soon as its minimum interval is over (BEP 3)', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.answer({ interval: 1800, minInterval: 120 })
    tracker.clock.advance(2 * minute - 1)
    tracker.announce()
    expect(tracker.events).toEqual(['started'])
    tracker.clock.advance(1)
    tracker.announce()
    expect(tracker.events).toEqual(['started', 'none'])
  })

  test.each([
    ['a minute', undefined, minute],
    ['its own minimum', 120, 2 * minute],
  ])('is told after %s that we accept connections elsewhere, not after its whole interval', (_, minInterval, pause) => {
    const tracker = aTracker()
    tracker.announce({ port: 6881 })
    tracker.answer({ interval: 1800, ...(minInterval !== undefined && { minInterval }) })
    tracker.clock.advance(pause - 1)
    tracker.announce({ port: 6882 })
    expect(tracker.events).toEqual(['started'])
    tracker.clock.advance(1)
    tracker.announce({ port: 6882 })
    expect([tracker.events, tracker.asked.at(-1)?.standing.port]).toEqual([['started', 'none'], 6882])
  })

  test('is not told that everything is there by a torrent that had it from the first', () => {
    const tracker = aTracker()
    tracker.announce({ left: 0 })
    tracker.answer()
    tracker.announce({ left: 0, hasCompleted: true })
    expect(tracker.events).toEqual(['started'])
  })

  test('names peers before its other address has answered', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.send({ type: 'announce.found', peers: [{ host: '192.0.2.1', port: 1 }] })
    expect(tracker.news()).toContain('tracker.found')
    expect(tracker.value).toEqual({ announcing: 'asking' })
  })
})

describe('a tracker that does not answer', () => {
  test('is asked again after a wait that grows, and is told that we begin', () => {
    const tracker = aTracker()
    const waits = [1, 2, 3].map(() => {
      tracker.announce()
      tracker.fail()
      const from = tracker.clock.now()
      while (tracker.value === 'backing_off') tracker.clock.advanceToNext()
      return tracker.clock.now() - from
    })
    expect(waits).toEqual([17_500, 55_000, 117_500])
    expect(tracker.events).toEqual(['started', 'started', 'started'])
    const wait = ['tracker.asked', 'tracker.failed', 'tracker.due']
    expect(tracker.news()).toEqual(['tracker.started', ...wait, ...wait, ...wait])
  })

  test('is silent after 45 s, and what it is asked is given up', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.news()
    tracker.clock.advance(trackerDelays.answerMs)
    expect(tracker.value).toBe('backing_off')
    expect(tracker.context.failure).toEqual({ fault: 'silent', message: 'it has not answered within 45 s' })
    expect(tracker.news()).toEqual(['tracker.failed'])
    expect(tracker.open.size).toBe(0)
  })

  test('is not asked before the time that it names, and never again where it says so (BEP 31)', () => {
    const later = aTracker()
    later.announce()
    later.fail({ fault: 'refused', retryIn: 3600 })
    later.clock.advance(3_600_000 - 1)
    expect(later.value).toBe('backing_off')
    const never = aTracker()
    never.announce()
    never.fail({ fault: 'refused', message: 'not this torrent', retryIn: 'never' })
    expect(never.news().at(-1)).toBe('tracker.failed')
    never.clock.advance(1e9)
    expect([never.value, never.context.dueAt]).toEqual(['refused', undefined])
    expect(never.context.failure?.message).toBe('not this torrent')
  })

  test('has failed no more once it has answered', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.fail()
    tracker.clock.advance(17_500)
    tracker.announce()
    tracker.answer()
    expect(tracker.context).toMatchObject({ failure: undefined, failures: 0 })
  })
})

describe('when we leave', () => {
  test('a tracker that knows of us is told so, and has 3 s for it', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.answer()
    tracker.stop()
    expect(tracker.events).toEqual(['started', 'stopped'])
    tracker.news()
    tracker.clock.advance(trackerDelays.leavingMs - 1)
    expect(tracker.value).toBe('stopping')
    tracker.clock.advance(1)
    expect([tracker.value, tracker.news()]).toEqual(['stopped', ['tracker.left']])
    expect(tracker.open.size).toBe(0)
  })

  test('a tracker that has not answered yet is not told, and nothing is under way any more', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.stop()
    expect([tracker.value, tracker.open.size, tracker.events]).toEqual(['stopped', 0, ['started']])
  })

  test('a tracker that is being told that everything is there is told that first', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.answer()
    tracker.announce({ hasCompleted: true, left: 0 })
    tracker.stop()
    expect(tracker.events).toEqual(['started', 'completed'])
    tracker.news()
    tracker.answer({ trackerId: Uint8Array.of(9) })
    expect(tracker.events).toEqual(['started', 'completed', 'stopped'])
    expect(tracker.news()).toEqual(['tracker.answered'])
    expect(tracker.asked.at(-1)?.trackerId).toEqual(Uint8Array.of(9))
    expect(tracker.context.dueAt).toBeUndefined()
    tracker.fail()
    expect(tracker.value).toBe('stopped')
  })

  test('a tracker that fails as it is told that everything is there is told that we leave all the same', () => {
    const tracker = completing()
    tracker.stop()
    tracker.fail()
    expect([tracker.value, tracker.events.at(-1)]).toEqual(['stopping', 'stopped'])
  })

  test('a tracker that does not hear in time that everything is there is not waited for', () => {
    const tracker = completing()
    tracker.stop()
    tracker.clock.advance(trackerDelays.leavingMs)
    expect([tracker.value, tracker.events.at(-1)]).toEqual(['stopped', 'completed'])
  })

  const ways = [
    ['is being asked', (tracker: Tracker) => tracker.announce()],
    ['has answered', answers],
    ['may be asked', () => {}],
    ['is being told that everything is there', (tracker: Tracker) => tracker.announce({ hasCompleted: true, left: 0 })],
    ['has failed', fails],
    ['refuses', refuses],
  ] as const

  test.each(ways)('a tracker that knows of us and %s is told how we stand then, and is due no more', (_, come) => {
    const tracker = due()
    come(tracker)
    tracker.clock.advance(7)
    tracker.stop()
    if (tracker.events.at(-1) === 'completed') tracker.fail()
    expect(tracker.asked.at(-1)).toMatchObject({ event: 'stopped', standing: { at: tracker.clock.now() } })
    expect([tracker.value, tracker.context.dueAt]).toEqual(['stopping', undefined])
  })

  test.each([
    ['was never asked', () => {}],
    ['has failed', fails],
    ['refuses', refuses],
  ] as const)('a tracker that does not know of us and %s is left at once', (_, come) => {
    const tracker = aTracker()
    come(tracker)
    tracker.stop()
    expect([tracker.value, tracker.news().at(-1), tracker.open.size]).toEqual(['stopped', 'tracker.left', 0])
  })

  test('and come again, it is told that we begin, but not twice that everything is there', () => {
    const tracker = aTracker()
    tracker.announce()
    tracker.answer()
    tracker.announce({ hasCompleted: true, left: 0 })
    tracker.answer()
    tracker.stop()
    tracker.answer()
    tracker.announce({ hasCompleted: true, left: 0 })
    expect(tracker.value).toEqual({ announcing: 'asking' })
    tracker.answer()
    tracker.announce({ hasCompleted: true, left: 0 })
    expect(tracker.events).toEqual(['started', 'completed', 'stopped', 'started'])
  })
})

type Tracker = ReturnType<typeof aTracker>

/** It is asked, and answers. */
function answers(tracker: Tracker): void {
  tracker.announce()
  tracker.answer()
}

/** It is asked, and cannot be reached. */
function fails(tracker: Tracker): void {
  tracker.announce()
  tracker.fail()
}

/** It is asked, and never wants to be asked again. */
function refuses(tracker: Tracker): void {
  tracker.announce()
  tracker.fail({ fault: 'refused', retryIn: 'never' })
}

/** A tracker that knows of us, and may be asked again. */
function due(): Tracker {
  const tracker = aTracker()
  tracker.announce()
  tracker.answer()
  tracker.clock.advance(15 * minute)
  return tracker
}

/** A tracker that is being told that everything is there. */
function completing(): Tracker {
  const tracker = due()
  tracker.announce({ hasCompleted: true, left: 0 })
  return tracker
}

test('a tracker is restored from no snapshot', () => {
  const snapshot = aTracker().actor.getPersistedSnapshot()
  const restored = createActor(trackerMachine, { snapshot, input: { owner: nobody, tracker: 0, url } })
  expect(restored.getSnapshot().status).toBe('error')
})

const nobody = createActor(fromCallback(() => undefined))

test('leaves nothing to be executed but what the chart names', () => {
  expect(plainActionsOf(trackerMachine)).toEqual([])
})
