import { createHash } from 'node:crypto'
import bencode from 'bencode'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileStamp } from '../../storage/file-stamps.ts'
import { decodeResume, encodeResume, type ResumeData, ResumeError } from '../../storage/resume-data.ts'

const bytes = (length: fc.IntArrayConstraints = {}) => fc.uint8Array(length)
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const uint64 = fc.bigInt({ min: 1n, max: 2n ** 64n - 2n })

const stamp: fc.Arbitrary<FileStamp> = fc.oneof(
  fc.constantFrom<FileStamp>('absent', 'unknown'),
  fc.record({ size: uint64, mtimeNs: uint64, ctimeNs: uint64, inode: uint64 }),
)

const resumeData: fc.Arbitrary<ResumeData> = fc.record(
  {
    infoHash: bytes({ minLength: 20, maxLength: 20 }),
    have: bytes({ maxLength: 40 }),
    stamps: fc.array(stamp, { maxLength: 4 }),
    blocks: fc.array(fc.record({ index: count, begin: count, data: bytes({ maxLength: 60 }) }), { maxLength: 4 }),
    downloaded: count,
    uploaded: count,
    addresses: fc.array(
      fc.record({ host: fc.oneof(fc.ipV4(), fc.constant('::1')), port: fc.integer({ min: 1, max: 65_535 }) }),
      { maxLength: 4 },
    ),
    metadata: bytes({ maxLength: 60 }),
  },
  { requiredKeys: ['infoHash', 'have', 'stamps', 'blocks', 'downloaded', 'uploaded', 'addresses'] },
)

const sample: ResumeData = {
  infoHash: new Uint8Array(20).fill(7),
  have: Uint8Array.of(0xa0),
  stamps: [{ size: 1n, mtimeNs: 2n, ctimeNs: 3n, inode: 4n }, 'absent'],
  blocks: [{ index: 1, begin: 16_384, data: Uint8Array.of(1, 2, 3) }],
  downloaded: 5,
  uploaded: 6,
  addresses: [{ host: '::1', port: 6881 }],
}

/** A body with the digest that makes it whole. */
const signed = (body: Uint8Array) => Buffer.concat([body, createHash('sha1').update(body).digest()])

const plain = (data: ReturnType<typeof decodeResume>) =>
  typeof data === 'string'
    ? data
    : {
        ...data,
        have: [...data.have],
        infoHash: [...data.infoHash],
        blocks: data.blocks.map((block) => ({ ...block, data: [...block.data] })),
        ...(data.metadata && { metadata: [...data.metadata] }),
      }

describe('resume data', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(resumeData, (data) => {
        expect(plain(decodeResume(encodeResume(data), data.infoHash))).toEqual(plain(data))
      }),
    )
  })

  test('is torn wherever it is cut off', () => {
    const whole = encodeResume(sample)
    for (let length = 0; length < whole.length; length++) {
      expect(decodeResume(whole.subarray(0, length), sample.infoHash), `${length} bytes`).toBe('torn')
    }
  })

  test('is torn by any change of any byte', () => {
    fc.assert(
      fc.property(resumeData, fc.nat(), fc.integer({ min: 1, max: 255 }), (data, at, change) => {
        const spoilt = new Uint8Array(encodeResume(data))
        const place = at % spoilt.length
        spoilt[place] = (spoilt[place] ?? 0) ^ change
        expect(decodeResume(spoilt, data.infoHash)).toBe('torn')
      }),
    )
  })

  test('with something behind it, or nothing at all, is torn', () => {
    expect(decodeResume(Buffer.concat([encodeResume(sample), Buffer.from('x')]), sample.infoHash)).toBe('torn')
    expect(decodeResume(new Uint8Array(), sample.infoHash)).toBe('torn')
  })

  test('of another torrent is foreign', () => {
    expect(decodeResume(encodeResume(sample), new Uint8Array(20))).toBe('foreign')
  })

  test('of another version is refused as that, whatever else it holds', () => {
    expect(decodeResume(signed(bencode.encode({ version: 2 })), sample.infoHash)).toBe('version')
  })

  const fields = { ...(bencode.decode(encodeResume(sample).subarray(0, -20)) as object) }
  test.each<[string, object]>([
    ['a stamp is cut off', { files: new Uint8Array(31) }],
    ['pieces are no string', { pieces: 5 }],
    ['a counter is negative', { downloaded: -1 }],
    ['a block is no list', { blocks: [5] }],
    ['a block has no data', { blocks: [[1, 2]] }],
    ['an address has no port', { addresses: ['10.0.0.1'] }],
    ['the metadata is a list', { metadata: [] }],
  ])('in which %s is malformed', (_, change) => {
    expect(decodeResume(signed(bencode.encode({ ...fields, ...change })), sample.infoHash)).toBe('malformed')
    expect(typeof decodeResume(signed(bencode.encode(fields)), sample.infoHash)).toBe('object')
  })

  test('is never read from bytes that are none, and they never throw, not even with the right digest', () => {
    fc.assert(
      fc.property(bytes({ maxLength: 200 }), (junk) => {
        expect(typeof decodeResume(junk, sample.infoHash)).toBe('string')
        expect(typeof decodeResume(signed(junk), sample.infoHash)).toBe('string')
      }),
    )
    const nested = signed(Buffer.from(`d1:a${'l'.repeat(100_000)}${'e'.repeat(100_000)}e`))
    expect(decodeResume(nested, sample.infoHash)).toBe('malformed')
  })

  test('that is refused is an error with the reason', () => {
    expect(new ResumeError('foreign')).toMatchObject({
      refusal: 'foreign',
      message: 'the resume data cannot be used: it is of another torrent',
    })
  })
})
