import { createHash } from 'node:crypto'
import fc, { type Arbitrary } from 'fast-check'
import { type Metainfo, parseMetainfo } from '../../storage/metainfo.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'

/** A torrent, and all that is in it. */
export interface SampleTorrent {
  /** The .torrent file. */
  readonly bytes: Uint8Array
  readonly metainfo: Metainfo
  /** Its files, one behind the other. */
  readonly content: Uint8Array
}

const pieceLength = fc.constantFrom(16_384, 32_768, 65_536)
const fileName = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const fileLength = fc.oneof(fc.nat(100), fc.nat(100_000), fc.constantFrom(0, 1, 16_384, 32_768))

/** A good torrent of one file or of up to five, some of them empty, private or not, with content that fits: at most half a megabyte. */
export const anyTorrent: Arbitrary<SampleTorrent> = fc
  .record({
    name: fileName,
    pieceLength,
    files: fc.uniqueArray(fc.tuple(fileName, fileLength), { minLength: 1, maxLength: 5, selector: ([name]) => name }),
    isPrivate: fc.boolean(),
    isFolder: fc.boolean(),
    seed: fc.nat(250),
  })
  .filter(({ files, isFolder }) => (isFolder ? files : files.slice(0, 1)).some(([, length]) => length > 0))
  .map(({ name, pieceLength: size, files, isPrivate, isFolder, seed }) => {
    const used = isFolder ? files : files.slice(0, 1)
    const length = used.reduce((sum, [, one]) => sum + one, 0)
    const content = Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 9) + seed) & 0xff)
    const hashes = Array.from({ length: Math.ceil(length / size) }, (_, index) =>
      createHash('sha1')
        .update(content.subarray(index * size, (index + 1) * size))
        .digest(),
    )
    const info = {
      name,
      'piece length': size,
      pieces: Uint8Array.from(Buffer.concat(hashes)),
      private: isPrivate ? 1 : undefined,
      ...(isFolder ? { files: used.map(([path, one]) => ({ path: [path], length: one })) } : { length }),
    }
    const bytes = encodeBencode({ info })
    return { bytes, metainfo: parseMetainfo(bytes), content }
  })
