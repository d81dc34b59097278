import { describe, expect, test } from 'vitest'
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  fromCallback,
  initialTransition,
  transition,
} from 'xstate'
import { Layout } from '../../../machines/layout.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import { sessionMachine } from '../../../machines/session/session.ts'
import { peerGroupMachine } from '../../../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../../../machines/torrent/torrent.ts'
import { Blacklist } from '../../../machines/torrent/trust/blacklist.ts'

const link = { address: { host: '192.0.2.1', port: 6881 }, direction: 'out', kind: 'tcp' } as const
const layout = new Layout({ pieceLength: 32_768, length: 65_536 })
const infoHash = 'aa'.repeat(20)
const peerId = '11'.repeat(20)
const owner = createActor(fromCallback(() => undefined))

/** Each machine, an input of it, and an event that its first state takes. */
const machines: readonly (readonly [string, AnyStateMachine, object, { readonly type: string }])[] = [
  ['a peer', peerMachine, { peer: 0, link, at: 0, infoHash, layout, peerId }, { type: 'transport.opened' }],
  [
    'a torrent',
    torrentMachine,
    { infoHash, layout, peerId, greeting: {}, transport: 'tcp', random: () => 0, sha1: () => new Uint8Array(), at: 0 },
    { type: 'torrent.set_slots' },
  ],
  [
    'a session',
    sessionMachine,
    { transport: 'tcp', peerId, encryption: 'preferred', blacklist: new Blacklist(), at: 0 },
    { type: 'session.start' },
  ],
  ['a group of peers', peerGroupMachine, { owner }, { type: 'group.stop' }],
]

const throughJson = <Value>(value: Value): Value => {
  const seen = new WeakSet()
  // An actor among the facts leads to a system, which leads back to it.
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) => {
      if (typeof one !== 'object' || one === null) return one
      if (seen.has(one)) return undefined
      seen.add(one)
      return one
    }),
  )
}

describe.each(machines)('%s', (what, machine, input, event) => {
  const first = (): AnyMachineSnapshot => initialTransition(machine, input)[0]

  test('is not restored from a persisted snapshot, through JSON or not, also where it is provided with actors', () => {
    for (const one of [machine, machine.provide({})]) {
      const persisted = createActor(one, { input }).getPersistedSnapshot()
      for (const snapshot of [persisted, throughJson(persisted)]) {
        const { status, error } = createActor(one, { snapshot }).getSnapshot()
        expect([status, error]).toEqual(['error', new TypeError(messageOf(what))])
      }
    }
  })

  test('goes on from its own snapshot, and not from one that went through JSON', () => {
    expect(() => transition(machine, first(), event)).not.toThrow(TypeError(gone(what)))
    expect(() => transition(machine, throughJson(first()), event)).toThrow(gone(what))
  })

  test('takes no context that went through JSON', () => {
    const { value, context } = first()
    expect(machine.resolveState({ value, context }).value).toEqual(value)
    expect(() => machine.resolveState({ value, context: throughJson(context) })).toThrow(gone(what))
  })

  test('does not go on from its own snapshot around a context that went through JSON', () => {
    const snapshot = first()
    const spread = { ...snapshot, context: throughJson(snapshot.context) }
    expect(() => transition(machine, spread, event)).toThrow(TypeError(gone(what)))
    expect(() => transition(machine, { ...snapshot, context: {} }, event)).toThrow(TypeError(gone(what)))
  })

  test('takes no input that went through JSON', () => {
    const { status, error } = createActor(machine, { input: throughJson(input) }).getSnapshot()
    expect(status).toBe('error')
    expect(error).toBeInstanceOf(TypeError)
  })
})

const gone = (what: string) => `${what} cannot go on from what went through JSON: make a new one`
const messageOf = (what: string) =>
  `${what} cannot be restored: a snapshot holds no connection and no file, make a new one`
