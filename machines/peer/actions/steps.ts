import type { CloseReason } from '../vocabulary/close-reason.ts'
import type { DelayedTimer } from '../vocabulary/delays.ts'
import type { NotedRegion } from '../vocabulary/facts.ts'
import type { LinkCommand, SendEvent } from '../vocabulary/transport-commands.ts'
import type { News } from './say.ts'

/** Ends the connection for a reason that is known beforehand. */
export const end = <const Reason extends CloseReason>(reason: Reason) => ({ type: 'end', params: reason }) as const

/** Puts a message on the wire that is always the same. */
export const send = <const Sent extends SendEvent>(message: Sent) => ({ type: 'send', params: message }) as const

/** Asks something of the socket. */
export const link = <const Command extends LinkCommand>(command: Command) =>
  ({ type: 'link', params: command }) as const

/** Tells the torrent, and every listener. */
export const tell = <const Told extends News>(news: Told) => ({ type: 'tell', params: news }) as const

/** With the entry of a state: its timer runs. */
export const startTimer = <const Name extends DelayedTimer>(name: Name) =>
  ({ type: 'startTimer', params: { name } }) as const

/** With the exit of a state: its timer runs no longer. */
export const cancelTimer = <const Name extends DelayedTimer>(name: Name) =>
  ({ type: 'cancelTimer', params: { name } }) as const

/** Goes with the entry of a state, or the way there, where the region notes since when it is in it, for `explain`. */
export const noteSince = (region: NotedRegion) => ({ type: 'noteSince', params: { region } }) as const

/** A message of the Fast extension on a connection without it ends the connection (BEP 6). A transition for any region. */
export const fastMissing = {
  guard: 'lacksFast',
  actions: end({ source: 'remote', code: 'fast_not_negotiated' }),
} as const
