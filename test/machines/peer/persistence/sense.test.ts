import { describe, expect, test } from 'vitest'
import { createActor, fromCallback, type SnapshotFrom, transition } from 'xstate'
import { peerMachine } from '../../../../machines/peer/regions/peer.ts'
import type { Membership, PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import {
  Drive,
  incoming,
  infoHash,
  layout,
  magnetPeer,
  openPeer,
  ourPeerId,
  servingPeer,
  theirPeerId,
} from '../drive.ts'

type View = SnapshotFrom<typeof peerMachine>

const machine = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })
const request = { index: 1, begin: 0, length: 16_384 }
const greeting = { p: 6881, reqq: 5, metadataSize: 5, m: { ut_pex: 3 }, v: 'a client' }
const features = { extended: true, fast: true, dht: false }
const membership: Membership = {
  torrent: undefined,
  peer: 3,
  infoHash,
  layout,
  peerId: ourPeerId,
  reputation: 90,
  evidence: [{ rule: 'corrupt', change: -20, peer: 1, piece: 2, blocks: [1] }],
}

const asked = () => {
  const peer = servingPeer()
  peer.take({ type: 'wire.unchoke' }, { type: 'torrent.request', requests: [request], at: 0 })
  return peer
}
const named = () => {
  const peer = incoming({ known: false })
  peer.take({ type: 'transport.opened' }, { type: 'wire.info_hash', infoHash, features })
  return peer
}
const selecting = () => {
  const peer = new Drive({ encryption: 'preferred' })
  peer.take({ type: 'transport.opened' }, { type: 'mse.key_exchange' }, { type: 'mse.synchronising' })
  peer.take({ type: 'mse.selecting' })
  return peer
}
const accepted = () => {
  const peer = incoming({ known: false })
  peer.take({ type: 'transport.opened' })
  return peer
}
const dialled = () => {
  const peer = new Drive({ standsAlone: true })
  peer.take({ type: 'transport.opened' }, { type: 'wire.info_hash', infoHash, features })
  return peer
}

/** Events that bring numbers, texts and sets, each with a peer that takes it. */
const events: readonly (readonly [PeerEvent, () => Drive])[] = [
  [{ type: 'torrent.adopt', membership }, named],
  [{ type: 'torrent.admit', allowFast: [1] }, () => handshaken()],
  [{ type: 'torrent.greet', greeting }, openPeer],
  [{ type: 'torrent.allow_fast', index: 1 }, servingPeer],
  [{ type: 'torrent.suggest', index: 1 }, servingPeer],
  [{ type: 'torrent.note_dont_have', index: 1 }, openPeer],
  [{ type: 'torrent.note_dont_have', index: 1 }, magnetPeer],
  [{ type: 'torrent.have', index: 1 }, openPeer],
  [{ type: 'torrent.request', requests: [request], at: 5 }, asked],
  [{ type: 'torrent.cancel', requests: [request] }, asked],
  [{ type: 'torrent.reject', requests: [request] }, asked],
  [{ type: 'torrent.verified', index: 1 }, openPeer],
  [{ type: 'torrent.corrupt', index: 1, blocks: [1] }, openPeer],
  [{ type: 'torrent.judge', rule: 'not_announced', index: 1 }, openPeer],
  [{ type: 'torrent.adjust_reputation', delta: 3 }, openPeer],
  [{ type: 'wire.info_hash', infoHash, features }, accepted],
  [{ type: 'wire.peer_id', peerId: theirPeerId }, dialled],
  [{ type: 'wire.have', index: 1 }, openPeer],
  [{ type: 'wire.have', index: 1 }, magnetPeer],
  [{ type: 'wire.allowed_fast', index: 1 }, openPeer],
  [{ type: 'wire.allowed_fast', index: 1 }, magnetPeer],
  [{ type: 'wire.suggest_piece', index: 1 }, openPeer],
  [{ type: 'wire.request', requests: [request] }, servingPeer],
  [{ type: 'wire.cancel', requests: [request] }, servingPeer],
  [{ type: 'wire.reject_request', requests: [request] }, asked],
  [{ type: 'wire.piece', blocks: [{ index: 1, begin: 0, data: new Uint8Array(16_384) }], at: 5 }, asked],
  [{ type: 'wire.extended_handshake', handshake: greeting }, openPeer],
  [{ type: 'transport.opened', at: 5 }, () => new Drive()],
  [{ type: 'transport.limits', down: 100, up: 100 }, openPeer],
  [{ type: 'mse.established', method: 'rc4', infoHash }, selecting],
  [{ type: 'timer.tick', at: 5, silentInMs: 1, silentOutMs: 1, wokeAt: 4, unsentBytes: 3 }, asked],
  [{ type: 'timer.tick', at: 5, silentInMs: 1, silentOutMs: 1, underWay: { index: 1, begin: 0 } }, asked],
]

function handshaken() {
  const peer = new Drive()
  peer.take({ type: 'transport.opened' }, { type: 'wire.info_hash', infoHash, features })
  peer.take({ type: 'wire.peer_id', peerId: theirPeerId })
  return peer
}

const absurd = { number: [0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300], string: ['', 'zz', 'a'.repeat(99)] }
/** Texts that are one of few words. */
const words = ['type', 'rule', 'method']

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** The value with one absurd number or text in it, in every place. */
function mutantsOf<Value>(value: Value): Value[] {
  const others: unknown[] = []
  if (typeof value === 'number') others.push(...absurd.number)
  else if (typeof value === 'string') others.push(...absurd.string)
  else if (Array.isArray(value))
    for (const [i, one] of value.entries()) others.push(...mutantsOf<unknown>(one).map((other) => value.with(i, other)))
  else if (isPlain(value))
    for (const [name, one] of Object.entries(value))
      if (!words.includes(name)) others.push(...mutantsOf<unknown>(one).map((other) => ({ ...value, [name]: other })))
  return others as Value[]
}

const told = (peer: Drive, event: PeerEvent): View => transition(machine, peer.snapshot, event)[0]

/** What is wrong with a peer that is restored from how it stands. */
const faultOf = (view: View): unknown => {
  const snapshot = JSON.parse(JSON.stringify(machine.getPersistedSnapshot(view)))
  return createActor(machine, { snapshot, input: undefined }).getSnapshot().error
}

const printed = (event: PeerEvent): string =>
  JSON.stringify(event, (_, value) => (typeof value === 'number' ? String(value) : value))

describe('whatever number or text a peer is told', () => {
  test.each(events.map(([event, make]) => [event.type, event, make] as const))(
    'in %s, it can be restored',
    (_, event, make) => {
      const peer = make()
      expect(faultOf(told(peer, event))).toBeUndefined()
      const faults = mutantsOf(event).flatMap((one) => {
        const fault = faultOf(told(peer, one))
        return fault === undefined ? [] : [`${printed(one)}: ${fault}`]
      })
      expect(faults).toEqual([])
    },
  )

  test.each<[PeerEvent, () => Drive]>([
    [{ type: 'torrent.adjust_reputation', delta: 0.5 }, openPeer],
    [{ type: 'torrent.adjust_reputation', delta: Number.NaN }, openPeer],
    [{ type: 'torrent.corrupt', index: 0.5 }, openPeer],
    [{ type: 'torrent.request', requests: [{ ...request, length: 99_999 }], at: 0 }, asked],
    [{ type: 'torrent.admit', have: PieceSet.all(9) }, handshaken],
    [{ type: 'torrent.learn', layout, have: PieceSet.all(9) }, magnetPeer],
    [{ type: 'torrent.adopt', membership: { ...membership, have: PieceSet.all(9) } }, named],
    [{ type: 'torrent.greet', greeting: { ...greeting, p: 0.5 } }, openPeer],
  ])('%o, it changes nothing where that makes no sense', (event, make) => {
    const peer = make()
    expect(told(peer, event).context).toBe(peer.snapshot.context)
    expect(told(peer, event).value).toEqual(peer.value)
  })
})
