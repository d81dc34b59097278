import { type AnyStateMachine, createActor, fromCallback } from 'xstate'
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
export const machines: readonly (readonly [string, AnyStateMachine, object, { readonly type: string }])[] = [
  ['a peer', peerMachine, { peer: 0, link, at: 0, infoHash, layout, peerId }, { type: 'transport.opened' }],
  [
    'a torrent',
    torrentMachine,
    {
      infoHash,
      layout,
      peerId,
      greeting: {},
      transports: ['tcp'],
      random: () => 0,
      sha1: () => new Uint8Array(),
      at: 0,
    },
    { type: 'torrent.set_slots' },
  ],
  [
    'a session',
    sessionMachine,
    { peerId, encryption: 'preferred', blacklist: new Blacklist(), at: 0 },
    { type: 'session.start' },
  ],
  ['a group of peers', peerGroupMachine, { owner }, { type: 'group.stop' }],
]

/** What becomes of a value that goes through JSON. */
export const throughJson = <Value>(value: Value): Value => {
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
