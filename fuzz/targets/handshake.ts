import { isDeepStrictEqual } from 'node:util'
import { decodeClient } from '../../machines/peer-id.ts'
import { frameBytesMaxBeforePieceCount } from '../../transport/wire/frame-limit.ts'
import { encodeHandshake, handshakeLayout, protocolHeader, readFeatures } from '../../transport/wire/handshake.ts'
import { heldBytesMax, WireReader } from '../../transport/wire/reader.ts'
import { heardBy, type KeepingSink } from '../engine/heard.ts'
import { wholeAndCut } from '../engine/portions.ts'
import { must, type Target } from '../engine/target.ts'
import { handshakeSeed, messageSeeds } from '../engine/wire-seeds.ts'

/** When messages are started: before anything came, from inside the two callbacks of the handshake, or after all has come. */
const moments = ['before', 'infoHash', 'peerId', 'after'] as const

/**
 * The first bytes of a stream in the clear: whenever its owner wants messages, and in whatever portions the bytes come, the same is told, and
 * what stands behind the handshake is neither lost nor kept beyond its bound.
 */
export const target: Target = {
  covers: [
    'transport/wire/handshake.ts',
    'transport/wire/handshake-reader.ts',
    'transport/wire/carry.ts',
    'machines/peer-id.ts',
  ],
  bytesMax: 512,
  words: [protocolHeader, 'BitTorrent protocol', '-TR4040-', '-qB4630-', 'M7-9-2--', 'exbc', '-UT355S-'],
  seeds: () => ({
    handshake: handshakeSeed,
    'with messages': Buffer.concat([handshakeSeed, messageSeeds().all ?? new Uint8Array()]),
    'of no features': encodeHandshake({
      features: { extended: false, fast: false, dht: false },
      infoHash: new Uint8Array(20),
      peerId: Buffer.from('M7-9-2--abcdefghijkl'),
    }),
  }),
  run(input) {
    const all = wholeAndCut(input).flatMap((portions) => moments.map((moment) => told(portions, moment)))
    const [first] = all as [KeepingSink]
    for (const { handshake, messages } of all) {
      must(isDeepStrictEqual(handshake, first.handshake), 'it tells the same handshake')
      must(isDeepStrictEqual(messages, first.messages), 'it tells the same behind the handshake')
    }
    const [reserved, infoHash, peerId] = first.handshake
    if (reserved && infoHash) {
      must(isDeepStrictEqual(infoHash, new Uint8Array(input.subarray(28, 48))), 'the info hash is that of the stream')
      const features = readFeatures(reserved)
      const again = encodeHandshake({ features, infoHash, peerId: peerId ?? new Uint8Array(20) })
      must(
        isDeepStrictEqual(readFeatures(again.subarray(handshakeLayout.reserved)), features),
        'features are read as written',
      )
    }
    if (peerId) must(decodeClient(peerId).length <= 64, 'a client has a short name')
    return `${first.handshake.length} ${first.messages.at(-1)?.name}`
  },
}

function told(portions: readonly Uint8Array[], moment: (typeof moments)[number]): KeepingSink {
  const sink = heardBy()
  const reader = new WireReader({
    ...sink,
    infoHash: (reserved, infoHash) => {
      sink.infoHash(reserved, infoHash)
      if (moment === 'infoHash') reader.startMessages(frameBytesMaxBeforePieceCount)
    },
    peerId: (peerId) => {
      sink.peerId(peerId)
      if (moment === 'peerId') reader.startMessages(frameBytesMaxBeforePieceCount)
    },
  })
  if (moment === 'before') reader.startMessages(frameBytesMaxBeforePieceCount)
  for (const portion of portions) {
    reader.push(portion)
    must(reader.bufferedBytes <= heldBytesMax, 'it holds no more than it may')
    while (reader.isBehind) reader.readOn()
  }
  if (moment === 'after') reader.startMessages(frameBytesMaxBeforePieceCount)
  while (reader.isBehind) reader.readOn()
  return sink
}
