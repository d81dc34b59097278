import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import Wire from 'bittorrent-protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import type { EncryptionPolicy } from '../../machines/peer/vocabulary/facts.ts'
import type { PeerSummary } from '../../machines/torrent/vocabulary/emitted.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { ChunkStore } from '../../storage/store.ts'
import type { Address } from '../../transport/transport.ts'
import { protocolHeader } from '../../transport/wire/handshake.ts'
import { type Cell, cellsOf, describeOutcome } from '../encryption-matrix.ts'
import { pieceOf } from '../storage/support.ts'
import { blockBytes, sampleTorrent } from './sample.ts'
import { contentOf } from './swarm.ts'

const { metainfo, data } = sampleTorrent({ pieces: 24, blocksPerPiece: 4 })
const host = '127.0.0.1'
const pieceCount = metainfo.pieceHashes.length / 20
const peerId = new TextEncoder().encode('-XB0000-0123456789ab')
const infoHash = Buffer.from(metainfo.infoHash).toString('hex')

/** How the other implementation is set: 0 is without MSE, 1 offers and takes both methods, 2 RC4 alone. */
interface Theirs {
  readonly fast: boolean
  readonly level: 0 | 1 | 2
}

/** The other implementation on a socket. It hangs up on what it does not understand, as webtorrent does. */
class Their {
  readonly wire: Wire
  readonly #bytes: Uint8Array[] = []

  constructor(socket: Socket, direction: 'in' | 'out', { fast, level }: Theirs) {
    const wire = new Wire(direction === 'in' ? 'tcpIncoming' : 'tcpOutgoing', level)
    this.wire = wire
    onTestFinished(() => {
      wire.destroy()
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => wire.destroy())
    wire.on('finish', () => socket.destroy())
    socket.on('data', (bytes: Buffer) => {
      this.#bytes.push(bytes)
      wire.write(Uint8Array.from(bytes))
    })
    wire.on('data', (bytes) => {
      this.#bytes.push(bytes.slice())
      socket.write(bytes)
    })
    const greet = () => wire.handshake(metainfo.infoHash, peerId, { dht: false, fast })
    wire.on('crypto-infohash', () => wire.setInfoHash(infoHash))
    if (direction === 'in') wire.once('handshake', greet)
    else if (level === 0) greet()
    else {
      wire.on('crypto-handshake', greet)
      wire.startEncryption(infoHash)
    }
  }

  /** Whether its socket carried a header of BitTorrent, or the torrent's first bytes, in the clear. */
  get isReadable(): boolean {
    const bytes = Buffer.concat(this.#bytes)
    return bytes.includes(Buffer.from(protocolHeader)) || bytes.includes(Buffer.from(data.subarray(0, 32)))
  }
}

/** Its seeder: every connection it was dialled by. */
async function listen(theirs: Theirs): Promise<{ readonly address: Address; readonly dialled: readonly Their[] }> {
  const dialled: Their[] = []
  const server = createServer((socket) => {
    const their = new Their(socket, 'in', theirs)
    const { wire } = their
    dialled.push(their)
    wire.once('handshake', () => {
      if (wire.hasFast) wire.haveAll()
      else wire.bitfield(new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff))
    })
    wire.on('interested', () => wire.unchoke())
    wire.on('request', (index, offset, length, respond) => {
      respond(null, Buffer.from(pieceOf(metainfo, data, index).subarray(offset, offset + length)))
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { address: { host, port: (server.address() as AddressInfo).port }, dialled }
}

/** Its leecher: everything we have, block by block. */
async function download(wire: Wire): Promise<Uint8Array> {
  wire.once('handshake', () => wire.interested())
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
  return got
}

const ask = (wire: Wire, index: number, offset: number, length: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    wire.request(index, offset, length, (error, block) => {
      if (error || block === null) reject(error ?? new Error('no block'))
      else resolve(block)
    })
  })

/** Our leecher. */
function leechFrom(address: Address, encryption: EncryptionPolicy) {
  const store = openMemoryStore(metainfo)
  return { store, torrent: untilTestEnds(createTorrent({ metainfo, store, encryption, peers: [address] })) }
}

/** Our seeder, and where it listens. */
async function seed(encryption: EncryptionPolicy) {
  const torrent = untilTestEnds(createTorrent({ metainfo, store: filled(), encryption, listen: { host, port: 0 } }))
  const port = await new Promise<number>((resolve) => {
    torrent.on('listening', ({ address }) => resolve(address.port))
    torrent.start()
  })
  return { torrent, port }
}

function untilTestEnds(torrent: Torrent): Torrent {
  onTestFinished(() => torrent.stop())
  return torrent
}

function filled(): ChunkStore {
  const store = openMemoryStore(metainfo)
  for (let index = 0; index < pieceCount; index++) store.put(index, pieceOf(metainfo, data, index), () => {})
  return store
}

/** The first peer that comes to a state, told from now on. */
const peerThatIs = (torrent: Torrent, state: PeerSummary['state']): Promise<PeerSummary> =>
  new Promise((resolve) => {
    torrent.on('peer', ({ peer }) => {
      if (peer.state === state) resolve(peer)
    })
  })

describe.each([true, false])('with the Fast extension %s', (fast) => {
  test('a whole torrent is downloaded from its seeder', async () => {
    const { address } = await listen({ fast, level: 0 })
    const { store, torrent } = leechFrom(address, 'none')
    const done = new Promise((resolve) => torrent.on('done', resolve))
    torrent.start()
    await done
    expect(Buffer.compare(await contentOf(store, metainfo), data)).toBe(0)
    expect(torrent.progress).toMatchObject({ pieces: pieceCount, downloaded: data.length })
  })

  test('a whole torrent is seeded to its leecher', async () => {
    const { torrent, port } = await seed('none')
    const { wire } = new Their(connect(port, host), 'out', { fast, level: 0 })
    expect(Buffer.compare(await download(wire), data)).toBe(0)
    expect(Array.from({ length: pieceCount }, (_, i) => wire.peerPieces.get(i))).not.toContain(false)
    expect(torrent.progress.uploaded).toBe(data.length)
  })
})

describe('with encryption', () => {
  const levels: Readonly<Record<string, Theirs['level']>> = { 'PE 0': 0, 'PE 1': 1, 'PE 2': 2 }
  const rowsOf = (direction: Cell['direction']) =>
    cellsOf('bittorrent-protocol')
      .filter((cell) => cell.direction === direction)
      .map((cell) => {
        const level = levels[cell.setting]
        if (level === undefined) throw new Error(`no such setting: ${cell.setting}`)
        return { ...cell, theirs: { fast: true, level }, says: describeOutcome(cell.outcome) }
      })

  test.each(rowsOf('we dial'))('our $ours that dials its $setting: $says', async ({ ours, theirs, outcome }) => {
    const { address, dialled } = await listen(theirs)
    const { store, torrent } = leechFrom(address, ours)
    const done = new Promise((resolve) => torrent.on('done', resolve))
    const open = peerThatIs(torrent, 'open')
    const closed = peerThatIs(torrent, 'closed')
    torrent.start()
    if (outcome.bytes === 'none') {
      expect((await closed).reason).toBe(outcome.refused)
      expect(torrent.progress).toMatchObject({ pieces: 0, downloaded: 0 })
      expect(dialled.map(({ isReadable }) => isReadable)).toEqual([false])
      return
    }
    await done
    expect(Buffer.compare(await contentOf(store, metainfo), data)).toBe(0)
    expect((await open).encrypted).toBe(outcome.bytes === 'rc4')
    expect(dialled).toHaveLength(outcome.dials)
    // Readable: BitTorrent's header stands in what we said, in the first dial or the second.
    expect(dialled.map(({ isReadable }) => isReadable)).toEqual(
      outcome.dials === 2 ? [false, true] : [outcome.bytes === 'plaintext'],
    )
  })

  test.each(rowsOf('they dial'))('its $setting that dials our $ours: $says', async ({ ours, theirs, outcome }) => {
    const { torrent, port } = await seed(ours)
    const open = peerThatIs(torrent, 'open')
    const closed = peerThatIs(torrent, 'closed')
    const their = new Their(connect(port, host), 'out', theirs)
    if (outcome.bytes === 'none') {
      expect((await closed).reason).toBe(outcome.refused)
      expect(torrent.progress.uploaded).toBe(0)
      expect(their.wire.peerId).toBeNull()
      return
    }
    expect(Buffer.compare(await download(their.wire), data)).toBe(0)
    expect((await open).encrypted).toBe(outcome.bytes === 'rc4')
    expect(their.isReadable).toBe(outcome.bytes === 'plaintext')
  })
})
