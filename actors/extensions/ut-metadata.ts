import { createHash } from 'node:crypto'
import type { Extension, ExtensionNews, ExtensionPeer } from '../../machines/torrent/extension.ts'
import { MetadataDownload } from '../../machines/torrent/metadata-download.ts'
import { MetadataServing } from '../../machines/torrent/metadata-serving.ts'
import type { Clock } from '../../transport/clock.ts'
import {
  metadataPieceBytes,
  metadataPieceCount,
  metadataPieceLength,
} from '../../transport/wire/extended/metadata-pieces.ts'
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  type MetadataMessage,
  type UnknownMetadataMessage,
} from '../../transport/wire/extended/ut-metadata.ts'
import { defineExtension } from './extension.ts'

/** Pieces of metadata sent to a peer between two ticks: 1 MiB a second, well below what a socket may hold. */
const sentMax = 64

/** What has become of metadata that came and was verified. */
export type ReceivedMetadata = Extract<ExtensionNews, { type: 'metadata.ready' }>

/** What `utMetadata` is made from: metadata to serve, or an info hash of which to fetch it first. */
export type UtMetadataOptions =
  | {
      /** The info dictionary, as it was hashed. */
      readonly metadata: Uint8Array
      readonly clock: Pick<Clock, 'now'>
    }
  | {
      /** 20 bytes. */
      readonly infoHash: Uint8Array
      readonly clock: Pick<Clock, 'now'>
      /**
       * Makes something of the bytes, whose hash is right. When it rejects, the torrent fails with that error; started again it
       * tries again, with the same bytes.
       */
      readonly receive: (metadata: Uint8Array) => Promise<ReceivedMetadata>
    }

/**
 * The extension `ut_metadata` (BEP 9). Serves the info dictionary to those who ask, each so much (see `MetadataServing`): without it, or
 * beyond that, a request is rejected, and who still goes on is closed as `metadata_flood`. Without the dictionary, fetches it from
 * all who offer it (see `MetadataDownload`); who breaks the rules of that is closed, and who gave wrong bytes pays for it.
 */
export function utMetadata(options: UtMetadataOptions): Extension {
  const { clock } = options
  return defineExtension<MetadataMessage, MetadataMessage | UnknownMetadataMessage>({
    name: 'ut_metadata',
    codec: { encode: encodeMetadataMessage, decode: decodeMetadataMessage },
    start(host) {
      const peers = new Map<number, ExtensionPeer>()
      const servings = new Map<number, MetadataServing>()
      const download = new MetadataDownload()
      let metadata = 'metadata' in options ? options.metadata : undefined
      let isHandedOver = false

      /** By peer, pieces sent since the last tick; and those that wait for the next: who asks for all at once gets it at this pace. */
      const sent = new Map<number, number>()
      let waiting: { readonly peer: ExtensionPeer; readonly piece: number }[] = []

      const give = (peer: ExtensionPeer, bytes: Uint8Array, piece: number) => {
        const count = sent.get(peer.peer) ?? 0
        if (count === sentMax) {
          waiting.push({ peer, piece })
          return
        }
        sent.set(peer.peer, count + 1)
        host.send(peer, { type: 'data', piece, totalSize: bytes.length, data: pieceOf(bytes, piece) })
      }
      const serve = (peer: ExtensionPeer, piece: number) => {
        const serving = servings.get(peer.peer) ?? new MetadataServing()
        servings.set(peer.peer, serving)
        const pieceCount = metadata ? metadataPieceCount(metadata.length) : 0
        const answer = serving.answer({ piece, pieceCount, at: clock.now() })
        if (answer === 'metadata_flood') host.fault(peer, answer)
        else if (answer === 'reject' || !metadata) host.send(peer, { type: 'reject', piece })
        else give(peer, metadata, piece)
      }
      const receive = () => {
        if (!metadata || !('receive' in options) || isHandedOver) return
        isHandedOver = true
        options.receive(metadata).then(host.tell, (error: unknown) => {
          isHandedOver = false
          host.tell({ type: 'metadata.failed', error: error instanceof Error ? error : new Error(String(error)) })
        })
      }
      const judge = (infoHash: Uint8Array, bytes: Uint8Array) => {
        const isRight = Buffer.compare(createHash('sha1').update(bytes).digest(), infoHash) === 0
        const { culprits } = isRight ? download.verified() : download.corrupt()
        if (culprits.length > 0) host.tell({ type: 'metadata.corrupt', culprits })
        if (!isRight) return
        metadata = bytes
        receive()
      }
      /** Takes in what is whole, and asks for what is missing. */
      const goOn = () => {
        if (!('infoHash' in options)) return
        if (download.complete) judge(options.infoHash, download.complete.bytes)
        for (const { peer, piece } of download.next(clock.now())) {
          const known = peers.get(peer)
          if (known) host.send(known, { type: 'request', piece })
        }
      }

      return {
        greeted(peer) {
          peers.set(peer.peer, peer)
          const size = peer.greeting?.metadataSize
          if (!peer.speaks) download.left(peer.peer)
          else if (size !== undefined && !metadata) download.offer(peer.peer, size)
          goOn()
        },
        message(peer, message) {
          if (message.type === 'request') serve(peer, message.piece)
          if (message.type === 'reject') download.reject(peer.peer, message.piece, clock.now())
          if (message.type === 'data') {
            const fault = download.data({ peer: peer.peer, ...message })
            if (fault) host.fault(peer, fault)
          }
          if (message.type !== 'request') goOn()
        },
        closed({ peer }) {
          peers.delete(peer)
          servings.delete(peer)
          waiting = waiting.filter((one) => one.peer.peer !== peer)
          download.left(peer)
          goOn()
        },
        tick() {
          sent.clear()
          const turn = waiting
          waiting = []
          if (metadata) for (const { peer, piece } of turn) give(peer, metadata, piece)
          receive()
          goOn()
        },
      }
    },
  })
}

function pieceOf(metadata: Uint8Array, piece: number): Uint8Array {
  const begin = piece * metadataPieceBytes
  return metadata.subarray(begin, begin + metadataPieceLength(metadata.length, piece))
}
