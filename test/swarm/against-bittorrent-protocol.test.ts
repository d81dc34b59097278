import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import Wire from 'bittorrent-protocol'
import { expect, onTestFinished, test } from 'vitest'
import { createTorrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import { pieceOf } from '../storage/support.ts'
import { blockBytes, sampleTorrent } from './sample.ts'
import { contentOf } from './swarm.ts'

const { metainfo, data } = sampleTorrent({ pieces: 24, blocksPerPiece: 4 })
const host = '127.0.0.1'
const pieceCount = metainfo.pieceHashes.length / 20
const peerId = new TextEncoder().encode('-XB0000-0123456789ab')

/** The other implementation on a socket, past its handshake. */
async function shakeHands(socket: Socket, { fast }: { fast: boolean }): Promise<Wire> {
  const wire = new Wire()
  onTestFinished(() => {
    wire.destroy()
    socket.destroy()
  })
  socket.on('error', () => {})
  socket.on('data', (bytes: Buffer) => wire.write(bytes))
  wire.on('data', (bytes) => socket.write(bytes))
  wire.handshake(metainfo.infoHash, peerId, { dht: false, fast })
  await new Promise<void>((resolve) => wire.once('handshake', () => resolve()))
  return wire
}

test.each([true, false])('downloads a whole torrent from its seeder (Fast extension: %s)', async (fast) => {
  const server = createServer(async (socket) => {
    const wire = await shakeHands(socket, { fast })
    if (wire.hasFast) wire.haveAll()
    else wire.bitfield(new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff))
    wire.on('interested', () => wire.unchoke())
    wire.on('request', (index, offset, length, respond) => {
      respond(null, Buffer.from(pieceOf(metainfo, data, index).subarray(offset, offset + length)))
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())

  const store = openMemoryStore(metainfo)
  const torrent = createTorrent({ metainfo, store, peers: [{ host, port: (server.address() as AddressInfo).port }] })
  onTestFinished(() => torrent.stop())
  const done = new Promise((resolve) => torrent.on('done', resolve))
  torrent.start()
  await done
  expect(Buffer.compare(await contentOf(store, metainfo), data)).toBe(0)
  expect(torrent.progress).toMatchObject({ pieces: pieceCount, downloaded: data.length })
})

test.each([true, false])('seeds a whole torrent to its leecher (Fast extension: %s)', async (fast) => {
  const torrent = createTorrent({ metainfo, store: filled(metainfo), listen: { host, port: 0 } })
  onTestFinished(() => torrent.stop())
  const port = await new Promise<number>((resolve) => {
    torrent.on('listening', ({ address }) => resolve(address.port))
    torrent.start()
  })

  const wire = await shakeHands(connect(port, host), { fast })
  wire.interested()
  await new Promise<void>((resolve) => wire.once('unchoke', resolve))
  const got = new Uint8Array(data.length)
  const blocks = Array.from({ length: Math.ceil(data.length / blockBytes) }, (_, i) => i * blockBytes)
  await Promise.all(
    blocks.map(async (begin) => {
      const index = Math.floor(begin / metainfo.pieceLength)
      const length = Math.min(blockBytes, data.length - begin)
      got.set(await ask(wire, index, begin % metainfo.pieceLength, length), begin)
    }),
  )
  expect(Buffer.compare(got, data)).toBe(0)
  expect(Array.from({ length: pieceCount }, (_, i) => wire.peerPieces.get(i))).not.toContain(false)
  expect(torrent.progress.uploaded).toBe(data.length)
})

const ask = (wire: Wire, index: number, offset: number, length: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    wire.request(index, offset, length, (error, block) => {
      if (error || block === null) reject(error ?? new Error('no block'))
      else resolve(block)
    })
  })

function filled(torrent: Metainfo) {
  const store = openMemoryStore(torrent)
  for (let index = 0; index < pieceCount; index++) store.put(index, pieceOf(torrent, data, index), () => {})
  return store
}
