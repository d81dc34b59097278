import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import { initiate } from '../../../transport/mse/initiator.ts'
import type { Negotiation } from '../../../transport/mse/negotiation.ts'
import type { NegotiationOutput, Streams } from '../../../transport/mse/negotiation-output.ts'
import { randomPadding } from '../../../transport/mse/padding.ts'
import { initialPayloadBytesMax, respond } from '../../../transport/mse/responder.ts'
import { seededRandom } from '../../../transport/random.ts'
import { concat } from '../wire/record.ts'
import { feed, kept, seededBytes, steps, written } from './drive.ts'
import { vector } from './vectors.ts'

/** Bytes that an initiator, or a responder, reads at most before it ends: keys, paddings, fields. */
const bytesMax = {
  initiator: 96 + 512 + 8 + 6 + 512,
  responder: 96 + 512 + 20 + 20 + 14 + 512 + 2 + initialPayloadBytesMax,
}

interface Terms {
  readonly offer: readonly CryptoMethod[]
  readonly accept: readonly CryptoMethod[]
  readonly initialPayload: Uint8Array
  readonly seed: number
}

function negotiations({ offer, accept, initialPayload, seed }: Terms): readonly [Negotiation, Negotiation] {
  const randomBytes = seededBytes(seed)
  return [
    initiate({
      infoHash: vector.infoHash,
      offer,
      initialPayload,
      padding: randomPadding(randomBytes),
      randomBytes,
    }),
    respond({
      lookup: () => vector.infoHash,
      select: (offered) => accept.find((method) => offered.includes(method)),
      padding: randomPadding(randomBytes),
      randomBytes,
    }),
  ]
}

/** One end of a link: what it has sent that the other has not read, what it read, and how its negotiation went. */
class End {
  readonly negotiation: Negotiation
  readonly payload: Uint8Array
  readonly outputs: NegotiationOutput[] = []
  readonly heard: Uint8Array[] = []
  outgoing: Uint8Array = new Uint8Array(0)
  #streams: Streams | undefined

  constructor(negotiation: Negotiation, payload: Uint8Array) {
    this.negotiation = negotiation
    this.payload = payload
    this.#note(negotiation.start())
  }

  read(chunk: Uint8Array): void {
    if (!this.negotiation.isOver) this.#note(this.negotiation.push(chunk))
    else if (this.#streams) {
      if (this.#streams.method === 'rc4') this.#streams.decrypt.apply(chunk)
      this.heard.push(chunk.slice())
    }
    chunk.fill(0xee)
  }

  get method(): string | undefined {
    return this.#streams?.method
  }

  #note(outputs: readonly NegotiationOutput[]): void {
    for (const output of outputs.map(kept)) {
      this.outputs.push(output)
      if (output.type === 'write') this.outgoing = concat([this.outgoing, output.bytes])
      if (output.type !== 'established') continue
      this.#streams = output
      this.heard.push(output.initialPayload, output.rest)
      const payload = this.payload.slice()
      if (output.method === 'rc4') output.encrypt.apply(payload)
      this.outgoing = concat([this.outgoing, payload])
    }
  }
}

/** Lets two ends talk in pieces of up to `sizeMax` bytes until both are silent. */
function talk(a: End, b: End, sizeMax: number, seed: number): void {
  const random = seededRandom(seed)
  while (a.outgoing.length + b.outgoing.length > 0) {
    const [from, to] = random() < 0.5 ? [a, b] : [b, a]
    const size = 1 + Math.floor(random() * sizeMax)
    const chunk = from.outgoing.slice(0, size)
    from.outgoing = from.outgoing.slice(size)
    if (chunk.length > 0) to.read(chunk)
  }
}

const methods = fc.constantFrom<readonly CryptoMethod[]>(
  ['rc4'],
  ['plaintext'],
  ['rc4', 'plaintext'],
  ['plaintext', 'rc4'],
)
const payloadOf = (seed: number, length: number): Uint8Array => seededBytes(seed)(length)

test('both sides agree on the method and on every byte, whatever the paddings, the payload and the cuts', () => {
  fc.assert(
    fc.property(
      methods,
      methods,
      fc.constantFrom(0, 1, 30, 68, 69, 500, initialPayloadBytesMax),
      fc.constantFrom(1, 2, 20, 100, 700, 100_000),
      fc.nat(),
      (offer, accept, initialBytes, sizeMax, seed) => {
        const initialPayload = payloadOf(seed + 1, initialBytes)
        const [initiator, responder] = negotiations({ offer, accept, initialPayload, seed })
        const a = new End(initiator, payloadOf(seed + 2, 5000))
        const b = new End(responder, payloadOf(seed + 3, 5000))
        talk(a, b, sizeMax, seed)
        const expected = accept.find((method) => offer.includes(method))
        expect([a.method, b.method]).toEqual([expected, expected])
        if (expected === undefined) {
          expect(steps(b.outputs).at(-1)).toBe('failed')
          expect(steps(a.outputs).at(-1)).toBe('synchronising')
          return
        }
        expect(Buffer.compare(concat(a.heard), b.payload)).toBe(0)
        expect(Buffer.compare(concat(b.heard), concat([initialPayload, a.payload]))).toBe(0)
      },
    ),
    { numRuns: 150, seed: 1 },
  )
})

describe('a stream that is damaged', () => {
  /** What each side would read in an undisturbed negotiation. */
  function streams(seed: number): { readonly toResponder: Uint8Array; readonly toInitiator: Uint8Array } {
    const [initiator, responder] = negotiations({ ...terms, seed })
    const first = written(initiator.start())
    const second = concat([written(responder.start()), written(responder.push(first.slice()))])
    const third = written(initiator.push(second.slice()))
    const fourth = written(responder.push(third.slice()))
    return { toResponder: concat([first, third]), toInitiator: concat([second, fourth]) }
  }
  const terms: Omit<Terms, 'seed'> = {
    offer: ['rc4', 'plaintext'],
    accept: ['rc4', 'plaintext'],
    initialPayload: vector.handshakeA,
  }
  const noise = (seed: number) => payloadOf(seed, 8192)

  test.each(['initiator', 'responder'] as const)('ends within the bytes a negotiation has, for the %s', (role) => {
    let failures = 0
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(), fc.integer({ min: 1, max: 255 }), (seed, place, flip) => {
        const { toInitiator, toResponder } = streams(seed)
        const stream = role === 'initiator' ? toInitiator : toResponder
        const damaged = concat([stream, noise(seed)])
        const at = place % stream.length
        damaged[at] = (damaged[at] as number) ^ flip
        const [initiator, responder] = negotiations({ ...terms, seed })
        const negotiation = role === 'initiator' ? initiator : responder
        const { outputs, behind } = feed(negotiation, damaged, 1)
        expect(negotiation.isOver).toBe(true)
        expect(damaged.length - behind.length).toBeLessThanOrEqual(bytesMax[role])
        if (steps(outputs).at(-1) === 'failed') failures++
      }),
      { numRuns: 150, seed: 2 },
    )
    expect(failures).toBeGreaterThan(20)
  })

  test.each(['initiator', 'responder'] as const)('of nothing but noise never throws, for the %s', (role) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 1000 }), (start, size) => {
        const [initiator, responder] = negotiations({ ...terms, seed: 1 })
        const negotiation = role === 'initiator' ? initiator : responder
        const { outputs } = feed(negotiation, concat([start, noise(start.length)]), size)
        expect(steps(outputs).at(-1)).toBe('failed')
      }),
      { numRuns: 100, seed: 3 },
    )
  })
})

describe('used wrongly', () => {
  const [initiator] = negotiations({ offer: ['rc4'], accept: ['rc4'], initialPayload: new Uint8Array(0), seed: 1 })

  test('it throws: bytes before the start, a second start, bytes behind the end', () => {
    expect(() => initiator.push(new Uint8Array(1))).toThrow('takes no bytes when new')
    initiator.start()
    expect(() => initiator.start()).toThrow('a negotiation starts once')
    expect(initiator.isOver).toBe(false)
    initiator.push(new Uint8Array(96))
    expect(initiator.isOver).toBe(true)
    expect(() => initiator.push(new Uint8Array(1))).toThrow('takes no bytes when over')
  })
})

test('an empty chunk changes nothing', () => {
  const [initiator] = negotiations({ offer: ['rc4'], accept: ['rc4'], initialPayload: new Uint8Array(0), seed: 1 })
  initiator.start()
  expect(initiator.push(new Uint8Array(0))).toEqual([])
})

test('a chunk that is a Buffer gives plain bytes', () => {
  const [, responder] = negotiations({ offer: ['rc4'], accept: ['rc4'], initialPayload: new Uint8Array(0), seed: 1 })
  responder.start()
  const [output] = responder.push(Buffer.from(vector.handshakeA))
  expect(output?.type === 'plaintext_header' && Object.getPrototypeOf(output.rest)).toBe(Uint8Array.prototype)
})
