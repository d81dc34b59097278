import { createActor, type EventObject, fromCallback } from 'xstate'
import type { Standing, TrackerEvent, TrackerNews } from '../../../machines/tracker/events.ts'
import type { AnnounceInput } from '../../../machines/tracker/setup.ts'
import { trackerMachine } from '../../../machines/tracker/tracker.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

export const url = 'http://tracker.example/announce'

/** What a torrent says of itself. */
export const standing = (change: Partial<Standing> = {}): Standing => ({
  infoHash: 'ab'.repeat(20),
  peerId: 'cd'.repeat(20),
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 100,
  key: 1,
  encryption: 'preferred',
  hasCompleted: false,
  at: 0,
  ...change,
})

/** The chart of a tracker in virtual time, with what it asks and tells. */
export function aTracker() {
  const clock = new SimulatedClock()
  const told: TrackerNews[] = []
  /** The announces that are under way, and all that were made. */
  const open = new Set<AnnounceInput>()
  const asked: AnnounceInput[] = []
  const owner = createActor(
    fromCallback<TrackerNews>(({ receive }) => {
      receive((news) => void told.push(news))
    }),
  ).start()
  const actor = createActor(
    trackerMachine.provide({
      actors: {
        announce: fromCallback<EventObject, AnnounceInput>(({ input }) => {
          asked.push(input)
          open.add(input)
          return () => void open.delete(input)
        }),
      },
    }),
    { clock, input: { owner, tracker: 3, url } },
  ).start()
  return {
    clock,
    actor,
    open,
    asked,
    get value() {
      return actor.getSnapshot().value
    },
    get context() {
      return actor.getSnapshot().context
    },
    /** The events that were said, `none` where there was none. */
    get events() {
      return asked.map(({ event = 'none' }) => event)
    },
    /** What was told since the last look, by type. */
    news: () => told.splice(0).map(({ type }) => type),
    send: (event: TrackerEvent) => actor.send(event),
    announce: (change: Partial<Standing> = {}) =>
      actor.send({ type: 'tracker.announce', standing: standing({ at: clock.now(), ...change }) }),
    stop: () => actor.send({ type: 'tracker.stop', standing: standing({ at: clock.now() }) }),
    answer: (answer = {}) =>
      actor.send({ type: 'announce.answered', answer: { peers: [], interval: 900, ...answer }, at: clock.now() }),
    fail: (failure = {}) =>
      actor.send({
        type: 'announce.failed',
        failure: { fault: 'unreachable', message: 'nothing listens there', ...failure },
        at: clock.now(),
      }),
  }
}
