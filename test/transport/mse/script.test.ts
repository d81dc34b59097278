import { describe, expect, it } from 'vitest'
import { Negotiation } from '../../../transport/mse/negotiation.ts'
import { respond } from '../../../transport/mse/responder.ts'
import { readThrough, type Script } from '../../../transport/mse/script.ts'
import { protocolHeader } from '../../../transport/wire/handshake.ts'
import { concat } from '../wire/record.ts'
import { feed, replay, steps, the } from './drive.ts'
import { vector } from './vectors.ts'

const responder = () =>
  respond({
    lookup: () => undefined,
    select: () => undefined,
    padding: new Uint8Array(0),
    randomBytes: replay(vector.privateB),
  })

describe('BitTorrent in the clear', () => {
  it.each(Array.from(protocolHeader.keys()))('is told from MSE at byte %i if that one differs', (k) => {
    const key = vector.publicA.slice()
    key.set(protocolHeader.subarray(0, k))
    key[k] = 0xff
    const negotiation = responder()
    negotiation.start()
    expect(k === 0 ? [] : negotiation.push(key.slice(0, k))).toEqual([])
    expect(negotiation.push(key.slice(k, k + 1))).toEqual([{ type: 'key_exchange' }])
    expect(steps(negotiation.push(key.slice(k + 1)))).toEqual(['synchronising'])
  })

  it('is told by all 20 bytes of its header, not by 19', () => {
    const negotiation = responder()
    negotiation.start()
    expect(negotiation.push(protocolHeader.slice(0, 19))).toEqual([])
    expect(negotiation.push(protocolHeader.slice(19))).toEqual([{ type: 'plaintext_header', rest: protocolHeader }])
    expect(negotiation.isOver).toBe(true)
  })

  it.each([1, 3, 20, 48, 1000])('loses no byte, %i a time', (size) => {
    const stream = concat([vector.handshakeA, vector.interested])
    const { outputs, behind } = feed(responder(), stream, size)
    expect(steps(outputs)).toEqual(['plaintext_header'])
    expect(concat([the(outputs, 'plaintext_header').rest, behind])).toEqual(stream)
  })
})

describe('a pattern', () => {
  const search = (pattern: readonly number[], skipMax: number, stream: readonly number[]) => {
    function* script(): Script {
      const found = yield* readThrough(Uint8Array.from(pattern), skipMax)
      return (rest) => (found ? { type: 'plaintext_header', rest } : { type: 'failed', code: 'bad_vc', detail: '' })
    }
    const outputs = feed(new Negotiation(script()), Uint8Array.from(stream)).outputs
    return outputs.map((output) => (output.type === 'plaintext_header' ? [...output.rest] : output.type))[0]
  }

  it('is found at the first place, and what is behind it stays', () => {
    expect(search([1, 2], 4, [1, 2, 1, 2])).toEqual([1, 2])
    expect(search([1, 1, 2], 4, [1, 1, 1, 2, 3])).toEqual([3])
    expect(search([1, 2], 4, [9, 9, 9, 9, 1, 2])).toEqual([])
  })

  it('is waited for until it cannot come any more', () => {
    expect(search([1, 2], 4, [9, 9, 9, 9, 1])).toBeUndefined()
    expect(search([1, 2], 4, [9, 9, 9, 9, 9, 1])).toBe('failed')
  })
})
