/**
 * The snippets of the manual that are no programs by themselves, each with what it takes for granted as parameters: here they are
 * type-checked, and `snippets.test.ts` compares them with the pages.
 */

import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createWebSocketInspector } from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import {
  bencoded,
  createPeer,
  createSession,
  createTorrent,
  defineExtension,
  forStately,
  type MetainfoSource,
  openFileStore,
  openRecorder,
  type Peer,
  type PeerOptions,
  type PeerTorrent,
  parseMagnet,
  peerMachine,
  replayRecord,
  SimulatedClock,
  seededRandom,
  startInspector,
  systemClock,
  type Torrent,
  type TorrentFileHandle,
  type TransportServices,
  transportLogic,
} from 'peerchart'
import {
  createWatch,
  explore,
  memoryPair,
  peerEvents,
  peerInvariants,
  peerModel,
  peerTraversal,
  report,
  ScriptedRemote,
  sessionRules,
  type TransportSuite,
  torrentEvents,
  torrentInputs,
  torrentInvariants,
  torrentModel,
  torrentRules,
  torrentTraversal,
  tour,
  transportCases,
} from 'peerchart/testing'
import { createActor } from 'xstate'
import { createTestModel, getShortestPaths } from 'xstate/graph'

export function chooseFiles({ metainfo, store }: MetainfoSource) {
  const torrent = createTorrent({ metainfo, store, files: ({ path }) => (path.endsWith('.mkv') ? 'high' : 'skip') })
  for (const { index, path, length, progress, priority } of torrent.files)
    console.log(index, path, length, progress, priority)
  torrent.select({ 3: 'normal' })
}

export function webSeeds({ metainfo, store }: MetainfoSource) {
  const torrent = createTorrent({ metainfo, store, webSeeds: ['https://mirror.example/files/'] })
  torrent.on('web_seed', ({ url, state, message = '' }) => console.log(url, state, message))
  torrent.on('progress', (told) => console.log(told.downloadedFromWebSeeds, 'of', told.downloaded))
}

export async function readWhileDownloading(torrent: Torrent & { files: readonly [TorrentFileHandle] }, path: string) {
  for (const file of torrent.files) console.log(file.path, (await file.blob()).size)
  await pipeline(torrent.files[0].stream({ start: 1_000_000 }), createWriteStream(path))
}

export async function manage(torrent: Torrent) {
  torrent.on('state', ({ state }) => console.log(state, torrent.pieces?.count, 'pieces', torrent.left, 'bytes left'))
  await torrent.moveTo('/mnt/archive')
  for (const { address, rateDown } of torrent.peers) if (rateDown === 0) torrent.peer(address)?.close()
  torrent.peer({ host: '192.0.2.1', port: 6881 })?.ban('sends nonsense')
}

export function magnetLink(folder: string) {
  const magnet = parseMagnet('magnet:?xt=urn:btih:…&x.pe=192.0.2.1:6881')
  const torrent = createTorrent({ magnet, openStore: (metainfo) => openFileStore(metainfo, folder) })
  torrent.on('metadata', ({ name, pieces, bytes }) => console.log(name, pieces, 'pieces', bytes, 'bytes'))
}

export function manyTorrents({ metainfo, store }: MetainfoSource) {
  const session = createSession({ listen: { host: '127.0.0.1', port: 6881 }, maxConnections: 200 })
  const first = session.add({ metainfo, store })
  session.start()
  first.start()
}

export async function persistedSnapshots(peer: Peer, services: TransportServices) {
  const machine = peerMachine.provide({ actors: { transport: transportLogic(services) } })
  await writeFile('peer.json', JSON.stringify(peer.actor.getPersistedSnapshot()))
  const snapshot = JSON.parse(await readFile('peer.json', 'utf8'))
  const actor = createActor(machine, { clock: systemClock, snapshot }).start()
  return actor
}

export function extension(torrent: Torrent) {
  const ping = defineExtension({
    name: 'pc_ping', // two letters of your client, and what it does
    codec: bencoded, // or an encode and a decode of your own
    start: (host) => ({
      greeted: (peer) => host.send(peer, { ping: 1 }), // sent if the peer speaks it too
      message: (peer, message) => console.log(peer.address.host, message),
    }),
  })
  torrent.addExtension(ping)
  torrent.removeExtension('pc_ping')
}

export function transportOfYourOwn(
  test: (title: string, run: () => Promise<void>) => void,
  create: TransportSuite['create'],
  { nobodyListens, resets }: Required<Pick<TransportSuite['failures'], 'nobodyListens' | 'resets'>>,
) {
  const cases = transportCases({ create, failures: { nobodyListens, resets } })
  for (const { title, run } of cases) test(title, run)
}

export function scriptedRemote(
  torrent: Pick<PeerOptions, 'length' | 'pieceLength'> & { readonly infoHash: Uint8Array },
) {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const [theirs, ours] = memoryPair({ clock, random, latencyMs: 20, fragment: true })
  const peer = createPeer({ ...torrent, clock, random, encryption: 'none', to: ours })
  const remote = new ScriptedRemote(theirs, { clock, infoHash: torrent.infoHash })
  remote.shakeHands()
  remote.say({ name: 'have_all' }, { name: 'unchoke' })
  remote.expectNothing(1_000, 'request')
  peer.request(0, 0, 16_384)
  const { requests } = remote.expect('request')
  remote.send(Uint8Array.of(0, 0, 0, 3, 1, 0, 0))
  console.log(requests, remote.expectEnd().code, remote.transcript())
}

export async function testsByTheStatechart() {
  const traversal = peerTraversal(peerEvents.lifecycle)
  for (const path of createTestModel(peerModel, traversal).getShortestPaths()) {
    await path.test({ states: { '*': ({ value }) => console.log(value.handshake) } })
  }
  const found = explore(peerModel, { ...traversal, invariants: peerInvariants })
  console.log(report('peer', found))
  for (const walk of tour(peerModel, found, traversal)) console.log(walk.map(({ type }) => type))
}

export function watchedTorrent({ metainfo, store }: MetainfoSource) {
  const watch = createWatch({ ...torrentRules, ...sessionRules })
  const torrent = createTorrent({ metainfo, store, inspect: watch.inspect })
  torrent.on('done', () => console.log(watch.broken))
}

export function torrentByItsChart() {
  const { content, life } = torrentEvents
  const walk = torrentTraversal([...life, ...content], torrentInputs['of a magnet link'])
  for (const { state, steps } of getShortestPaths(torrentModel, walk)) console.log(steps.length, state.context.standing)
  console.log(report('torrent', explore(torrentModel, { ...walk, invariants: torrentInvariants })))
}

export async function watching({ metainfo, store }: MetainfoSource) {
  const inspector = await startInspector({ allow: ['torrent.choke', 'torrent.unchoke'] })
  console.log(inspector.url)
  const torrent = createTorrent({ metainfo, store, inspect: inspector.inspect })
  return { inspector, torrent }
}

export function watchingWithStately({ metainfo, store }: MetainfoSource) {
  const relay = createInspectorServer()
  const stately = createWebSocketInspector({ url: 'ws://localhost:8080' })
  const torrent = createTorrent({ metainfo, store, inspect: forStately(stately.inspect) })
  return { relay, stately, torrent }
}

export async function recordingAndReplaying({ metainfo, store }: MetainfoSource) {
  const record = await openRecorder('swarm.record')
  const recorded = createTorrent({ metainfo, store, record })
  recorded.start()
  await recorded.done
  await recorded.stop()
  await record.close()
  const { connections, digest, divergences } = await replayRecord('swarm.record')
  return { connections, digest, divergences }
}

export function byHand(torrent: PeerTorrent, other: { onData(bytes: Uint8Array): void }) {
  const remote = { host: '192.0.2.1', port: 6881 }
  const peer = createPeer({ ...torrent, to: { remote, direction: 'out', write: (bytes) => other.onData(bytes) } })
  peer.writeBuffer() // hands over its handshake: its messages wait for `writeBuffer()` or `tick()`
}
