import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { initiate } from '../../../transport/mse/initiator.ts'
import type { Negotiation } from '../../../transport/mse/negotiation.ts'
import { respond } from '../../../transport/mse/responder.ts'
import { concat } from '../wire/record.ts'
import { feed, seededBytes, steps } from './drive.ts'
import { vector } from './vectors.ts'

const negotiations = (): readonly [Negotiation, Negotiation] => [
  initiate({
    infoHash: vector.infoHash,
    offer: ['rc4'],
    initialPayload: vector.handshakeA,
    padding: new Uint8Array(0),
    randomBytes: seededBytes(1),
  }),
  respond({
    lookup: () => vector.infoHash,
    select: () => 'rc4',
    padding: new Uint8Array(0),
    randomBytes: seededBytes(2),
  }),
]

test.each([0, 1])('nothing but noise, however it is cut, ends in a failure and never throws (side %i)', (side) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 1000 }), (start, size) => {
      const { outputs } = feed(
        negotiations()[side] as Negotiation,
        concat([start, seededBytes(start.length)(8192)]),
        size,
      )
      expect(steps(outputs).at(-1)).toBe('failed')
    }),
    { numRuns: 100 },
  )
})

describe('used wrongly', () => {
  const [initiator] = negotiations()

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
  const [initiator] = negotiations()
  initiator.start()
  expect(initiator.push(new Uint8Array(0))).toEqual([])
})

test('a chunk that is a Buffer gives plain bytes', () => {
  const [, responder] = negotiations()
  responder.start()
  const [output] = responder.push(Buffer.from(vector.handshakeA))
  expect(output?.type === 'plaintext_header' && Object.getPrototypeOf(output.rest)).toBe(Uint8Array.prototype)
})
