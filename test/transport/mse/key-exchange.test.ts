import { createDiffieHellman, randomBytes } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { req1 } from '../../../transport/mse/hashes.ts'
import { bigIntPowersMax, createKeyPair, keyBytes, Powers } from '../../../transport/mse/key-exchange.ts'
import { hex } from '../wire/record.ts'
import { seededBytes } from './drive.ts'
import { transmission, vector } from './vectors.ts'

const pairOf = (privateKey: Uint8Array, powers?: Powers) => createKeyPair(() => privateKey, powers)

/** Of a process that has computed so many powers. */
function powersAfter(count: number, makeObject?: ConstructorParameters<typeof Powers>[0]): Powers {
  const powers = new Powers(makeObject)
  for (let done = 0; done < count; done++) powers.ofGenerator(vector.privateA)
  return powers
}
const primeNumber = BigInt(
  '0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563',
)
const keyOf = (number: bigint) => hex(number.toString(16).padStart(2 * keyBytes, '0'))

describe.each([
  ['the first powers, by BigInt', 0],
  ['later powers, by node:crypto', bigIntPowersMax],
])('%s', (_, count) => {
  const powers = powersAfter(count)

  test('the vector’s public keys and secret', () => {
    const [a, b] = [pairOf(vector.privateA, powers), pairOf(vector.privateB, powers)]
    expect(a.publicKey).toEqual(vector.publicA)
    expect(b.publicKey).toEqual(vector.publicB)
    expect(a.secretWith(vector.publicB)).toEqual(vector.secret)
    expect(b.secretWith(vector.publicA)).toEqual(vector.secret)
  })

  test('Transmission’s public key and secret', () => {
    const pair = pairOf(transmission.privateKey, powers)
    expect(pair.publicKey).toEqual(transmission.publicKey)
    expect(pair.secretWith(transmission.publicKey)).toEqual(transmission.secret)
  })

  test('a public key keeps its leading zero', () => {
    expect(pairOf(hex('7c9e7089e058dae40b875c1fd5adcb30372f5eda'), powers).publicKey).toEqual(
      hex(
        '0076dd67c7515e04190d32ad33d17f1aac2a1b2811aed57cc7aa8ffbbb6ffa72b04731986220e788616f0b36d07ae36176c939c79351c7adb58ec427046a0f1834a391db72510e1512c6b971e002dd7289dd9d441df1124bf8ab295d86b5bb92',
      ),
    )
  })

  test('a secret keeps its leading zero, in its hashes too', () => {
    const secret = pairOf(hex('dd54d55f1607cf3d7573a6f2cf14ed23744b1457'), powers).secretWith(vector.publicB)
    expect(secret).toEqual(
      hex(
        '00d89a3065597d377c598fa6c40532d5f3dc0e5e6bcd519eeb73450ae6eb42828ec517f59140bbcad2352e46cb3282b292d5c2a7b6e6f9f1e90539370b013d13e4e44aa5600b7119b43f893458de8afce39795f55559d297866bcd2e05dfa6c9',
      ),
    )
    expect(req1(secret ?? new Uint8Array(0))).toEqual(hex('05eb52bac77a49b9078f9681690f407e6620e342'))
  })
})

test('two pairs share one secret, whatever their numbers; none disturbs another', () => {
  const bytes = seededBytes(11)
  const pairs = Array.from({ length: 40 }, () => createKeyPair(bytes))
  for (const a of pairs) {
    for (const b of pairs.slice(0, 5)) expect(a.secretWith(b.publicKey)).toEqual(b.secretWith(a.publicKey))
  }
})

test('the system’s random bytes make a pair like any others', () => {
  const [a, b] = [createKeyPair(randomBytes), createKeyPair(randomBytes)]
  expect(a.publicKey).not.toEqual(b.publicKey)
  expect(a.secretWith(b.publicKey)).toEqual(b.secretWith(a.publicKey))
})

test('an object of node:crypto, which tests the prime, is made once, and not for the first powers', () => {
  const prime = Buffer.from(primeNumber.toString(16), 'hex')
  const makeObject = vi.fn(() => createDiffieHellman(prime, Buffer.of(2)))
  const powers = powersAfter(bigIntPowersMax, makeObject)
  expect(makeObject).not.toHaveBeenCalled()
  for (let later = 0; later < 3; later++) pairOf(vector.privateA, powers)
  expect(makeObject).toHaveBeenCalledOnce()
})

describe('a remote key', () => {
  const pair = pairOf(vector.privateA)

  test.each([
    ['0', 0n],
    ['1', 1n],
    ['the prime less one', primeNumber - 1n],
    ['the prime', primeNumber],
    ['the prime and one', primeNumber + 1n],
    ['the largest of 96 bytes', 2n ** 768n - 1n],
  ])('of %s has no secret', (_, number) => {
    expect(pair.secretWith(keyOf(number))).toBeUndefined()
  })

  test.each([
    ['2', 2n],
    ['the prime less two', primeNumber - 2n],
  ])('of %s has one', (_, number) => {
    expect(pair.secretWith(keyOf(number))).toHaveLength(keyBytes)
  })

  test('of another length has no secret', () => {
    expect(pair.secretWith(vector.publicB.subarray(1))).toBeUndefined()
  })
})
