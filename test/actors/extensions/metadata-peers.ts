import type { ReceivedMetadata } from '../../../actors/extensions/metadata-fetcher.ts'
import { utMetadata, utMetadataOfMagnet } from '../../../actors/extensions/ut-metadata.ts'
import type { ExtensionWish } from '../../../machines/extensions/extension.ts'
import { Layout } from '../../../machines/layout.ts'
import type { PeerEvent } from '../../../machines/peer/vocabulary/events.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { metadataPieceBytes } from '../../../transport/wire/extended/metadata-pieces.ts'
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  type MetadataMessage,
} from '../../../transport/wire/extended/ut-metadata.ts'
import { patternedBytes, sha1 } from '../../storage/support.ts'
import { connection } from './acquaintances.ts'

/** Three pieces, the last of 100 bytes. */
export const metadata = patternedBytes(2 * metadataPieceBytes + 100)

/** What becomes of it. */
export const ready: ReceivedMetadata = {
  type: 'metadata.ready',
  layout: new Layout({ pieceLength: 16_384, length: 16_384 }),
  bytes: metadata.length,
  name: 'song',
  isPrivate: false,
}

/** `ut_metadata` of a torrent that has its metadata, and carries out nothing; what the extension wishes is noted. */
export function serving(bytes = metadata) {
  const clock = new SimulatedClock()
  return run(utMetadata({ metadata: bytes, clock }), clock)
}

/** The same of a magnet link that leads to `metadata`. */
export function fetching(receive: (metadata: Uint8Array) => Promise<ReceivedMetadata> = async () => ready) {
  const clock = new SimulatedClock()
  const extension = utMetadataOfMagnet({ infoHash: sha1(metadata), clock, receive })
  /** `again` starts the same extension anew. */
  return { ...run(extension, clock), again: () => run(extension, clock) }
}

function run(extension: ReturnType<typeof utMetadata>, clock: SimulatedClock) {
  const messages: { readonly peer: number; readonly message: ReturnType<typeof decodeMetadataMessage> }[] = []
  const told: ExtensionWish[] = []
  const tell = extension.start((wish) => {
    if (wish.type !== 'extension.send') told.push(wish)
    else messages.push({ peer: wish.peer, message: decodeMetadataMessage(wish.payload) })
  })
  const peers = new Map<number, ReturnType<typeof connection>>()
  const greet = (peer: number, metadataSize: number | undefined, id = 3) =>
    tell({
      type: 'extension.greeted',
      peer,
      greeting: { m: { ut_metadata: id }, ...(metadataSize !== undefined && { metadataSize }) },
    })
  return {
    clock,
    tell,
    greet,
    /** A connection whose extended handshake offers metadata of a size; its host is its own, if that is not said. */
    meet(peer: number, metadataSize?: number, host = `10.0.0.${peer}`) {
      const met = connection(peer, host, { port: 1 })
      peers.set(peer, met)
      tell(met.opened)
      greet(peer, metadataSize)
    },
    /** Something happens to the chart of a peer. */
    happens: (peer: number, event: PeerEvent) => peers.get(peer)?.ref.send(event),
    leave: (peer: number) => tell({ type: 'extension.closed', peer }),
    tick: () => tell({ type: 'timer.tick', at: clock.now() }),
    say: (peer: number, message: MetadataMessage) =>
      tell({ type: 'extension.message', peer, payload: encodeMetadataMessage(message) }),
    give: (peer: number, piece: number, bytes = metadata) =>
      tell({ type: 'extension.message', peer, payload: encodeMetadataMessage(dataOf(bytes, piece)) }),
    /** Messages it sent, since the last call. */
    sent: () => messages.splice(0),
    /** What else it wished. */
    told,
  }
}

/** A piece of some metadata, as whoever has it says it. */
export const dataOf = (bytes: Uint8Array, piece: number): MetadataMessage => {
  const begin = piece * metadataPieceBytes
  return { type: 'data', piece, totalSize: bytes.length, data: bytes.subarray(begin, begin + metadataPieceBytes) }
}

/** A request, as it is sent. */
export const request = (peer: number, piece: number) => ({ peer, message: { type: 'request', piece } })

/** All promises that need no time are settled after it. */
export const settled = () => new Promise((resolve) => setImmediate(resolve))
