import { fromEvent } from '../../from-event.ts'
import type { CoreEvent } from '../vocabulary/news.ts'
import type { TorrentEvent } from './torrent-event.ts'

/** The core receives the event as it is. */
export const passOn = fromEvent('tellCore')

/** What the core is told to do. */
export const tell = <const Event extends CoreEvent>(event: Event) => ({ type: 'tellCore', params: event }) as const

/** What the core is told with the time, where the event that asked for it bears one. */
const tellAt = (type: 'core.rest' | 'core.run') =>
  ({
    type: 'tellCore',
    params: ({ event }: { event: TorrentEvent }): CoreEvent => ({ type, at: 'at' in event ? event.at : undefined }),
  }) as const

/** The core rests. */
export const rest = tellAt('core.rest')

/** The core runs. */
export const run = tellAt('core.run')

/** Something went wrong. */
export const noteError = fromEvent('noteError')

/** What is to be emitted with it. */
export const emitNews = fromEvent('emitNews')

/** Everything is there. */
export const emitDone = fromEvent('emitDone')

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
  'xstate.error.actor.tracker.*': transition,
  'xstate.error.actor.web_seed.*': transition,
  'xstate.error.actor.dht': transition,
})

/** The same for whatever goes wrong: the storage and the metadata may tell of it, too. */
export const onFailure = <Transition>(transition: Transition) => ({
  'metadata.failed': transition,
  'storage.failed': transition,
  ...onDefect(transition),
})
