import type { Role, Wish } from '../protocol/protocol.ts'

/** An event that the page can send to an actor of a role, if the program allows it. */
export interface SendableWish {
  readonly type: string
  readonly role: Role
  /** On its button. */
  readonly label: string
  /** Its fields, as first proposed. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Whether there is a button for it beside the name of the actor. */
  readonly isQuick: boolean
  readonly endsIt?: true
}

const peer = (type: string, label: string, fields: Readonly<Record<string, unknown>> = {}, isQuick = true) =>
  ({ type, role: 'peer', label, fields, isQuick }) as const
const torrent = (type: string, label: string, fields: Readonly<Record<string, unknown>> = {}, isQuick = true) =>
  ({ type, role: 'torrent', label, fields, isQuick }) as const

/** The events that people send by hand; of machines/peer/vocabulary/events.ts and machines/torrent/vocabulary/events.ts. */
const known: readonly SendableWish[] = [
  peer('torrent.choke', 'Choke'),
  peer('torrent.unchoke', 'Unchoke'),
  peer('torrent.interested', 'Interested', {}, false),
  peer('torrent.not_interested', 'Not interested', {}, false),
  { ...peer('torrent.close', 'Close connection', { code: 'requested' }), endsIt: true },
  { ...peer('torrent.adjust_reputation', 'Ban', { delta: -100 }), endsIt: true },
  torrent('torrent.pause', 'Pause'),
  torrent('torrent.resume', 'Resume'),
  torrent('torrent.start', 'Start', {}, false),
  torrent('torrent.stop', 'Stop', {}, false),
  torrent('torrent.recheck', 'Recheck', {}, false),
  torrent('torrent.add_peer', 'Add peer', { address: { host: '127.0.0.1', port: 6881 } }, false),
  torrent('torrent.super_seed', 'Super-seed', { superSeed: true }, false),
  torrent('torrent.set_slots', 'Set slots', { slots: 4 }, false),
]

/** Actors that take events of others; what the page does not know may be for any of them. */
const takers: readonly Role[] = ['peer', 'torrent', 'session', 'group', 'other']

/** What may be sent to an actor of a role. An allowed event that the page does not know is offered without fields. */
export function wishesFor(role: Role, allow: readonly string[]): SendableWish[] {
  const unknown = takers.includes(role) ? allow.filter((type) => known.every((wish) => wish.type !== type)) : []
  return [
    ...known.filter((wish) => wish.role === role && allow.includes(wish.type)),
    ...unknown.map((type) => ({ type, role, label: type, fields: {}, isQuick: false })),
  ]
}

/** The event with the fields as they were written; throws what can be shown when they are no JSON object. */
export function wishOf(to: number, type: string, fields: string): Wish {
  const parsed: unknown = fields.trim() === '' ? {} : JSON.parse(fields)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error('The fields are no JSON object.')
  return { to, event: { ...parsed, type } }
}
