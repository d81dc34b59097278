// Another process: reads the file that is named, restores the peer and the torrent in it, and says what became of them.
import { readFileSync } from 'node:fs'
import { createActor, fromCallback } from 'xstate'
import {
  createMemoryNetwork,
  Layout,
  openMemoryStore,
  PieceSet,
  PieceStorage,
  parseMetainfo,
  peerMachine,
  provideTorrent,
  randomBytesFrom,
  SimulatedClock,
  SkeyTable,
  seededRandom,
} from '../../dist/index.js'

const { peer, torrent, metainfo: encoded } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const clock = new SimulatedClock()
const random = seededRandom(1)
const metainfo = parseMetainfo(Buffer.from(encoded, 'base64'))

const machine = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })
const restoredPeer = createActor(machine, { clock, snapshot: peer }).start()
const { context, value } = restoredPeer.getSnapshot()

const torrents = provideTorrent({
  transport: createMemoryNetwork({ clock, random }).transport('elsewhere'),
  storage: () => new PieceStorage(openMemoryStore(metainfo), metainfo, clock),
  clock,
  randomBytes: randomBytesFrom(random),
  torrents: new SkeyTable(),
})
const restoredTorrent = createActor(torrents, { clock, snapshot: torrent }).start()
const core = restoredTorrent.getSnapshot().context.core.getSnapshot().context

console.log(
  JSON.stringify({
    peer: {
      handshake: value.handshake,
      availability: value.availability,
      pieces: context.pieces instanceof PieceSet && [...context.pieces.indexes()],
      pieceCount: context.layout instanceof Layout && context.layout.pieceCount,
      reputation: context.reputation,
    },
    torrent: {
      life: restoredTorrent.getSnapshot().value.life,
      have: core.have instanceof PieceSet && core.have.count,
      isBanned: core.blacklist.hasAddress({ host: '10.0.0.9', port: 1 }),
      extensions: core.extensions.map(({ name }) => name),
    },
  }),
)
restoredTorrent.stop()
restoredPeer.stop()
