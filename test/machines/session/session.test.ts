import { expect, test } from 'vitest'
import { createActor, type EventObject, fromCallback } from 'xstate'
import type { TransportInput } from '../../../machines/peer/actions/vocabulary.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import type { PeerEvent } from '../../../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../../../machines/peer/vocabulary/transport-commands.ts'
import type { SessionEmitted } from '../../../machines/session/events.ts'
import { sessionMachine } from '../../../machines/session/session.ts'
import { reconnecting } from '../../../machines/torrent/connections/reconnects.ts'
import { peerGroupMachine } from '../../../machines/torrent/peers/peer-group.ts'
import type { TorrentEvent } from '../../../machines/torrent/states/torrent-event.ts'
import { Blacklist } from '../../../machines/torrent/trust/blacklist.ts'
import type { ListenerInput, TickerInput } from '../../../machines/torrent/vocabulary/actor-inputs.ts'
import type { TorrentInternal } from '../../../machines/torrent/vocabulary/events.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Connection } from '../../../transport/transport.ts'

const infoHash = 'ab'.repeat(20)
const address = { host: '10.0.0.9', port: 6881 }

/** The session chart with actors that note what they are told and do nothing of their own. */
function aSession({ listens = true, blacklist = new Blacklist() } = {}) {
  const clock = new SimulatedClock()
  const refused: Connection[] = []
  const emitted: SessionEmitted[] = []
  const running = new Set<string>()
  const runs = (name: string) => {
    running.add(name)
    return () => void running.delete(name)
  }
  const sockets: { told: TransportCommand[]; report(event: PeerEvent): void }[] = []
  const transport = fromCallback<TransportCommand, TransportInput>(({ receive, sendBack }) => {
    const told: TransportCommand[] = []
    sockets.push({ told, report: sendBack })
    receive((command) => told.push(command))
  })
  const actor = createActor(
    sessionMachine.provide({
      actors: {
        listener: fromCallback<EventObject, ListenerInput>(() => runs('listener')),
        ticker: fromCallback<TorrentInternal, TickerInput>(() => runs('ticker')),
        group: peerGroupMachine.provide({ actors: { peer: peerMachine.provide({ actors: { transport } }) } }),
      },
      actions: { refuse: (_, { connection }) => void refused.push(connection) },
    }),
    {
      clock,
      input: {
        ...(listens && { listen: address }),
        peerId: 'cd'.repeat(20),
        encryption: 'none',
        blacklist,
        at: 0,
      },
    },
  )
  for (const type of ['listening', 'dropped', 'crashed', 'failed', 'warning'] as const) {
    actor.on(type, (event) => void emitted.push(event))
  }
  actor.start()
  const { core } = actor.getSnapshot().context
  return { actor, clock, core, emitted, refused, running, sockets }
}

/** A session that listens. */
function listening(options: Parameters<typeof aSession>[0] = {}) {
  const session = aSession(options)
  session.actor.send({ type: 'session.start' })
  session.actor.send({ type: 'listener.listening', transport: 'memory', address })
  return session
}

/** Somebody comes in, and answers for its socket. */
function comeIn({ actor, clock, sockets }: ReturnType<typeof aSession>) {
  const [, connection] = memoryPair({ clock, random: () => 0.5 })
  actor.send({ type: 'listener.accepted', connection })
  const socket = sockets.at(-1)
  if (!socket) throw new Error('nobody was let in')
  socket.report({ type: 'transport.opened' })
  return {
    ...socket,
    name: (hash: string) => {
      const features = { extended: false, fast: true, dht: false }
      socket.report({ type: 'wire.info_hash', infoHash: hash, features })
    },
  }
}

/** Adds a torrent that notes what it is told. */
function addTorrent({ actor }: ReturnType<typeof aSession>) {
  const told: TorrentEvent[] = []
  const ref = createActor(fromCallback<TorrentEvent>(({ receive }) => receive((event) => void told.push(event))))
  ref.start()
  actor.send({ type: 'session.add_torrent', infoHash, torrent: { ref, bandwidths: [] } })
  return { ref, told, types: () => told.map(({ type }) => type) }
}

/** The connections that are held, adopted or not. */
const guestsOf = ({ core }: ReturnType<typeof aSession>) => core.getSnapshot().context.guests

test('without an address it runs and listens nowhere', () => {
  const { actor } = aSession({ listens: false })
  actor.send({ type: 'session.start' })
  expect(actor.getSnapshot().value).toEqual({ running: 'dialling_only' })
})

test('it listens, and time passes for it, from its start to its end', () => {
  const { actor, running } = aSession()
  expect([actor.getSnapshot().value, ...running]).toEqual(['stopped'])
  actor.send({ type: 'session.start' })
  expect([...running]).toEqual(['listener', 'ticker'])
  actor.send({ type: 'session.stop' })
  expect([...running]).toEqual([])
})

test('a connection that was accepted as it stopped is closed', () => {
  const session = listening()
  session.actor.send({ type: 'session.stop' })
  const [, connection] = memoryPair({ clock: session.clock, random: () => 0.5 })
  session.actor.send({ type: 'listener.accepted', connection })
  expect(session.refused).toEqual([connection])
})

test('torrents learn of each transport that it listens by; of one by which it cannot, its owner does', () => {
  const session = listening()
  const torrent = addTorrent(session)
  session.actor.send({ type: 'listener.listening', transport: 'utp', address })
  expect(torrent.told).toMatchObject([{ transport: 'memory' }, { transport: 'utp' }])
  session.actor.send({ type: 'listener.unbound', transport: 'tcp', error: new Error('in use') })
  expect(session.emitted.at(-1)).toEqual({ type: 'warning', message: 'cannot listen by tcp: in use' })
  expect(session.actor.getSnapshot().value).toEqual({ running: 'listening' })
})

test('torrents learn where it listens, those that come later too, and none after it has stopped', () => {
  const session = aSession()
  const early = addTorrent(session)
  session.actor.send({ type: 'session.start' })
  session.actor.send({ type: 'listener.listening', transport: 'memory', address })
  const late = addTorrent(session)
  expect([early.types(), late.types()]).toEqual([['listener.listening'], ['listener.listening']])
  session.actor.send({ type: 'session.stop' })
  expect(addTorrent(session).types()).toEqual([])
  expect(session.actor.getSnapshot().value).toBe('stopped')
})

test('torrents learn that it cannot listen, those that come later too', () => {
  const session = aSession()
  const early = addTorrent(session)
  session.actor.send({ type: 'session.start' })
  expect(early.types()).toEqual([])
  session.actor.send({ type: 'listener.failed', error: new Error('in use') })
  expect(early.types()).toEqual(['torrent.listen_nowhere'])
  expect(addTorrent(session).types()).toEqual(['torrent.listen_nowhere'])
})

test('a guest that names a torrent is offered to it, and is its own once it was taken', () => {
  const session = listening()
  const torrent = addTorrent(session)
  comeIn(session).name(infoHash)
  const record = guestsOf(session).get(0)
  const home = { owner: session.core, guest: 0 }
  expect(torrent.told.at(-1)).toEqual({ type: 'torrent.take_peer', ref: record?.ref, home })
  expect(record?.adoptedBy).toBeUndefined()
  session.core.send({ type: 'guest.adopted', guest: 0, torrent: torrent.ref, peer: 7 })
  expect(record?.adoptedBy).toEqual({ torrent: torrent.ref, peer: 7 })
  session.core.send({ type: 'guest.left', guest: 0 })
  expect(record?.ref?.getSnapshot().status).toBe('stopped')
  expect(guestsOf(session).size).toBe(0)
})

test('a guest that names none of its torrents is closed, and forgotten when its socket is gone', () => {
  const session = listening()
  const guest = comeIn(session)
  guest.name(infoHash)
  expect(guest.told.at(-1)).toEqual({ type: 'link.end' })
  guest.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  expect(guestsOf(session).size).toBe(0)
  expect(session.emitted.at(-1)).toMatchObject({ type: 'dropped', reason: 'local.unknown_torrent' })
})

test('a guest that names a torrent which was taken away is closed', () => {
  const session = listening()
  const torrent = addTorrent(session)
  session.actor.send({ type: 'session.remove_torrent', infoHash })
  const guest = comeIn(session)
  guest.name(infoHash)
  expect(guest.told.at(-1)).toEqual({ type: 'link.end' })
  expect(torrent.types()).not.toContain('torrent.take_peer')
})

test('what a torrent has adopted ends with its actor', () => {
  const session = listening()
  const torrent = addTorrent(session)
  comeIn(session).name(infoHash)
  session.core.send({ type: 'guest.adopted', guest: 0, torrent: torrent.ref, peer: 7 })
  session.actor.send({ type: 'session.torrent_ended', ref: torrent.ref })
  expect(guestsOf(session).size).toBe(0)
})

test.each(['listener', 'ticker', 'group.0'])('it fails when the code of its %s throws, and tells why', (actorId) => {
  const session = listening()
  comeIn(session)
  const error = new Error('a defect')
  session.actor.send({ type: `xstate.error.actor.${actorId}`, error, actorId })
  expect(session.actor.getSnapshot().value).toBe('failed')
  expect(session.emitted.at(-1)).toEqual({ type: 'failed', error })
  session.actor.send({ type: 'session.stop' })
  expect(session.actor.getSnapshot().value).toBe('stopping')
})

test('a guest whose code throws is stopped with its socket, and nobody else is harmed', () => {
  const session = listening()
  const guest = comeIn(session)
  const other = comeIn(session)
  session.core.send({ type: 'group.crashed', peer: 0, error: new Error('a defect') })
  expect(guest.told).toContainEqual({ type: 'link.destroy' })
  expect(other.told).not.toContainEqual({ type: 'link.destroy' })
  expect(guestsOf(session).waiting.map(({ guest: number }) => number)).toEqual([1])
  expect(session.emitted.at(-1)).toMatchObject({ type: 'crashed', error: new Error('a defect') })
})

test('that the code of an adopted peer threw is told to its torrent, which says when it is forgotten', () => {
  const session = listening()
  const torrent = addTorrent(session)
  comeIn(session).name(infoHash)
  session.core.send({ type: 'guest.adopted', guest: 0, torrent: torrent.ref, peer: 7 })
  const error = new Error('a defect')
  session.core.send({ type: 'group.crashed', peer: 0, error })
  expect(torrent.told.at(-1)).toEqual({ type: 'group.crashed', peer: 7, error })
  expect(guestsOf(session).size).toBe(1)
  session.core.send({ type: 'guest.left', guest: 0 })
  expect(guestsOf(session).size).toBe(0)
})

test('connections of a banned address are closed', () => {
  const blacklist = new Blacklist()
  const session = listening({ blacklist })
  const [, connection] = memoryPair({ clock: session.clock, random: () => 0.5 })
  blacklist.add(connection.remote)
  session.actor.send({ type: 'listener.accepted', connection })
  expect(session.refused).toEqual([connection])
  expect(guestsOf(session).size).toBe(0)
})

test('a host whose connections come to nothing again and again finds it closed too, which is told once', () => {
  const session = listening()
  const [, connection] = memoryPair({ clock: session.clock, random: () => 0.5 })
  const { host } = connection.remote
  for (let i = 0; i < reconnecting.atOnce; i++) {
    session.actor.send({ type: 'listener.accepted', connection })
    session.sockets.at(-1)?.report({ type: 'transport.closed', end: { code: 'end' } })
  }
  expect(session.refused).toEqual([])
  for (let i = 0; i < 3; i++) session.actor.send({ type: 'listener.accepted', connection })
  expect(session.refused).toHaveLength(3)
  const dropped = session.emitted.filter((event) => event.type === 'dropped')
  expect(dropped.filter(({ reason }) => reason === 'local.reconnecting_too_often')).toMatchObject([
    { address: { host } },
  ])
  expect(guestsOf(session).size).toBe(0)
})

test('a session that stops closes its guests, and waits for the adopted until their torrents end them', () => {
  const session = listening()
  const torrent = addTorrent(session)
  const adopted = comeIn(session)
  adopted.name(infoHash)
  session.core.send({ type: 'guest.adopted', guest: 0, torrent: torrent.ref, peer: 0 })
  const guest = comeIn(session)
  session.actor.send({ type: 'session.stop' })
  expect(guest.told).toContainEqual({ type: 'link.destroy' })
  expect(adopted.told).not.toContainEqual({ type: 'link.destroy' })
  guest.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  expect(session.actor.getSnapshot().value).toBe('stopping')
  session.core.send({ type: 'guest.left', guest: 0 })
  expect(session.actor.getSnapshot().value).toBe('stopped')
})

test('an address that cannot be had fails it; who is there stays, and it can start again', () => {
  const session = listening()
  comeIn(session)
  session.actor.send({ type: 'listener.failed', error: new Error('in use') })
  expect(session.actor.getSnapshot().value).toBe('failed')
  expect(session.emitted.at(-1)).toEqual({ type: 'failed', error: new Error('in use') })
  expect(guestsOf(session).size).toBe(1)
  session.actor.send({ type: 'session.start' })
  expect(session.actor.getSnapshot().value).toEqual({ running: 'binding' })
})
