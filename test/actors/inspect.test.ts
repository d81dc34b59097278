import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import {
  createWebSocketInspector,
  createWebSocketReceiver,
  type StatelyActorEvent,
  type StatelyInspectionEvent,
} from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { forStately } from '../../inspector/for-stately.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import type { PeerView } from '../../machines/peer/vocabulary/events.ts'
import { createPair, everything } from '../pair.ts'
import { createSwarm } from '../swarm/swarm.ts'

/** The states one region of a peer went through, each change once. */
function historyOf(views: readonly Pick<PeerView, 'value'>[], region: keyof PeerView['value']): string[] {
  const states = views.map(({ value }) => {
    const state = value[region]
    if (typeof state === 'string') return state
    return 'handshaking' in state ? state.handshaking : 'connecting'
  })
  return states.filter((state, i) => state !== states[i - 1])
}

describe("XState's inspect", () => {
  test('sees every change of every region of a peer', () => {
    const inspections: InspectionEvent[] = []
    const pair = createPair({
      dialler: { have: everything, inspect: (event) => inspections.push(event) },
      accepter: { have: Uint8Array.of(0x7f, 0xc0) },
      readMs: () => 10,
    })
    const { peer } = pair.dialler
    const remote = pair.accepter.peer
    pair.settle()
    for (const side of [peer, remote]) {
      side.unchoke()
      side.interested()
    }
    pair.settle()
    peer.request(1, 0, 16_384)
    remote.request(0, 0, 16_384)
    pair.settle()
    remote.actor.send({ type: 'torrent.have', index: 0 })
    for (const side of [peer, remote]) {
      side.choke()
      side.notInterested()
    }
    pair.settle()
    peer.actor.send({ type: 'torrent.adjust_reputation', delta: -50 })
    pair.settle()

    const views = inspections.flatMap((event) =>
      event.type === '@xstate.snapshot' && event.actorRef === peer.actor ? [event.snapshot as PeerView] : [],
    )
    const histories = Object.keys(peer.actor.getSnapshot().value).map((region) => [
      region,
      historyOf(views, region as keyof PeerView['value']).join(' → '),
    ])
    expect(Object.fromEntries(histories)).toEqual({
      handshake: 'connecting → negotiating → awaiting_info_hash → awaiting_peer_id → open → closing → closed',
      encryption: 'undecided → key_exchange → synchronising → selecting → rc4',
      talk: 'heard',
      availability: 'awaiting_first → partial → complete',
      extended: 'awaiting_handshake → ready',
      am_choking: 'choking → not_choking → choking',
      am_interested: 'not_interested → interested → not_interested',
      peer_choking: 'choking → not_choking → choking',
      peer_interested: 'not_interested → interested → not_interested',
      requests: 'idle → waiting → idle',
      uploads: 'idle → serving → idle',
      reputation: 'trusted → banned',
    })
  })
})

/** A relay of the inspector's own making on a free port, and one who listens to it as the inspector's page does. */
async function startRelay() {
  const created = vi.spyOn(http, 'createServer')
  const relay = createInspectorServer({ port: 0, autoOpen: false })
  const server = created.mock.results[0]?.value as http.Server
  created.mockRestore()
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`

  const messages: StatelyInspectionEvent[] = []
  const waiting = new Set<() => void>()
  createWebSocketReceiver({ server: url }).subscribe((message) => {
    messages.push(message)
    for (const look of waiting) look()
  })
  onTestFinished(() => {
    relay.stop()
    for (const socket of sockets) socket.end()
  })
  return {
    url,
    messages,
    /** Resolves when the messages so far satisfy `holds`. */
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (holds()) resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

/** A chart as the inspector's page gets it, to draw it. */
const chartOf = ({ definition = '{}' }: StatelyActorEvent): { id?: string; states?: object } => JSON.parse(definition)

describe('the inspector of Stately', () => {
  test('gets the charts of torrent and peers and their changes over a relay, and no payload', async () => {
    const { url, messages, until } = await startRelay()
    const inspector = createWebSocketInspector({ url, sanitizeEvent: ({ blocks, data, ...event }) => event })
    onTestFinished(() => inspector.stop())
    inspector.event('probe', 'both ends are connected')
    await until(() => messages.length > 0)

    const swarm = createSwarm({ pieces: 3 })
    swarm.add('seeder', { has: 'all' })
    const leecher = swarm.add('leecher', { knows: ['seeder'], inspect: inspector.inspect })
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding')
    await swarm.stop()

    const charts = new Map<StatelyActorEvent, { sessionId: string; id?: string; states?: object }>()
    const drawn = (chart: string) => {
      for (const message of messages) {
        if (message.type !== '@xstate.actor' || charts.has(message)) continue
        charts.set(message, { sessionId: message.sessionId, ...chartOf(message) })
      }
      return [...charts.values()].find(({ id }) => id === chart)
    }
    const viewsOf = (chart: string) =>
      messages.flatMap((message) =>
        message.type === '@xstate.snapshot' && message.sessionId === drawn(chart)?.sessionId
          ? [message.snapshot as PeerView]
          : [],
      )
    const torrentStates = () => viewsOf('torrent').map(({ value }) => JSON.stringify(value))
    await until(() => torrentStates().length > 1 && torrentStates().at(-1)?.includes('"life":"stopped"') === true)

    expect(Object.keys(drawn('torrent')?.states ?? {})).toContain('life')
    expect(Object.keys(drawn('peer')?.states ?? {})).toEqual(Object.keys(peerMachine.config.states ?? {}).sort())
    expect(torrentStates().some((state) => state.includes('"content":{"fetching":'))).toBe(true)
    expect(historyOf(viewsOf('peer'), 'handshake')).toEqual([
      'connecting',
      'negotiating',
      'awaiting_info_hash',
      'awaiting_peer_id',
      'awaiting_admission',
      'open',
      'closing',
      'closed',
    ])
    const told = messages.flatMap((message) => (message.type === '@xstate.event' ? [message.event.type] : []))
    expect(told).toContain('wire.piece')
    expect(told).toContain('storage.verified')
    // Beside the charts themselves, which have 32 KiB; a block as JSON has three times 16.
    const besideCharts = messages.map((message) => JSON.stringify({ ...message, definition: undefined }).length)
    expect(Math.max(...besideCharts)).toBeLessThan(4 * 1024)
  })

  test('gets a download of 8 MiB in less than 0.2 MB through forStately, charts and changes included', async () => {
    const { url, messages, until } = await startRelay()
    const inspector = createWebSocketInspector({ url })
    onTestFinished(() => inspector.stop())
    inspector.event('probe', 'both ends are connected')
    await until(() => messages.length > 0)

    const swarm = createSwarm({ pieces: 32, blocksPerPiece: 16 })
    swarm.add('seeder', { has: 'all' })
    const leecher = swarm.add('leecher', { knows: ['seeder'], inspect: forStately(inspector.inspect) })
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding')
    await swarm.stop()
    const said = (type: string) =>
      messages.some((message) => message.type === '@xstate.event' && message.event.type === type)
    await until(() => said('peer.closed'))
    expect(JSON.stringify(messages).length).toBeLessThan(200_000)
    expect([said('wire.unchoke'), said('wire.piece')]).toEqual([true, false])
    const states = messages.flatMap((message) =>
      message.type === '@xstate.snapshot' ? [(message.snapshot as PeerView).value?.peer_choking] : [],
    )
    expect(states).toContain('not_choking')
  })
})

describe('a snapshot of a peer', () => {
  test('is JSON, and two equal runs give equal JSON', () => {
    const run = () => {
      const pair = createPair({ seed: 7, accepter: { have: everything }, link: { latencyMs: 30 } })
      pair.settle()
      return JSON.stringify(pair.dialler.peer.actor.getSnapshot())
    }
    expect(JSON.parse(run()).value.availability).toBe('complete')
    expect(run()).toBe(run())
  })
})
