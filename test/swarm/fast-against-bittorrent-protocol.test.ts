import { createHash } from 'node:crypto'
import Wire from 'bittorrent-protocol'
import { expect, test } from 'vitest'
import type { Connection } from '../../transport/transport.ts'
import { pieceOf } from '../storage/support.ts'
import { blockBytes } from './sample.ts'
import { addressOf, createSwarm, nobody, type Swarm } from './swarm.ts'

const pieceCount = 24
const ours = '10.0.0.1'
const theirs = '80.4.4.200'

/** Its end of a connection on the memory network; greets as the side that dials, or accepts, does. */
function wireOn(connection: Connection, { metainfo }: Swarm): Wire {
  const wire = new Wire(connection.direction === 'out' ? 'tcpOutgoing' : 'tcpIncoming')
  const greet = () => wire.handshake(metainfo.infoHash, new Uint8Array(20).fill(0xbb), { fast: true, dht: false })
  wire.on('data', (bytes) => void connection.write([bytes]))
  if (connection.direction === 'in') wire.once('handshake', greet)
  connection.open({
    opened: () => {
      if (connection.direction === 'out') greet()
    },
    data: (bytes) => void wire.write(bytes.slice()),
    drained: () => undefined,
    closed: () => wire.destroy(),
  })
  return wire
}

/** BEP 6's listing, step by step: the address of whom the set is for, its last byte cleared, and the info hash; then SHA-1 on SHA-1. */
function setByTheBook(infoHash: Uint8Array, size: number): number[] {
  const set: number[] = []
  let x = Buffer.concat([Buffer.from([80, 4, 4, 0]), infoHash])
  while (set.length < size) {
    x = createHash('sha1').update(x).digest()
    for (let i = 0; i < 20 && set.length < size; i += 4) {
      const index = x.readUInt32BE(i) % pieceCount
      if (!set.includes(index)) set.push(index)
    }
  }
  return set
}

test('its leecher is granted the canonical set, and gets all of that while choked', async () => {
  const swarm = createSwarm({ encryption: 'none', pieces: pieceCount, latencyMs: 10 })
  const seeder = swarm.add(ours, { has: 'all', choker: nobody })
  swarm.start()
  await swarm.until(() => seeder.emittedOf('listening').length > 0)
  const wire = wireOn(swarm.network.transport(theirs).dial(addressOf(ours)), swarm)
  wire.once('handshake', () => {
    wire.haveNone()
    wire.interested()
  })
  await swarm.until(() => wire.peerAllowedFastSet.length === 10, 5_000)
  expect(wire.peerAllowedFastSet).toEqual(setByTheBook(swarm.metainfo.infoHash, 10))

  const got = new Map<string, Uint8Array>()
  const refused: number[] = []
  for (let index = 0; index < pieceCount; index++) {
    const piece = pieceOf(swarm.metainfo, swarm.data, index)
    for (let begin = 0; begin < piece.length; begin += blockBytes) {
      wire.request(index, begin, Math.min(blockBytes, piece.length - begin), (error, block) => {
        if (block) got.set(`${index}/${begin}`, block)
        else if (error) refused.push(index)
      })
    }
  }
  await swarm.until(() => wire.requests.length === 0, 5_000)
  expect(wire.peerChoking).toBe(true)
  for (const index of wire.peerAllowedFastSet) {
    const piece = pieceOf(swarm.metainfo, swarm.data, index)
    const blocks = [0, blockBytes].map((begin) => got.get(`${index}/${begin}`) ?? new Uint8Array())
    expect(Buffer.compare(Buffer.concat(blocks), piece)).toBe(0)
  }
  expect(got.size).toBe(20)
  // What it is not allowed it does not even ask for.
  expect(new Set([...refused, ...wire.peerAllowedFastSet]).size).toBe(pieceCount)
  await swarm.stop()
})

test('our leecher gets from its seeder, which chokes it, what that allows', async () => {
  const swarm = createSwarm({ encryption: 'none', pieces: pieceCount, latencyMs: 10 })
  const allowed = [3, 14, 15, 9, 2, 6]
  const wires: Wire[] = []
  void swarm.network.transport(theirs).listen(addressOf(theirs), (connection) => {
    const wire = wireOn(connection, swarm)
    wires.push(wire)
    wire.on('interested', () => {
      for (const index of allowed) wire.allowedFast(index)
    })
    wire.once('handshake', () => wire.haveAll())
    wire.on('request', (index, begin, length, respond) => {
      respond(null, pieceOf(swarm.metainfo, swarm.data, index).slice(begin, begin + length))
    })
  })
  const leecher = swarm.add(ours, { knows: [theirs] })
  swarm.start()
  await swarm.until(() => leecher.torrent.progress.pieces === allowed.length, 30_000)
  await swarm.pass(30_000)
  const pieces = leecher.emittedOf('piece').map(({ index }) => index)
  expect(pieces.toSorted((a, b) => a - b)).toEqual(allowed.toSorted((a, b) => a - b))
  expect(leecher.torrent.peers).toMatchObject([{ peerChoking: true, blocksInflight: 0 }])
  expect(wires[0]?.amChoking).toBe(true)
  await swarm.stop()
})
