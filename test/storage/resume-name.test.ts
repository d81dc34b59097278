import { createHash } from 'node:crypto'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { encodeResume } from '../../storage/resume-data.ts'
import { readResumeName } from '../../storage/resume-name.ts'

const metadata: Uint8Array = bencode.encode({
  name: 'film.mkv',
  'piece length': 16_384,
  pieces: new Uint8Array(20),
  length: 10,
})
const infoHash = createHash('sha1').update(metadata).digest()
const other = new Uint8Array(20).fill(7)

const resume = (own: Uint8Array, info: Uint8Array | undefined) =>
  encodeResume({
    infoHash: own,
    have: new Uint8Array(1),
    stamps: [],
    blocks: [],
    downloaded: 0,
    uploaded: 0,
    addresses: [],
    ...(info && { metadata: info }),
  })

test('resume data with the metadata of its torrent tells what that is called', async () => {
  expect(await readResumeName(resume(infoHash, metadata), infoHash)).toBe('film.mkv')
})

test('resume data without metadata, with that of another torrent, of another torrent, or damaged, tells nothing', async () => {
  const whole = resume(infoHash, metadata)
  expect(await readResumeName(resume(infoHash, undefined), infoHash)).toBeUndefined()
  expect(await readResumeName(resume(other, metadata), other)).toBeUndefined()
  expect(await readResumeName(resume(infoHash, new Uint8Array(9)), infoHash)).toBeUndefined()
  expect(await readResumeName(whole, other)).toBeUndefined()
  expect(await readResumeName(whole.subarray(1), infoHash)).toBeUndefined()
})
