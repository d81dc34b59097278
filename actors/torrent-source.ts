import type { Extension } from '../machines/torrent/extension.ts'
import { Layout } from '../machines/torrent/layout.ts'
import type { Magnet } from '../storage/magnet.ts'
import { type Metainfo, MetainfoError, parseInfo } from '../storage/metainfo.ts'
import { PieceStorage } from '../storage/piece-storage.ts'
import type { ChunkStore } from '../storage/store.ts'
import type { Clock } from '../transport/clock.ts'
import type { Address } from '../transport/transport.ts'
import { utMetadata } from './extensions/ut-metadata.ts'
import { LateStorage, type OpenStore } from './late-storage.ts'

/** A torrent whose .torrent file is at hand. */
export interface MetainfoSource {
  readonly metainfo: Metainfo
  /** Where the pieces lie: `openFileStore`, `openMemoryStore`, or any `abstract-chunk-store` of the torrent's piece length. */
  readonly store: ChunkStore
  readonly magnet?: never
  readonly openStore?: never
}

/** A magnet link: its metadata is fetched from peers (BEP 9). */
export interface MagnetSource {
  /** As `parseMagnet` reads it; an info hash alone will do. Its peers are dialled from the start. */
  readonly magnet: Pick<Magnet, 'infoHash'> & Partial<Pick<Magnet, 'peers'>>
  /** Opens a store as soon as the metadata has come. When it fails, the torrent does; started again it tries again. */
  readonly openStore: OpenStore
  readonly metainfo?: never
  readonly store?: never
}

/** What a torrent is made from. */
export type TorrentSource = MetainfoSource | MagnetSource

/** What a torrent needs to know of its source. */
export interface OpenedSource {
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** Unknown before the metadata has come. */
  readonly known: { readonly layout: Layout; readonly metadataSize: number } | undefined
  readonly storage: LateStorage
  /** The extension that serves the metadata, and fetches it first where it is not known. */
  readonly utMetadata: Extension
  readonly peers: readonly Address[]
}

/**
 * Begins with what a caller gave. Throws a RangeError when the store's chunks are not the torrent's pieces, or the info hash has not
 * 20 bytes.
 */
export function openSource(source: TorrentSource, clock: Clock): OpenedSource {
  if (source.metainfo) {
    const { metainfo, store } = source
    const { infoBytes, infoHash } = metainfo
    return {
      infoHash,
      known: { layout: new Layout(metainfo), metadataSize: infoBytes.length },
      storage: new LateStorage(new PieceStorage(store, metainfo)),
      utMetadata: utMetadata({ metadata: infoBytes, clock }),
      peers: [],
    }
  }
  const { magnet, openStore } = source
  const { infoHash, peers = [] } = magnet
  if (infoHash.length !== 20) throw new RangeError(`an info hash has 20 bytes, not ${infoHash.length}`)
  const storage = new LateStorage()
  return {
    infoHash,
    known: undefined,
    storage,
    utMetadata: utMetadata({
      infoHash,
      clock,
      receive: async (metadata) => {
        const metainfo = readInfo(metadata)
        await storage.open(metainfo, openStore)
        const { name, private: isPrivate } = metainfo
        return { type: 'metadata.ready', layout: new Layout(metainfo), bytes: metadata.length, name, isPrivate }
      },
    }),
    peers,
  }
}

function readInfo(metadata: Uint8Array): Metainfo {
  try {
    return parseInfo(metadata)
  } catch (error) {
    if (error instanceof MetainfoError) throw new MetainfoError(`the metadata can not be used: ${error.message}`)
    throw error
  }
}
