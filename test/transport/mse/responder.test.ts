import { describe, expect, test } from 'vitest'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import type { NegotiationFailure } from '../../../transport/mse/negotiation-output.ts'
import { Rc4 } from '../../../transport/mse/rc4.ts'
import { initialPayloadBytesMax, type ResponderOptions, respond } from '../../../transport/mse/responder.ts'
import { SkeyTable } from '../../../transport/mse/skey-table.ts'
import { concat, hex, toHex } from '../wire/record.ts'
import { feed, replay, seededBytes, steps, the, written } from './drive.ts'
import { transmission, vector } from './vectors.ts'

const none = new Uint8Array(0)
const zeros = (length: number) => new Uint8Array(length)
const prefer = (method: CryptoMethod) => (offered: readonly CryptoMethod[]) =>
  offered.includes(method) ? method : offered[0]

const table = new SkeyTable()
const bytes = seededBytes(9)
for (let i = 0; i < 100; i++) table.add(bytes(20))
for (const { infoHash } of [vector, transmission]) table.add(infoHash)

/** The responder of the vector, which serves many torrents. */
const b = (options: Partial<ResponderOptions> = {}) =>
  respond({
    lookup: (req2) => table.find(req2),
    select: prefer('rc4'),
    padding: zeros(2),
    randomBytes: replay(vector.privateB),
    ...options,
  })

/** The third step with these fields, encrypted by A's key. */
function step3(fields: {
  vc?: string
  provide?: string
  padLength?: string
  pad?: number
  ia?: Uint8Array
}): Uint8Array {
  const { vc = '0000000000000000', provide = '00000003', pad = 0, ia = none } = fields
  const { padLength = pad.toString(16).padStart(4, '0') } = fields
  const sealed = concat([hex(vc), hex(provide), hex(padLength), zeros(pad), iaLength(ia), ia])
  new Rc4(vector.keyA).apply(sealed)
  return concat([vector.publicA, vector.req1, vector.req2XorReq3, sealed])
}
const iaLength = (ia: Uint8Array) => hex(ia.length.toString(16).padStart(4, '0'))

const refusal = (stream: Uint8Array, options: Partial<ResponderOptions> = {}): NegotiationFailure =>
  the(feed(b(options), stream).outputs, 'failed').code

describe('the vector', () => {
  test.each([1, 7, 1000])('is answered byte by byte, in RC4, read %i bytes a time', (size) => {
    const stream = concat([vector.publicA, vector.step3, vector.sealedInterested])
    const { outputs, behind } = feed(b(), stream, size)
    expect(written(outputs)).toEqual(concat([vector.publicB, vector.step4]))
    expect(steps(outputs)).toEqual(['key_exchange', 'synchronising', 'selecting', 'established'])
    const end = the(outputs, 'established')
    if (end.method !== 'rc4') throw new Error(`not ${end.method}`)
    end.decrypt.apply(behind)
    expect(concat([end.rest, behind])).toEqual(vector.interested)
    expect(end.initialPayload).toEqual(vector.handshakeA)
    expect(end.infoHash).toEqual(vector.infoHash)
    const handshake = vector.handshakeB.slice()
    end.encrypt.apply(handshake)
    expect(handshake).toEqual(vector.sealedHandshakeB)
  })

  test.each([1, 1000])('goes on in the clear when that is selected, read %i bytes a time', (size) => {
    const stream = concat([vector.publicA, vector.step3, vector.interested])
    const { outputs, behind } = feed(b({ select: prefer('plaintext'), padding: none }), stream, size)
    expect(written(outputs)).toEqual(concat([vector.publicB, vector.step4Plaintext]))
    const end = the(outputs, 'established')
    expect(end.method).toBe('plaintext')
    expect(end.initialPayload).toEqual(vector.handshakeA)
    expect(concat([end.rest, behind])).toEqual(vector.interested)
  })
})

test.each([1, 1000])('Transmission is understood, as it was recorded, read %i bytes a time', (size) => {
  const stream = concat([transmission.publicKey, transmission.behindKey])
  const { outputs } = feed(b({ randomBytes: replay(transmission.privateKey) }), stream, size)
  const end = the(outputs, 'established')
  expect(end.method).toBe('rc4')
  expect(end.infoHash).toEqual(transmission.infoHash)
  expect(end.initialPayload).toEqual(transmission.handshake)
  expect(end.rest).toEqual(none)
})

test('nothing is sent before the remote’s key is whole, nothing but the key before step 3 is', () => {
  const key = feed(b(), vector.publicA.subarray(0, 95))
  expect(key.outputs.map(({ type }) => type)).toEqual(['key_exchange'])
  const stream = concat([vector.publicA, vector.step3])
  const almost = feed(b(), stream.subarray(0, stream.length - 1))
  expect(written(almost.outputs)).toEqual(vector.publicB)
})

test('512 bytes of PadA are skipped, 513 are not', () => {
  const stream = (padding: number) => concat([vector.publicA, zeros(padding), vector.step3])
  expect(steps(feed(b(), stream(512)).outputs).at(-1)).toBe('established')
  expect(refusal(stream(513))).toBe('sync_not_found')
  expect(steps(feed(b(), stream(512).subarray(0, 627)).outputs).at(-1)).toBe('synchronising')
  expect(refusal(concat([vector.publicA, zeros(532)]))).toBe('sync_not_found')
})

test('512 bytes of PadC are skipped, 513 are refused', () => {
  expect(steps(feed(b(), step3({ pad: 512 })).outputs).at(-1)).toBe('established')
  expect(refusal(step3({ padLength: '0201' }))).toBe('bad_padding_length')
})

test.each([0, 1, 30, 67, 68, 69, 500, initialPayloadBytesMax])('an initial payload of %i bytes is taken', (length) => {
  const ia = concat([vector.handshakeA, seededBytes(1)(initialPayloadBytesMax)]).subarray(0, length)
  expect(the(feed(b(), step3({ ia })).outputs, 'established').initialPayload).toEqual(ia)
})

test('an initial payload of more than 4096 bytes is refused before it comes', () => {
  const stream = step3({ ia: zeros(4097) })
  expect(refusal(stream.subarray(0, stream.length - 4097))).toBe('initial_payload_too_long')
})

test('a torrent that is not served is refused at its hash', () => {
  const unknown = vector.req2XorReq3.map((byte) => byte ^ 1)
  const { outputs } = feed(b(), concat([vector.publicA, vector.req1, unknown]))
  expect(the(outputs, 'failed').code).toBe('unknown_torrent')
  expect(steps(outputs)).not.toContain('selecting')
})

test.each(['0100000000000000', '0000000000000001', 'ffffffffffffffff'])('a VC of %s is refused', (vc) => {
  expect(refusal(step3({ vc }))).toBe('bad_vc')
})

describe('what is offered', () => {
  const asked = (provide: string): readonly CryptoMethod[] | undefined => {
    let offered: readonly CryptoMethod[] | undefined
    const select = (methods: readonly CryptoMethod[]) => {
      offered = methods
      return undefined
    }
    expect(refusal(step3({ provide }), { select })).toBe('no_common_method')
    return offered
  }

  test('is asked about, unknown bits left out', () => {
    expect(asked('00000001')).toEqual(['plaintext'])
    expect(asked('ffffffff')).toEqual(['plaintext', 'rc4'])
    expect(asked('80000004')).toEqual([])
  })

  test('cannot be stretched: a choice that is not among it is none', () => {
    expect(refusal(step3({ provide: '00000001' }), { select: () => 'rc4' })).toBe('no_common_method')
    expect(steps(feed(b({ select: () => 'rc4' }), step3({ provide: '00000006' })).outputs).at(-1)).toBe('established')
  })
})

test('a degenerate key is refused silently', () => {
  const { outputs } = feed(b(), zeros(96))
  expect(the(outputs, 'failed').code).toBe('bad_public_key')
  expect(toHex(written(outputs))).toBe('')
})

test('a padding of more than 512 bytes throws', () => {
  expect(() => b({ padding: zeros(513) })).toThrow('a padding of 513 bytes')
})
