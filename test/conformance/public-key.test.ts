import { expect, test } from 'vitest'
import { headerFirstByte, privateKeyFor } from '../../conformance/public-key.ts'
import { createKeyPair } from '../../transport/mse/key-exchange.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { protocolHeader } from '../../transport/wire/handshake.ts'

test('the key begins as wanted', () => {
  const randomBytes = randomBytesFrom(seededRandom(1))
  for (const firstByte of [headerFirstByte, 0, 255]) {
    const privateKey = privateKeyFor(firstByte, randomBytes)
    expect(createKeyPair(() => privateKey).publicKey[0]).toBe(firstByte)
  }
})

test('the header of a handshake begins as said', () => {
  expect(protocolHeader[0]).toBe(headerFirstByte)
})
