import { expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { createPeer, type PeerOptions } from '../../actors/peer.ts'
import { createTicker } from '../../actors/ticker.ts'
import { transportLogic } from '../../actors/transport.ts'
import { bytesToHex } from '../../machines/hex.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import type { PeerNews } from '../../machines/peer/vocabulary/events.ts'
import { createMemoryNetwork, memoryPair } from '../../transport/memory.ts'
import { initiate } from '../../transport/mse/initiator.ts'
import { keyBytes } from '../../transport/mse/key-exchange.ts'
import type { NegotiationOutput } from '../../transport/mse/negotiation-output.ts'
import { SkeyTable } from '../../transport/mse/skey-table.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection, ConnectionHandler } from '../../transport/transport.ts'
import { encodeHandshake } from '../../transport/wire/handshake.ts'
import { meet, remoteOn } from '../hostile/remote.ts'
import { contentOf, createPair, everything, layout, torrent } from '../pair.ts'
import { concat } from '../transport/wire/record.ts'

const randomBytes = randomBytesFrom(seededRandom(3))
const written = (outputs: readonly NegotiationOutput[]) =>
  concat(outputs.flatMap((output) => (output.type === 'write' ? [output.bytes] : [])))
const handshakeFor = (infoHash: Uint8Array) =>
  encodeHandshake({
    infoHash,
    peerId: new Uint8Array(20).fill(0xbb),
    features: { extended: true, fast: true, dht: false },
  })

const infoHashes = [1, 2, 3].map((byte) => new Uint8Array(20).fill(byte))

/** A connection that came in at a listener of three torrents; its remote negotiates about the second of them. */
function arrival(handshake: Uint8Array) {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const [dialler, accepted] = memoryPair({ clock, random })
  const torrents = new SkeyTable()
  for (const infoHash of infoHashes) torrents.add(infoHash)
  const transport = createMemoryNetwork({ clock, random }).transport('us')
  const services = { clock, randomBytes, ticker: createTicker(clock), torrents, transport }
  const told: PeerNews[] = []
  const owner = createActor(fromCallback<PeerNews>(({ receive }) => receive((news) => void told.push(news)))).start()
  const link = { address: accepted.remote, direction: 'in', kind: 'memory' } as const
  const actor = createActor(peerMachine.provide({ actors: { transport: transportLogic(services) } }), {
    clock,
    input: { peer: 1, link, connection: accepted, at: 0, owner, peerId: '11'.repeat(20), encryption: 'required' },
  }).start()
  const remote = remoteOn(dialler, clock)
  const infoHash = infoHashes[1] as Uint8Array
  const negotiation = initiate({
    infoHash,
    offer: ['rc4'],
    initialPayload: handshake,
    padding: new Uint8Array(3),
    randomBytes,
  })
  clock.advance(1)
  remote.send(written(negotiation.start()))
  clock.advance(1)
  remote.send(written(negotiation.push(remote.take())))
  clock.advance(1)
  return { actor, clock, owner, told, infoHash: bytesToHex(infoHash) }
}

test('of the torrents of one listener an encrypted connection names its own, and is adopted by it', () => {
  const { actor, clock, owner, told, infoHash } = arrival(handshakeFor(infoHashes[1] as Uint8Array))
  expect(told.filter(({ type }) => type === 'peer.identified')).toMatchObject([{ infoHash }])
  actor.send({ type: 'torrent.adopt', membership: { torrent: owner, peer: 1, infoHash, layout } })
  clock.advance(1)
  expect(actor.getSnapshot().value).toMatchObject({
    encryption: 'rc4',
    handshake: { handshaking: 'awaiting_admission' },
  })
})

test('a handshake about another torrent of ours than the negotiation was about ends the connection', () => {
  const { actor } = arrival(handshakeFor(infoHashes[2] as Uint8Array))
  expect(actor.getSnapshot().context.closeReason).toEqual({ source: 'remote', code: 'info_hash_mismatch' })
})

/** Two peers that speak RC4, and the blocks the one that dials gets. */
function encryptedPair() {
  const pair = createPair({
    dialler: { encryption: 'required' },
    accepter: { encryption: 'required', have: everything },
  })
  const blocks: Uint8Array[] = []
  pair.dialler.peer.on('peer.blocks', ({ blocks: came }) => blocks.push(...came.map(({ data }) => data)))
  return { pair, blocks }
}

test('a read is decrypted where it lies: a block is a view of the bytes the socket gave', () => {
  const given: ArrayBufferLike[] = []
  const seen: ArrayBufferLike[] = []
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const [outgoing, incoming] = memoryPair({ clock, random })
  const common = { ...torrent, clock, random, randomBytes, encryption: 'required' } satisfies Partial<PeerOptions>
  const seeder = createPeer({ ...common, to: incoming, have: everything })
  const leecher = createPeer({ ...common, to: noting(outgoing, given) })
  seeder.on('peer.requests', ({ requests }) => {
    seeder.actor.send({ type: 'torrent.piece', blocks: requests.map(contentOf) })
  })
  leecher.on('peer.blocks', ({ blocks }) => seen.push(...blocks.map(({ data }) => data.buffer)))
  clock.advance(100)
  seeder.unchoke()
  clock.advance(100)
  leecher.request(0, 0, 16_384)
  clock.advance(100)
  expect(seen).toHaveLength(1)
  expect(given).toContain(seen[0])
})

test('a block sent through RC4 stays as it was: other peers are sent the same bytes', () => {
  const block = contentOf({ index: 0, begin: 0, length: 16_384 })
  const before = block.data.slice()
  const { pair, blocks } = encryptedPair()
  pair.settle()
  pair.accepter.peer.unchoke()
  pair.settle()
  pair.dialler.peer.request(0, 0, 16_384)
  pair.settle()
  pair.accepter.peer.actor.send({ type: 'torrent.piece', blocks: [block] })
  pair.settle()
  expect(block.data).toEqual(before)
  expect(blocks).toHaveLength(1)
})

test('the padding of every step has another length each time', () => {
  const lengths = [1, 2, 3, 4, 5].map((seed) => {
    const bytes = randomBytesFrom(seededRandom(seed))
    const { clock, remote } = meet({ direction: 'out', encryption: 'required', randomBytes: bytes })
    const first = remote.take().length - keyBytes
    const other = initiate({
      infoHash: torrent.infoHash,
      offer: ['rc4'],
      initialPayload: new Uint8Array(0),
      padding: new Uint8Array(0),
      randomBytes,
    })
    remote.send(written(other.start()).subarray(0, keyBytes))
    clock.advance(1)
    return [first, remote.take().length]
  })
  expect(new Set(lengths.map(([padA]) => padA)).size).toBeGreaterThan(2)
  expect(new Set(lengths.map(([, stepThree]) => stepThree)).size).toBeGreaterThan(2)
})

test.each(['out', 'in'] as const)(
  'keys that cannot be made end the connection, as no refusal (direction %s)',
  (direction) => {
    const broken = () => {
      throw new Error('no randomness')
    }
    const encounter = meet({ direction, encryption: 'preferred', randomBytes: broken })
    encounter.remote.send(new Uint8Array(keyBytes).fill(7))
    encounter.clock.advance(1)
    expect(encounter.us.closeReason).toMatchObject({
      source: 'transport',
      code: 'error',
      detail: 'Error: no randomness',
    })
  },
)

test('peers with another source of keys share nothing', () => {
  const publicKeys = [1, 2].map((seed) => {
    const { remote } = meet({ direction: 'out', randomBytes: randomBytesFrom(seededRandom(seed)) })
    return bytesToHex(remote.take().subarray(0, keyBytes))
  })
  expect(publicKeys[0]).not.toBe(publicKeys[1])
})

test.each([
  ['none', false],
  ['preferred', true],
  ['required', true],
] as const)(
  'the extended handshake tells the policy: %s prefers encryption: %s (BEP 10, `e`)',
  (encryption, prefers) => {
    const theirs = encryption === 'none' ? 'none' : 'preferred'
    const pair = createPair({ dialler: { encryption }, accepter: { encryption: theirs } })
    pair.settle()
    const { remoteGreeting } = pair.accepter.peer.actor.getSnapshot().context
    expect(remoteGreeting?.prefersEncryption).toBe(prefers)
  },
)

/** A connection whose reads are noted, by the memory behind them. */
function noting(connection: Connection, reads: ArrayBufferLike[]): Connection {
  const noted: Connection = Object.create(connection)
  return Object.assign(noted, {
    open: (handler: ConnectionHandler) =>
      connection.open({
        opened: () => handler.opened(),
        drained: () => handler.drained(),
        closed: (end) => handler.closed(end),
        data: (chunk) => {
          reads.push(chunk.buffer)
          handler.data(chunk)
        },
      }),
    write: (chunks: readonly Uint8Array[]) => connection.write(chunks),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    readAtMost: (byteCount: number) => connection.readAtMost(byteCount),
    end: () => connection.end(),
    destroy: () => connection.destroy(),
    kind: connection.kind,
    direction: connection.direction,
    remote: connection.remote,
  })
}
