import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Rc4 } from '../../../transport/mse/rc4.ts'
import { hex } from '../wire/record.ts'
import { vector } from './vectors.ts'

function keyStream(rc4: Rc4, length: number): Uint8Array {
  const zeros = new Uint8Array(length)
  rc4.apply(zeros)
  return zeros
}

test.each([
  ['0102030405', '30abbcc7c20b01609f23ee2d5f6bb7df'],
  ['0102030405060708090a0b0c0d0e0f10', 'bdf0324e6083dcc6d3cedd3ca8c53c16'],
])('with the key %s the stream behind 1024 bytes is that of RFC 6229', (key, stream) => {
  expect(keyStream(new Rc4(hex(key)), 16)).toEqual(hex(stream))
})

test('nothing is dropped when asked so (RFC 6229)', () => {
  expect(keyStream(new Rc4(hex('0102030405'), 0), 16)).toEqual(hex('b2396305f03dc027ccc3524a0a1118a8'))
})

test('keys of 20 bytes give the streams of the vector', () => {
  expect(keyStream(new Rc4(vector.keyA), 16)).toEqual(vector.keyStreamA)
  expect(keyStream(new Rc4(vector.keyB), 16)).toEqual(vector.keyStreamB)
})

test('the stream goes on from call to call, however it is cut, while others work', () => {
  const whole = keyStream(new Rc4(vector.keyA), 400)
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 12 }), (cuts) => {
      const rc4 = new Rc4(vector.keyA)
      const other = new Rc4(vector.keyB)
      const bytes = new Uint8Array(400)
      const at = [0, ...cuts.sort((a, b) => a - b), 400]
      for (const [n, from] of at.slice(0, -1).entries()) {
        rc4.apply(bytes, from, at[n + 1])
        other.apply(new Uint8Array(5))
      }
      expect(bytes).toEqual(whole)
    }),
  )
})

test('bytes outside the range stay as they are', () => {
  const bytes = new Uint8Array(30).fill(7)
  new Rc4(vector.keyA).apply(bytes, 10, 20)
  expect(bytes.subarray(0, 10)).toEqual(new Uint8Array(10).fill(7))
  expect(bytes.subarray(10, 20)).toEqual(vector.keyStreamA.subarray(0, 10).map((byte) => byte ^ 7))
  expect(bytes.subarray(20)).toEqual(new Uint8Array(10).fill(7))
})

test('a second cipher with the key takes back what the first did', () => {
  const bytes = vector.handshakeA.slice()
  new Rc4(vector.keyA).apply(bytes)
  expect(bytes).not.toEqual(vector.handshakeA)
  new Rc4(vector.keyA).apply(bytes)
  expect(bytes).toEqual(vector.handshakeA)
})

test('an empty key throws', () => {
  expect(() => new Rc4(new Uint8Array(0))).toThrow('an RC4 key has at least one byte')
})

test('what is sealed is a copy: the chunks stay as they are, and the stream goes on behind them', () => {
  const key = Uint8Array.of(1, 2, 3, 4, 5)
  const chunks = [Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(4, 5)]
  const cipher = new Rc4(key)
  const sealed = [...cipher.seal(chunks), ...cipher.seal([Uint8Array.of(6)])]
  expect(chunks.map((chunk) => [...chunk])).toEqual([[1, 2, 3], [], [4, 5]])
  const expected = Uint8Array.of(1, 2, 3, 4, 5, 6)
  new Rc4(key).apply(expected)
  expect(sealed).toEqual([...expected])
})
