import { expect, test } from 'vitest'
import { headerFirstByte, withKey } from '../../conformance/public-key.ts'
import { createKeyPair } from '../../transport/mse/key-exchange.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'

test('the key begins as wanted, and what is drawn behind it is as it comes', () => {
  const isWanted = (byte: number) => byte === headerFirstByte
  const draw = withKey(randomBytesFrom(seededRandom(1)), isWanted)
  const privateKey = draw(20)
  expect(createKeyPair(() => privateKey).publicKey[0]).toBe(19)
  expect([draw(2).length, draw(20).length]).toEqual([2, 20])
})
