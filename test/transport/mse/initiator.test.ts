import { describe, expect, test } from 'vitest'
import { type InitiatorOptions, initiate } from '../../../transport/mse/initiator.ts'
import { createKeyPair, privateKeyBytes, type RandomBytes } from '../../../transport/mse/key-exchange.ts'
import type { NegotiationFailure } from '../../../transport/mse/negotiation-output.ts'
import { Rc4 } from '../../../transport/mse/rc4.ts'
import { protocolHeader } from '../../../transport/wire/handshake.ts'
import { concat, hex } from '../wire/record.ts'
import { feed, replay, replayPadding, seededBytes, steps, the, written } from './drive.ts'
import { vector } from './vectors.ts'

const none = new Uint8Array(0)
const zeros = (length: number) => new Uint8Array(length)

/** The initiator of the vector. */
const a = (options: Partial<InitiatorOptions> = {}) =>
  initiate({
    infoHash: vector.infoHash,
    offer: ['plaintext', 'rc4'],
    initialPayload: vector.handshakeA,
    padding: zeros(3),
    randomBytes: replay(vector.privateA),
    ...options,
  })

const publicOf = (privateKey: Uint8Array) => createKeyPair(() => privateKey).publicKey

/** The first two private keys whose public keys begin like a handshake in the clear, and otherwise. */
function keysOf(randomBytes: RandomBytes): readonly [like: Uint8Array, unlike: Uint8Array] {
  const keys = Array.from({ length: 1000 }, () => randomBytes(privateKeyBytes))
  const isLike = (key: Uint8Array) => publicOf(key)[0] === protocolHeader[0]
  return [keys.find(isLike) ?? none, keys.find((key) => !isLike(key)) ?? none]
}

/** The fourth step with these fields, encrypted by B's key. */
function step4(select: string, padLength: string, pad = none): Uint8Array {
  const bytes = concat([zeros(8), hex(select), hex(padLength), pad])
  new Rc4(vector.keyB).apply(bytes)
  return bytes
}

const refusal = (stream: Uint8Array, options: Partial<InitiatorOptions> = {}): NegotiationFailure =>
  the(feed(a(options), stream).outputs, 'failed').code

describe('the vector', () => {
  test('is sent byte by byte', () => {
    const { outputs } = feed(a(), vector.publicB)
    expect(written(outputs)).toEqual(concat([vector.publicA, vector.step3]))
  })

  test.each([1, 7, 1000])('ends in RC4 both ways, read %i bytes a time', (size) => {
    const stream = concat([vector.publicB, vector.step4, vector.sealedHandshakeB])
    const { outputs, behind } = feed(a(), stream, size)
    expect(steps(outputs)).toEqual(['key_exchange', 'synchronising', 'selecting', 'established'])
    const end = the(outputs, 'established')
    if (end.method !== 'rc4') throw new Error(`not ${end.method}`)
    end.decrypt.apply(behind)
    expect(concat([end.rest, behind])).toEqual(vector.handshakeB)
    const interested = vector.interested.slice()
    end.encrypt.apply(interested)
    expect(interested).toEqual(vector.sealedInterested)
    expect(end.infoHash).toEqual(vector.infoHash)
    expect(end.initialPayload).toEqual(none)
  })

  test.each([1, 1000])('ends in the clear when that is selected, read %i bytes a time', (size) => {
    const stream = concat([vector.publicB, vector.step4Plaintext, vector.handshakeB])
    const { outputs, behind } = feed(a(), stream, size)
    const end = the(outputs, 'established')
    expect(end.method).toBe('plaintext')
    expect(end).not.toHaveProperty('encrypt')
    expect(concat([end.rest, behind])).toEqual(vector.handshakeB)
  })
})

test('the key is followed by PadA', () => {
  const outputs = a({ randomBytes: replay(vector.privateA, zeros(300).fill(9)) }).start()
  expect(written(outputs)).toEqual(concat([vector.publicA, zeros(300).fill(9)]))
})

describe('a public key that begins as a handshake in the clear does', () => {
  const [like, unlike] = keysOf(seededBytes(1))

  test('is drawn again, before the padding is', () => {
    const drawn = [like, like, like, unlike, Uint8Array.of(0, 1), Uint8Array.of(9)]
    const outputs = a({ randomBytes: () => drawn.shift() ?? none }).start()
    expect(written(outputs)).toEqual(concat([publicOf(unlike), Uint8Array.of(9)]))
    expect(drawn).toEqual([])
  })

  test('is sent when so is the fourth: the draws have an end', () => {
    const drawn = [like, like, like, like, Uint8Array.of(0, 0), none]
    expect(written(a({ randomBytes: () => drawn.shift() ?? unlike }).start())).toEqual(publicOf(like))
    expect(drawn).toEqual([])
  })

  test('is sent when it is the one to be sent', () => {
    const pair = createKeyPair(() => like)
    expect(written(a({ pair, randomBytes: replayPadding(none) }).start())).toEqual(publicOf(like))
  })
})

test('nothing but the key is sent before the remote’s key is whole', () => {
  const { outputs } = feed(a(), vector.publicB.subarray(0, 95))
  expect(written(outputs)).toEqual(vector.publicA)
  expect(steps(outputs)).toEqual(['key_exchange'])
})

test('512 bytes of PadB are skipped, 513 are not', () => {
  const stream = (padding: number) => concat([vector.publicB, zeros(padding), vector.step4])
  expect(steps(feed(a(), stream(512)).outputs).at(-1)).toBe('established')
  expect(refusal(stream(513))).toBe('sync_not_found')
  const waiting = feed(a(), stream(512).subarray(0, 615))
  expect(steps(waiting.outputs).at(-1)).toBe('synchronising')
  expect(refusal(concat([vector.publicB, zeros(520)]))).toBe('sync_not_found')
})

test('512 bytes of PadD are skipped, 513 are refused', () => {
  const stream = (padding: string, length: number) =>
    concat([vector.publicB, step4('00000002', padding, zeros(length))])
  expect(steps(feed(a(), stream('0200', 512)).outputs).at(-1)).toBe('established')
  expect(steps(feed(a(), stream('0200', 511)).outputs).at(-1)).toBe('selecting')
  expect(refusal(stream('0201', 0))).toBe('bad_padding_length')
})

test.each(['00000000', '00000003', '00000004', '80000002'])('a selection of %s is refused', (select) => {
  expect(refusal(concat([vector.publicB, step4(select, '0000')]))).toBe('bad_selection')
})

test('a method that was not offered is refused', () => {
  const stream = concat([vector.publicB, step4('00000001', '0000')])
  expect(refusal(stream, { offer: ['rc4'] })).toBe('bad_selection')
  expect(steps(feed(a({ offer: ['plaintext'] }), stream).outputs).at(-1)).toBe('established')
})

test('a degenerate key is refused, and nothing more is sent', () => {
  const { outputs } = feed(a(), zeros(96))
  expect(the(outputs, 'failed').code).toBe('bad_public_key')
  expect(written(outputs)).toEqual(vector.publicA)
})

test.each([1, 5, 1000])('a remote that answers in the clear is read from its first byte, %i bytes a time', (size) => {
  const { outputs, behind } = feed(a(), vector.handshakeB, size)
  expect(steps(outputs)).toEqual(['key_exchange', 'plaintext_header'])
  expect(concat([the(outputs, 'plaintext_header').rest, behind])).toEqual(vector.handshakeB)
})

test('options out of range throw', () => {
  expect(() => a({ infoHash: zeros(32) })).toThrow('the info hash has 32 bytes, not 20')
  expect(() => a({ offer: [] })).toThrow('an initiator offers at least one method')
  expect(() => a({ padding: zeros(513) })).toThrow('a padding of 513 bytes')
  expect(() => a({ initialPayload: zeros(65536) })).toThrow('an initial payload of 65536 bytes is longer than 65535')
  expect(() => a({ initialPayload: zeros(65535) })).not.toThrow()
})
