import { expect, test } from 'vitest'
import { keyA, keyB, req1, req2, req3, requireInfoHash, xor } from '../../../transport/mse/hashes.ts'
import { transmission, vector } from './vectors.ts'

test('the hashes are those of the vector', () => {
  const { secret, infoHash } = vector
  expect(req1(secret)).toEqual(vector.req1)
  expect(req2(infoHash)).toEqual(vector.req2)
  expect(req3(secret)).toEqual(vector.req3)
  expect(xor(req2(infoHash), req3(secret))).toEqual(vector.req2XorReq3)
  expect(keyA(secret, infoHash)).toEqual(vector.keyA)
  expect(keyB(secret, infoHash)).toEqual(vector.keyB)
})

test('the hashes are those of Transmission', () => {
  const { secret, infoHash } = transmission
  expect(req1(secret)).toEqual(transmission.req1)
  expect(xor(req2(infoHash), req3(secret))).toEqual(transmission.req2XorReq3)
  expect(keyA(secret, infoHash)).toEqual(transmission.keyA)
  expect(keyB(secret, infoHash)).toEqual(transmission.keyB)
})

test('an info hash of another length than 20 bytes throws', () => {
  expect(() => requireInfoHash(new Uint8Array(20))).not.toThrow()
  expect(() => requireInfoHash(new Uint8Array(32))).toThrow('the info hash has 32 bytes, not 20')
})
