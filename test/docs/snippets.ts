/**
 * The snippets of the manual that are no programs by themselves, each with what it takes for granted as parameters: here they are
 * type-checked, and `snippets.test.ts` compares them with the pages.
 */

import { readFile, writeFile } from 'node:fs/promises'
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
  type PeerTorrent,
  parseMagnet,
  peerMachine,
  replayRecord,
  startInspector,
  systemClock,
  type Torrent,
  type TransportServices,
  transportLogic,
} from 'peerchart'
import { type TransportSuite, transportCases } from 'peerchart/testing'
import { createActor } from 'xstate'

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
