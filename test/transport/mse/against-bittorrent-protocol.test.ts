import Wire from 'bittorrent-protocol'
import { describe, expect, test } from 'vitest'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import { initiate } from '../../../transport/mse/initiator.ts'
import type { Negotiation } from '../../../transport/mse/negotiation.ts'
import type { Agreement, NegotiationOutput } from '../../../transport/mse/negotiation-output.ts'
import { respond } from '../../../transport/mse/responder.ts'
import { SkeyTable } from '../../../transport/mse/skey-table.ts'
import { protocolHeader } from '../../../transport/wire/handshake.ts'
import { firstOf } from '../../in-full.ts'
import { concat, toHex } from '../wire/record.ts'
import { seededBytes } from './drive.ts'
import { vector } from './vectors.ts'

const infoHash = toHex(vector.infoHash)
const theirPeerId = new Uint8Array(20).fill(0xbb)

/** Our side: sends `greeting` once it may, and collects what it hears. */
class Ours {
  readonly wire: Wire
  readonly #negotiation: Negotiation
  readonly #greeting: Uint8Array
  #agreement: Agreement | undefined
  heard: Uint8Array = new Uint8Array(0)

  constructor(wire: Wire, negotiation: Negotiation, greeting: Uint8Array) {
    this.wire = wire
    this.#negotiation = negotiation
    this.#greeting = greeting
    wire.on('data', (bytes) => this.#read(Uint8Array.from(bytes)))
    this.#note(negotiation.start())
  }

  get method(): CryptoMethod | undefined {
    return this.#agreement?.method
  }

  send(payload: Uint8Array): void {
    const bytes = payload.slice()
    if (this.#agreement?.method === 'rc4') this.#agreement.encrypt.apply(bytes)
    this.wire.write(bytes)
  }

  #read(chunk: Uint8Array): void {
    if (!this.#negotiation.isOver) {
      this.#note(this.#negotiation.push(chunk))
      return
    }
    if (this.#agreement?.method === 'rc4') this.#agreement.decrypt.apply(chunk)
    this.heard = concat([this.heard, chunk])
  }

  #note(outputs: readonly NegotiationOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'write') this.wire.write(output.bytes)
      if (output.type !== 'established') continue
      this.#agreement = output
      this.heard = concat([output.initialPayload, output.rest])
      if (this.#greeting.length > 0) this.send(this.#greeting)
    }
  }
}

/** bittorrent-protocol's streams move on microtasks. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

const rows: readonly (readonly [level: 1 | 2, ours: readonly CryptoMethod[], agreed: CryptoMethod])[] = [
  [1, ['rc4', 'plaintext'], 'plaintext'],
  [1, ['rc4'], 'rc4'],
  [1, ['plaintext'], 'plaintext'],
  [2, ['rc4', 'plaintext'], 'rc4'],
]
const seeds = firstOf(2, [1, 2, 3, 4, 5])

describe.each(rows)('with bittorrent-protocol at level %i and our %j', (level, ours, agreed) => {
  test.each(seeds)(`as the one that dials we end in ${agreed} (random bytes %i)`, async (seed) => {
    const wire = new Wire('tcpIncoming', level)
    const asked: string[] = []
    const handshakes: string[] = []
    let interested = 0
    wire.on('crypto-infohash', (req2) => {
      asked.push(req2)
      wire.setInfoHash(infoHash)
    })
    wire.on('handshake', (hash) => {
      handshakes.push(hash)
      wire.handshake(vector.infoHash, theirPeerId)
    })
    wire.on('interested', () => interested++)
    const us = new Ours(
      wire,
      initiate({
        infoHash: vector.infoHash,
        offer: ours,
        initialPayload: new Uint8Array(0),
        padding: seededBytes(seed)(20),
        randomBytes: seededBytes(seed),
      }),
      vector.handshakeA,
    )
    await settle()
    expect(asked).toEqual([toHex(vector.req2)])
    expect(us.method).toBe(agreed)
    expect(handshakes).toEqual([infoHash])
    expect(us.heard.subarray(0, 20)).toEqual(protocolHeader)
    expect(us.heard.subarray(48, 68)).toEqual(theirPeerId)
    for (let i = 0; i < 1000; i++) us.send(vector.interested)
    await settle()
    expect(interested).toBe(1000)
    wire.destroy()
  })

  test.each(seeds)(`as the one that accepts we end in the method we prefer (random bytes %i)`, async (seed) => {
    const wire = new Wire('tcpOutgoing', level)
    wire.on('crypto-handshake', () => wire.handshake(vector.infoHash, theirPeerId))
    const handshakes: string[] = []
    wire.on('handshake', (hash) => handshakes.push(hash))
    const table = new SkeyTable()
    table.add(vector.infoHash)
    const us = new Ours(
      wire,
      respond({
        lookup: (req2) => table.find(req2),
        select: (offered) => ours.find((method) => offered.includes(method)),
        padding: seededBytes(seed)(20),
        randomBytes: seededBytes(seed),
      }),
      vector.handshakeB,
    )
    wire.startEncryption(infoHash)
    await settle()
    expect(us.method).toBe(ours[0])
    expect(us.heard.subarray(0, 20)).toEqual(protocolHeader)
    expect(us.heard.subarray(48, 68)).toEqual(theirPeerId)
    expect(handshakes).toEqual([infoHash])
    const before = us.heard.length
    for (let i = 0; i < 1000; i++) wire.have(i)
    await settle()
    const last = Uint8Array.of(0, 0, 0, 5, 4, 0, 0, 999 >>> 8, 999 & 255)
    expect(us.heard.length - before).toBe(9 * 1000)
    expect(us.heard.subarray(-9)).toEqual(last)
    wire.destroy()
  })
})

test('bittorrent-protocol takes our handshake as the initial payload', async () => {
  for (const level of [1, 2] as const) {
    const wire = new Wire('tcpIncoming', level)
    const handshakes: string[] = []
    let interested = 0
    wire.on('crypto-infohash', () => wire.setInfoHash(infoHash))
    wire.on('handshake', (hash) => {
      handshakes.push(hash)
      wire.handshake(vector.infoHash, theirPeerId)
    })
    wire.on('interested', () => interested++)
    const us = new Ours(
      wire,
      initiate({
        infoHash: vector.infoHash,
        offer: ['rc4', 'plaintext'],
        initialPayload: vector.handshakeA,
        padding: new Uint8Array(0),
        randomBytes: seededBytes(level),
      }),
      new Uint8Array(0),
    )
    await settle()
    us.send(vector.interested)
    await settle()
    expect([us.method, handshakes, interested]).toEqual([level === 1 ? 'plaintext' : 'rc4', [infoHash], 1])
    expect(us.heard.subarray(48, 68)).toEqual(theirPeerId)
    wire.destroy()
  }
})
