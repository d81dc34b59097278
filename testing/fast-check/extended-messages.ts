import fc, { type Arbitrary } from 'fast-check'
import { parseAddress } from '../../transport/address.ts'
import { type ExtendedHandshake, encodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { encodeDonthave } from '../../transport/wire/extended/lt-donthave.ts'
import {
  metadataPieceBytes,
  metadataPieceCount,
  metadataPieceLength,
} from '../../transport/wire/extended/metadata-pieces.ts'
import { encodeUploadOnly } from '../../transport/wire/extended/upload-only.ts'
import { encodeMetadataMessage, type MetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
import { encodePex, type PexMessage } from '../../transport/wire/extended/ut-pex.ts'
import type { Message } from '../../transport/wire/messages.ts'

const ofLength = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const port = fc.integer({ min: 1, max: 65_535 })
const extensionName = fc.stringMatching(/^[a-z_]{1,12}$/).filter((name) => name !== '__proto__')

/** An extended handshake (BEP 10), any field of which may be missing. */
export const anyExtendedHandshake: Arbitrary<ExtendedHandshake> = fc.record(
  {
    m: fc.dictionary(extensionName, fc.nat(255), { noNullPrototype: true }),
    p: port,
    v: fc.string({ unit: 'grapheme', maxLength: 20 }),
    reqq: fc.nat(),
    yourip: fc.oneof(ofLength(4), ofLength(16)),
    ipv4: ofLength(4),
    ipv6: ofLength(16),
    metadataSize: fc.integer({ min: 1 }),
    uploadOnly: fc.boolean(),
    prefersEncryption: fc.boolean(),
  },
  { requiredKeys: [] },
)

const anyMetadata = fc
  .integer({ min: 1, max: 4 * metadataPieceBytes })
  .chain((totalSize) =>
    fc.record({ totalSize: fc.constant(totalSize), piece: fc.nat(metadataPieceCount(totalSize) - 1) }),
  )
  .map(({ totalSize, piece }) => {
    const data = new Uint8Array(metadataPieceLength(totalSize, piece)).fill(0x65)
    return { type: 'data', piece, totalSize, data } as const
  })

/** A message of `ut_metadata` (BEP 9). */
export const anyMetadataMessage: Arbitrary<MetadataMessage> = fc.oneof(
  fc.record({
    type: fc.constantFrom('request', 'reject'),
    piece: fc.oneof(fc.nat(1000), fc.nat(Number.MAX_SAFE_INTEGER)),
  }),
  anyMetadata,
)

const anyIpv4 = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((numbers) => numbers.join('.'))
const anyIpv6 = fc
  .array(fc.nat(0xffff), { minLength: 7, maxLength: 7 })
  .map((groups) => `[2001:${groups.map((group) => group.toString(16)).join(':')}]`)
const anyAddress = fc.tuple(fc.oneof(anyIpv4, anyIpv6), port).map(([host, at]) => parseAddress(`${host}:${at}`))

/** A message of `ut_pex` (BEP 11): up to 40 peers, none of them twice. */
export const anyPexMessage: Arbitrary<PexMessage> = fc
  .uniqueArray(anyAddress, { minLength: 1, maxLength: 40, selector: ({ host, port: at }) => `${host} ${at}` })
  .chain((addresses) =>
    fc.record({ flags: fc.array(fc.nat(255), { minLength: 40, maxLength: 40 }), cut: fc.nat(addresses.length) }).map(
      ({ flags, cut }): PexMessage => ({
        added: addresses.slice(0, cut).map((address, nth) => ({ address, flags: flags[nth] ?? 0 })),
        dropped: addresses.slice(cut),
      }),
    ),
  )

/** Under which id its receiver wants each extension. */
export interface ExtensionIds {
  readonly ut_metadata: number
  readonly ut_pex: number
  readonly lt_donthave: number
  readonly upload_only: number
}

/** A good message of the extension protocol: a handshake, or one of an extension under the receiver's id. */
export const anyExtendedMessage = (ids: ExtensionIds): Arbitrary<Message<'extended'>> => {
  const under = (id: number, payloads: Arbitrary<Uint8Array>) =>
    payloads.map((payload): Message<'extended'> => ({ name: 'extended', id, payload }))
  return fc.oneof(
    under(0, anyExtendedHandshake.map(encodeExtendedHandshake)),
    under(ids.ut_metadata, anyMetadataMessage.map(encodeMetadataMessage)),
    under(ids.ut_pex, anyPexMessage.map(encodePex)),
    under(ids.lt_donthave, fc.nat(0xffff_ffff).map(encodeDonthave)),
    under(ids.upload_only, fc.boolean().map(encodeUploadOnly)),
  )
}
