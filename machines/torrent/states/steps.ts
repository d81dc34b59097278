import type { CoreEvent } from '../core/news.ts'
import type { TorrentEmitted } from '../emitted.ts'
import type { TorrentEvent } from '../torrent-event.ts'

/** What both the chart and its core take. */
type Passed = Extract<TorrentEvent, CoreEvent>

/** The core receives the event as it is. */
export const passOn = { type: 'tellCore', params: ({ event }: { event: Passed }) => event } as const

/** What the core is told to do. */
export const tell = <const Event extends CoreEvent>(event: Event) => ({ type: 'tellCore', params: event }) as const

/** The core rests. The event that asked for it may bear the time. */
export const rest = {
  type: 'tellCore',
  params: ({ event }: { event: TorrentEvent }): CoreEvent => ({
    type: 'core.rest',
    at: 'at' in event ? event.at : undefined,
  }),
} as const

/** The same, and it runs. */
export const run = {
  type: 'tellCore',
  params: ({ event }: { event: TorrentEvent }): CoreEvent => ({
    type: 'core.run',
    at: 'at' in event ? event.at : undefined,
  }),
} as const

/** Something went wrong. */
export const noteError = {
  type: 'noteError',
  params: ({ event }: { event: { readonly error: unknown } }) => ({ error: event.error }),
} as const

/** What is to be emitted with it. */
export const emitNews = {
  type: 'emitNews',
  params: ({ event }: { event: { readonly news: readonly TorrentEmitted[] } }) => ({ news: event.news }),
} as const

/** Everything is there. */
export const emitDone = {
  type: 'emitDone',
  params: ({ event }: { event: { readonly downloaded: number } }) => ({ downloaded: event.downloaded }),
} as const

/**
 * The code of one of the torrent's actors threw: a defect, but peers are closed in good order all the same. That of the core is not among
 * them: without it nothing could close them, and the torrent's actor is in error.
 */
export const onDefect = <Transition>(transition: Transition) => ({
  'xstate.error.actor.storage': transition,
  'xstate.error.actor.listener': transition,
  'xstate.error.actor.ticker': transition,
  'xstate.error.actor.extension.*': transition,
  'xstate.error.actor.group.*': transition,
})
