import { and, not, or, type SnapshotStatus, stateIn } from 'xstate'
import type { TorrentState } from '../vocabulary/emitted.ts'
import type { Listening } from '../vocabulary/events.ts'
import type { TorrentContext } from './context.ts'

const isMoving = stateIn({ place: 'moving' })
const isHashing = or([stateIn({ content: 'checking' }), stateIn({ recheck: 'hashing' })])
const isAtWork = and([stateIn({ life: 'active' }), not(isHashing), not(isMoving)])

/**
 * How the torrent stands, in one word, by the states of its regions: one of these holds, or, amid a change of several regions, none for a
 * moment.
 */
export const stands = {
  stopped: and([stateIn({ life: 'stopped' }), not(isMoving)]),
  checking: and([
    or([
      stateIn({ life: 'checking' }),
      and([or([stateIn({ life: 'active' }), stateIn({ life: 'paused' })]), isHashing]),
    ]),
    not(isMoving),
  ]),
  awaiting_metadata: and([isAtWork, stateIn({ content: 'awaiting_metadata' })]),
  downloading: and([isAtWork, stateIn({ content: 'fetching' })]),
  partial_seeding: and([
    isAtWork,
    or([stateIn({ content: 'chosen' }), stateIn({ content: 'partial' }), stateIn({ content: 'read_only' })]),
  ]),
  seeding: and([isAtWork, stateIn({ content: 'complete' })]),
  paused: and([stateIn({ life: 'paused' }), not(isHashing), not(isMoving)]),
  moving: isMoving,
  stopping: and([
    or([stateIn({ life: 'stopping' }), stateIn({ life: 'saving' }), stateIn({ life: 'parting' })]),
    not(isMoving),
  ]),
  failed: and([stateIn({ life: 'failed' }), not(isMoving)]),
} as const satisfies Record<TorrentState, unknown>

/** Each word there is. */
export const standings: readonly TorrentState[] = [
  'stopped',
  'checking',
  'awaiting_metadata',
  'downloading',
  'partial_seeding',
  'seeding',
  'paused',
  'moving',
  'stopping',
  'failed',
]

const standsAsTold = or(standings.map((state) => and([({ context }) => context.standing === state, stands[state]])))

/** It stands otherwise than was told last. What was told is looked at first: after most events it still holds. */
export const standsOtherwise = and([not(standsAsTold), or(standings.map((state) => stands[state]))])

/** A torrent, as these look at it. */
interface View {
  readonly status: SnapshotStatus
  readonly context: Pick<TorrentContext, 'listening' | 'standing'>
  matches(state: { life: { active: { listening: 'reachable' } } }): boolean
}

/** How it stands; `failed` also where its own code threw. */
export const stateOf = ({ context, status }: View): TorrentState => (status === 'error' ? 'failed' : context.standing)

/** Where it accepts peers now; none while it does not run. */
export const listeningOf = (view: View): readonly Listening[] =>
  view.status === 'active' && view.matches({ life: { active: { listening: 'reachable' } } })
    ? view.context.listening
    : []
