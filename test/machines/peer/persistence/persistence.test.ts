import { describe, expect, test } from 'vitest'
import { createActor, fromCallback, type InputFrom, type Snapshot, type SnapshotFrom } from 'xstate'
import type { TransportInput } from '../../../../machines/peer/actions/vocabulary.ts'
import { peerMachine } from '../../../../machines/peer/regions/peer.ts'
import { delays } from '../../../../machines/peer/vocabulary/delays.ts'
import type { PeerEvent, PeerNews } from '../../../../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../../../../machines/peer/vocabulary/transport-commands.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { memoryPair } from '../../../../transport/memory.ts'
import { seededRandom } from '../../../../transport/random.ts'
import { SimulatedClock } from '../../../../transport/simulated-clock.ts'
import { infoHash, layout, opening, ourPeerId, theirPeerId, tick } from '../drive.ts'

const address = { host: '10.0.0.2', port: 6881 }
const dialled = {
  peer: 7,
  link: { address, direction: 'out', kind: 'memory' },
  at: 0,
  infoHash,
  layout,
  peerId: ourPeerId,
  encryption: 'none',
} as const
const accepted = { ...dialled, link: { address, direction: 'in', kind: 'memory' } } as const

/** A peer on a transport that notes what it is told. */
function aPeer(options: { readonly input?: InputFrom<typeof peerMachine>; readonly snapshot?: Snapshot<unknown> }) {
  const clock = new SimulatedClock()
  const told: string[] = []
  const connections: unknown[] = []
  const emitted: PeerNews[] = []
  let report: (event: PeerEvent) => void = () => undefined
  const transport = fromCallback<TransportCommand, TransportInput>(({ input, receive, sendBack }) => {
    connections.push(input.connection)
    report = sendBack
    receive(({ type }) => told.push(type))
  })
  const actor = createActor(peerMachine.provide({ actors: { transport } }), { input: undefined, ...options, clock })
  actor.on('*', (news) => emitted.push(news))
  return { actor, clock, told, connections, emitted, report: (event: PeerEvent) => report(event) }
}
type Peer = ReturnType<typeof aPeer>

const take = (peer: Peer, ...events: readonly PeerEvent[]): Peer => {
  peer.actor.start()
  for (const event of events) peer.report(event)
  return peer
}
const open = (input: InputFrom<typeof peerMachine> = dialled): Peer =>
  take(
    aPeer({ input }),
    ...opening({ have: PieceSet.none(10).with(3) }).slice(0, 3),
    { type: 'wire.bitfield', bits: Uint8Array.of(0xf0, 0) },
    { type: 'wire.unchoke' },
    { type: 'torrent.request', requests: [layout.blockAt(1, 0)], at: 0 },
    { type: 'torrent.corrupt', index: 2 },
  )
const throughJson = (snapshot: Snapshot<unknown>): Snapshot<unknown> => JSON.parse(JSON.stringify(snapshot))
const persisted = ({ actor }: Peer): Snapshot<unknown> => throughJson(actor.getPersistedSnapshot())
const viewOf = ({ actor }: Peer): SnapshotFrom<typeof peerMachine> => actor.getSnapshot()

describe('a peer that we dialled, restored from its snapshot', () => {
  test('is on a new connection, which it does not pretend to be open, and chokes and wants nothing as BEP 3 begins', () => {
    const before = open()
    expect(viewOf(before).value).toMatchObject({ handshake: 'open', peer_choking: 'not_choking', requests: 'waiting' })
    const peer = aPeer({ snapshot: persisted(before) })
    expect(viewOf(peer).value).toEqual({
      handshake: { connecting: 'trying' },
      encryption: 'undecided',
      talk: 'heard',
      availability: 'remembered',
      extended: 'awaiting_handshake',
      am_choking: 'choking',
      am_interested: 'not_interested',
      peer_choking: 'choking',
      peer_interested: 'not_interested',
      requests: 'idle',
      uploads: 'idle',
      reputation: 'trusted',
    })
    expect(viewOf(peer).context).toMatchObject({ outstanding: [], remotePeerId: '', owner: undefined })
  })

  test('knows itself, its torrent, what the remote had, and its reputation with the evidence', () => {
    const { context } = viewOf(open())
    const restored = viewOf(aPeer({ snapshot: persisted(open()) })).context
    for (const fact of [
      'peer',
      'link',
      'peerId',
      'infoHash',
      'layout',
      'have',
      'pieces',
      'reputation',
      'evidence',
    ] as const) {
      expect(restored[fact]).toStrictEqual(context[fact])
    }
    expect([[...restored.pieces.indexes()], restored.reputation]).toEqual([[0, 1, 2, 3], 80])
  })

  test('dials as it starts, and says so; the dial has its time', () => {
    const peer = aPeer({ snapshot: persisted(open()) })
    expect(peer.connections).toEqual([])
    peer.actor.start()
    expect(peer.connections).toEqual([undefined])
    expect(peer.emitted.map(({ type }) => type)).toEqual(['peer.started'])
    peer.clock.advance(delays.connectMs)
    expect(viewOf(peer).context.closeReason).toEqual({ source: 'timeout', code: 'connect' })
  })

  test('comes to open by its handshakes alone; what it had is forgotten as the connection stands, for it says that anew', () => {
    const peer = aPeer({ snapshot: persisted(open()) })
    take(peer, { type: 'transport.opened', at: 5 })
    expect(viewOf(peer).value).toMatchObject({
      handshake: { handshaking: 'awaiting_info_hash' },
      availability: 'awaiting_first',
    })
    expect(viewOf(peer).context.pieces.isNone).toBe(true)
    take(peer, ...opening().slice(1, 3))
    expect(viewOf(peer).value).toMatchObject({ handshake: 'open', am_choking: 'choking', peer_choking: 'choking' })
    expect(peer.told).toEqual(['send.handshake', 'link.read_messages', 'send.have_none'])
    take(peer, { type: 'wire.have', index: 9 })
    expect([...viewOf(peer).context.pieces.indexes()]).toEqual([9])
  })

  test('counts time by the clock of its new actor', () => {
    const clock = new SimulatedClock()
    clock.advance(60_000)
    const machine = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })
    const { now, rateDown, since } = createActor(machine, {
      clock,
      snapshot: persisted(open()),
      input: undefined,
    }).getSnapshot().context
    expect([now, rateDown.readings[0]?.at, since.handshake]).toEqual([60_000, 60_000, 60_000])
  })

  test('has what an input beside the snapshot says: its owner, another address', () => {
    const told: PeerNews[] = []
    const owner = createActor(fromCallback<PeerNews>(({ receive }) => receive((news) => told.push(news)))).start()
    const elsewhere = { address: { host: '10.0.0.3', port: 1 }, direction: 'out', kind: 'memory' } as const
    const peer = aPeer({
      snapshot: persisted(open()),
      input: { peer: 8, link: elsewhere, at: 9, peerId: ourPeerId, owner },
    })
    peer.actor.start()
    expect(told).toMatchObject([{ type: 'peer.started', peer: 8 }])
    expect(viewOf(peer).context).toMatchObject({ peer: 8, link: elsewhere, now: 9, reputation: 80, infoHash })
  })
})

describe('an input beside the snapshot of a peer', () => {
  test('may be a part: the rest is as it was', () => {
    const owner = createActor(fromCallback<PeerNews>(() => undefined)).start()
    const { context } = viewOf(aPeer({ snapshot: persisted(open()), input: { owner } }))
    expect(context).toMatchObject({ owner, peer: 7, link: dialled.link, peerId: ourPeerId, reputation: 80 })
    const [connection] = memoryPair({ clock: new SimulatedClock(), random: seededRandom(1) })
    const peer = aPeer({ snapshot: persisted(open(accepted)), input: { connection } })
    peer.actor.start()
    expect([viewOf(peer).value.handshake, peer.connections]).toEqual([{ connecting: 'trying' }, [connection]])
  })

  test('that is a part makes no peer without the snapshot', () => {
    expect(createActor(peerMachine, { input: { peer: 7 } }).getSnapshot()).toMatchObject({
      status: 'error',
      error: new TypeError('a peer is made from a part of an input only beside a snapshot'),
    })
  })

  const { layout: _, ...magnet } = dialled
  const seen = open()

  test('that brings another layout begins anew with its pieces, as when the metadata has come', () => {
    const { context } = viewOf(aPeer({ snapshot: persisted(open(magnet)), input: dialled }))
    expect([context.pieces.size, context.have.size]).toEqual([10, 10])
  })

  test('is refused where what it has does not fit the layout', () => {
    const input = { ...dialled, have: PieceSet.all(9) }
    const { error } = createActor(peerMachine, { snapshot: persisted(seen), input }).getSnapshot()
    expect(error).toMatchObject({ name: 'SnapshotError', refusal: 'mismatched' })
  })
})

describe('a peer that came in, restored from its snapshot', () => {
  test('is closed, as only the remote can connect again: it knows all that it knew, and says so as it starts', () => {
    const before = open(accepted)
    const peer = aPeer({ snapshot: persisted(before) })
    const reason = { source: 'transport', code: 'destroyed', detail: 'it was not restored' }
    expect(viewOf(peer).value).toMatchObject({
      handshake: 'closed',
      requests: 'idle',
      peer_choking: 'not_choking',
      availability: 'partial',
    })
    expect(viewOf(peer).context).toMatchObject({
      closeReason: reason,
      remotePeerId: theirPeerId,
      reputation: 80,
      outstanding: [],
    })
    expect(viewOf(peer).context.pieces).toStrictEqual(viewOf(before).context.pieces)
    peer.actor.start()
    expect(peer.emitted).toEqual([{ type: 'peer.closed', peer: 7, reason, reputation: 80 }])
    expect(peer.connections).toEqual([])
  })

  test('goes on with a new connection that the input brings', () => {
    const [connection] = memoryPair({ clock: new SimulatedClock(), random: seededRandom(1) })
    const { infoHash: _, layout: __, ...input } = { ...accepted, connection }
    const peer = aPeer({ snapshot: persisted(open(accepted)), input })
    peer.actor.start()
    expect(viewOf(peer).value).toMatchObject({ handshake: { connecting: 'trying' }, availability: 'remembered' })
    expect(viewOf(peer).context).toMatchObject({ infoHash, layout, reputation: 80 })
    expect(peer.connections).toEqual([connection])
  })

  test('is closed also when it is driven by hand: nobody dials it', () => {
    const byHand = { ...dialled, link: { ...dialled.link, kind: 'hand' } } as const
    expect(viewOf(aPeer({ snapshot: persisted(open(byHand)) })).value.handshake).toBe('closed')
  })
})

describe('a peer that was over, restored from its snapshot', () => {
  test('is closed, for its reason; one that was closing says so as it starts', () => {
    const closing = take(open(), { type: 'torrent.close', code: 'requested' })
    expect(viewOf(closing).value.handshake).toBe('closing')
    const peer = aPeer({ snapshot: persisted(closing) })
    peer.actor.start()
    const reason = { source: 'local', code: 'requested' }
    expect(viewOf(peer).context.closeReason).toEqual(reason)
    expect(peer.emitted).toEqual([{ type: 'peer.closed', peer: 7, reason, reputation: 80 }])
    const again = aPeer({ snapshot: persisted(peer) })
    again.actor.start()
    expect([viewOf(again).value.handshake, again.emitted]).toEqual(['closed', []])
  })

  test('stays so, whatever it is told', () => {
    const peer = aPeer({ snapshot: persisted(take(open(), { type: 'wire.have', index: 99 })) })
    peer.actor.start()
    const before = viewOf(peer).value
    for (const event of [{ type: 'torrent.unchoke' }, { type: 'torrent.have', index: 1 }, tick(9)] as const)
      peer.actor.send(event)
    expect(viewOf(peer).value).toEqual(before)
    expect(before.handshake).toBe('closed')
  })
})

test('of the evidence in a snapshot of a peer the last 50 are read', () => {
  const snapshot = JSON.parse(JSON.stringify(open().actor.getPersistedSnapshot()))
  const evidence = Array.from({ length: 10_000 }, (_, piece) => ({ rule: 'verified', change: 1, peer: 7, piece }))
  const { context } = viewOf(aPeer({ snapshot: { ...snapshot, context: { ...snapshot.context, evidence } } }))
  expect(context.evidence).toEqual(evidence.slice(-50))
})

describe('a snapshot of a peer is refused', () => {
  const json = JSON.stringify(open().actor.getPersistedSnapshot())
  const refused = (snapshot: Snapshot<unknown>) =>
    createActor(peerMachine, { snapshot, input: undefined }).getSnapshot().error
  const refusedWith = (from: string | RegExp, to: string) => {
    const changed = json.replace(from, to)
    expect(changed).not.toBe(json)
    return refused(JSON.parse(changed))
  }

  test('where it is of another machine, of another version, or none', () => {
    expect(refusedWith('"machine":"peer"', '"machine":"torrent"')).toMatchObject({
      name: 'SnapshotError',
      refusal: 'foreign',
      message: 'a peer cannot be restored from this: it is no persisted snapshot of a peer',
    })
    expect(refusedWith('"version":3', '"version":7')).toMatchObject({ refusal: 'version' })
    expect(refused(JSON.parse('[]'))).toMatchObject({ refusal: 'foreign' })
  })

  test('where its code had thrown: then it says what, and nothing else', () => {
    const machine = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })
    const broken = createActor(machine, { input: { ...dialled, pieces: PieceSet.none(3) } })
    expect(broken.getPersistedSnapshot()).toEqual({
      status: 'error',
      machine: 'peer',
      version: 3,
      error: { message: '3 pieces, of 10' },
    })
    expect(refused(broken.getPersistedSnapshot())).toMatchObject({ refusal: 'crashed' })
  })

  test.each<readonly [string | RegExp, string, string]>([
    ['"handshake":"open"', '"handshake":"ajar"', 'value names states that there are not'],
    ['"talk":"heard",', '', 'value does not name all states'],
    ['"talk":"heard"', '"talk":["heard"]', 'value names no states'],
    [/"pieces":\{[^}]*\}/, '"pieces":{"size":10,"pieces":"f0000000"}', 'context.pieces has more pieces than it says'],
    [/"pieces":\{[^}]*\}/, '"pieces":{"size":11,"pieces":"all"}', 'context.pieces has 11 pieces, and the torrent 10'],
    [/"have":\{[^}]*\}/, '"have":{"size":3,"pieces":"all"}', 'context.have has 3 pieces, and the torrent 10'],
    [/"have":\{[^}]*\}/, '"have":"all"', 'context.have is no object'],
    ['"change":-20', '"change":"a lot"', 'context.evidence[0] is no evidence'],
    ['"piece":2', `"piece":2,"detail":"${'x'.repeat(101)}"`, 'context.evidence[0] is no evidence'],
    [
      '"piece":2',
      `"piece":2,"blocks":[${Array.from({ length: 33 }, (_, i) => i)}]`,
      'context.evidence[0] is no evidence',
    ],
    ['"direction":"out"', '"direction":"up"', 'context.link.direction is not in or out'],
    ['"handshake":"open"', '"handshake":"closed"', 'context.closeReason and the state do not go together'],
    [/"rateDown":\[\[0,0\]/, '"rateDown":[[0]', 'context.rateDown[0] is no reading'],
  ])('where %s is %s', (from, to, message) => {
    expect(refusedWith(from, to)).toMatchObject({
      refusal: 'malformed',
      message: expect.stringContaining(message),
    })
  })
})
