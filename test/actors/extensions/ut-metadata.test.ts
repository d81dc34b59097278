import { describe, expect, test } from 'vitest'
import { type ReceivedMetadata, utMetadata } from '../../../actors/extensions/ut-metadata.ts'
import type { ExtensionEvent, ExtensionWish } from '../../../machines/torrent/extension.ts'
import { Layout } from '../../../machines/torrent/layout.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { metadataPieceBytes } from '../../../transport/wire/extended/metadata-pieces.ts'
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  type MetadataMessage,
} from '../../../transport/wire/extended/ut-metadata.ts'
import { downloading, meet } from '../../machines/torrent/a-torrent.ts'
import { patternedBytes, sha1 } from '../../storage/support.ts'

/** Three pieces, the last of 100 bytes. */
const metadata = patternedBytes(2 * metadataPieceBytes + 100)
const ready: ReceivedMetadata = {
  type: 'metadata.ready',
  layout: new Layout({ pieceLength: 16_384, length: 16_384 }),
  bytes: metadata.length,
  name: 'song',
  isPrivate: false,
}

/** The extension on a torrent that carries out nothing; what it wishes is noted. */
function start(how: 'serving' | ((metadata: Uint8Array) => Promise<ReceivedMetadata>)) {
  const clock = new SimulatedClock()
  const messages: { readonly peer: number; readonly message: ReturnType<typeof decodeMetadataMessage> }[] = []
  const told: ExtensionWish[] = []
  const extension = utMetadata(
    how === 'serving' ? { metadata, clock } : { infoHash: sha1(metadata), clock, receive: how },
  )
  const tell = extension.start((wish) => {
    if (wish.type !== 'extension.send') told.push(wish)
    else messages.push({ peer: wish.peer, message: decodeMetadataMessage(wish.payload) })
  })
  const { ref } = meet(downloading(), 'a', []).record
  if (!ref) throw new Error('the peer has no actor')
  const greet = (peer: number, metadataSize: number | undefined, id = 3) =>
    tell({
      type: 'extension.greeted',
      peer,
      greeting: { m: { ut_metadata: id }, ...(metadataSize !== undefined && { metadataSize }) },
    })
  return {
    clock,
    tell,
    greet,
    /** A connection whose extended handshake offers metadata of a size. */
    meet(peer: number, metadataSize?: number) {
      const address = { host: `peer-${peer}`, port: 1 }
      tell({ type: 'extension.opened', peer, ref, address, direction: 'out' } satisfies ExtensionEvent)
      greet(peer, metadataSize)
    },
    say: (peer: number, message: MetadataMessage) =>
      tell({ type: 'extension.message', peer, payload: encodeMetadataMessage(message) }),
    give: (peer: number, piece: number, bytes = metadata) =>
      tell({ type: 'extension.message', peer, payload: encodeMetadataMessage(dataOf(bytes, piece)) }),
    /** Messages it sent, since the last call. */
    sent: () => messages.splice(0),
    /** What else it wished. */
    told,
  }
}

const dataOf = (bytes: Uint8Array, piece: number): MetadataMessage => {
  const begin = piece * metadataPieceBytes
  return { type: 'data', piece, totalSize: bytes.length, data: bytes.subarray(begin, begin + metadataPieceBytes) }
}
const request = (peer: number, piece: number) => ({ peer, message: { type: 'request', piece } })
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('serving', () => {
  test('gives each piece, byte for byte, and rejects those there are not', () => {
    const { meet, say, sent } = start('serving')
    meet(1)
    for (const piece of [0, 2, 3]) say(1, { type: 'request', piece })
    expect(sent()).toEqual([
      { peer: 1, message: dataOf(metadata, 0) },
      { peer: 1, message: dataOf(metadata, 2) },
      { peer: 1, message: { type: 'reject', piece: 3 } },
    ])
  })

  test('asks nobody', () => {
    const { meet, sent } = start('serving')
    meet(1, metadata.length)
    expect(sent()).toEqual([])
  })

  test('counts a flood for each peer apart', () => {
    const { meet, say, sent, told } = start('serving')
    meet(1)
    meet(2)
    for (let i = 0; i < 64 + 256; i++) say(1, { type: 'request', piece: 0 })
    expect(told).toEqual([])
    say(1, { type: 'request', piece: 0 })
    expect(told).toEqual([{ type: 'extension.fault', peer: 1, code: 'metadata_flood' }])
    sent()
    say(2, { type: 'request', piece: 1 })
    expect(sent()).toEqual([{ peer: 2, message: dataOf(metadata, 1) }])
  })

  test('closes who gives what nobody asked for', () => {
    const { give, meet, told } = start('serving')
    meet(1, metadata.length)
    give(1, 0)
    expect(told).toEqual([{ type: 'extension.fault', peer: 1, code: 'metadata_unrequested' }])
  })
})

describe('fetching', () => {
  const fetch = (receive: () => Promise<ReceivedMetadata> = async () => ready) => start(receive)

  test('asks as soon as somebody offers, and tells what became of it', async () => {
    const { give, meet, sent, told } = fetch()
    meet(1, metadata.length)
    expect(sent()).toEqual([request(1, 0), request(1, 1)])
    give(1, 0)
    expect(sent()).toEqual([request(1, 2)])
    give(1, 2)
    give(1, 1)
    await settled()
    expect(told).toEqual([ready])
  })

  test('rejects requests meanwhile, and serves afterwards', async () => {
    const { give, meet, say, sent } = fetch()
    meet(1, metadata.length)
    meet(2)
    sent()
    say(2, { type: 'request', piece: 0 })
    expect(sent()).toEqual([{ peer: 2, message: { type: 'reject', piece: 0 } }])
    for (const piece of [0, 1, 2]) give(1, piece)
    sent()
    say(2, { type: 'request', piece: 0 })
    expect(sent()).toEqual([{ peer: 2, message: dataOf(metadata, 0) }])
  })

  test.each([undefined, 0, -1, 2 ** 32, 10 * 1024 * 1024 + 1, Number.MAX_SAFE_INTEGER])(
    'never asks who announces a size of %s',
    (size) => {
      const { meet, sent } = fetch()
      meet(1, size)
      expect(sent()).toEqual([])
    },
  )

  test('asks who announces a size later, and nobody who takes no messages of it', () => {
    const { greet, meet, sent } = fetch()
    meet(1)
    greet(1, metadata.length, 0)
    expect(sent()).toEqual([])
    greet(1, metadata.length)
    expect(sent()).toEqual([request(1, 0), request(1, 1)])
  })

  test('asks others for what a peer that left owes', () => {
    const { meet, sent, tell } = fetch()
    meet(1, metadata.length)
    meet(2, metadata.length)
    expect(sent()).toEqual([request(1, 0), request(1, 1), request(2, 2)])
    tell({ type: 'extension.closed', peer: 1 })
    expect(sent()).toEqual([request(2, 0)])
  })

  test('asks others for what was rejected, and for what is overdue, with time', () => {
    const { clock, meet, say, sent, tell } = fetch()
    meet(1, metadata.length)
    sent()
    say(1, { type: 'reject', piece: 0 })
    expect(sent()).toEqual([])
    meet(2, metadata.length)
    expect(sent()).toEqual([request(2, 0), request(2, 2)])
    clock.advance(20_000)
    meet(3, metadata.length)
    sent()
    tell({ type: 'timer.tick', at: clock.now() })
    clock.advance(60_000)
    tell({ type: 'timer.tick', at: clock.now() })
    expect(sent().length).toBeGreaterThan(0)
  })

  test('tells who gave wrong bytes alone, and fetches from others', async () => {
    const { give, meet, sent, told } = fetch()
    meet(1, metadata.length)
    const lie = metadata.map((byte) => byte ^ 1)
    for (const piece of [0, 1, 2]) give(1, piece, lie)
    expect(told).toEqual([{ type: 'metadata.corrupt', culprits: [1] }])
    sent()
    meet(2, metadata.length)
    expect(sent()).toEqual([request(2, 0), request(2, 1)])
  })

  test('tells who gave wrong bytes among others as soon as the right ones are known', async () => {
    const { give, meet, told, sent } = fetch()
    meet(1, metadata.length)
    meet(2, metadata.length)
    const lie = metadata.map((byte) => byte ^ 1)
    give(1, 0)
    give(1, 1)
    sent()
    give(2, 2, lie)
    expect(told).toEqual([])
    for (let round = 0; round < 4 && told.length === 0; round++) {
      for (const { peer, message } of sent()) {
        if (message?.type === 'request') give(peer, message.piece, peer === 2 ? lie : metadata)
      }
      await settled()
    }
    expect(told).toContainEqual({ type: 'metadata.corrupt', culprits: [2] })
  })

  test.each<[string, (on: ReturnType<typeof fetch>) => void]>([
    ['metadata_unrequested', ({ give }) => give(1, 2)],
    ['metadata_total_size', ({ say }) => say(1, { type: 'data', piece: 0, totalSize: 5, data: new Uint8Array(5) })],
    ['extension_malformed', ({ tell }) => tell({ type: 'extension.message', peer: 1, payload: new Uint8Array([1]) })],
  ])('closes who breaks a rule: %s', (code, misbehave) => {
    const one = fetch()
    one.meet(1, metadata.length)
    misbehave(one)
    expect(one.told).toEqual([{ type: 'extension.fault', peer: 1, code }])
  })

  test('passes over a kind of message that it does not know (BEP 9)', () => {
    const { meet, tell, told } = fetch()
    meet(1, metadata.length)
    tell({ type: 'extension.message', peer: 1, payload: new TextEncoder().encode('d8:msg_typei9ee') })
    expect(told).toEqual([])
  })

  test('hands the bytes over again when that failed, with the next tick', async () => {
    let count = 0
    const { clock, give, meet, tell, told } = fetch(() =>
      count++ === 0 ? Promise.reject(new Error('full')) : Promise.resolve(ready),
    )
    meet(1, metadata.length)
    for (const piece of [0, 1, 2]) give(1, piece)
    await settled()
    expect(told).toEqual([{ type: 'metadata.failed', error: new Error('full') }])
    tell({ type: 'timer.tick', at: clock.now() })
    await settled()
    tell({ type: 'timer.tick', at: clock.now() })
    await settled()
    expect(told.at(-1)).toEqual(ready)
    expect(count).toBe(2)
  })
})
