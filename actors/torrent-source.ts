import type { Extension } from '../machines/extensions/extension.ts'
import { Layout } from '../machines/layout.ts'
import type { Magnet } from '../storage/magnet.ts'
import { type Metainfo, MetainfoError, readInfo } from '../storage/metainfo.ts'
import { PieceStorage } from '../storage/piece-storage.ts'
import type { ResumeStore } from '../storage/resume-file.ts'
import type { ChunkStore } from '../storage/store.ts'
import type { Clock } from '../transport/clock.ts'
import type { Address } from '../transport/transport.ts'
import { utMetadata, utMetadataOfMagnet } from './extensions/ut-metadata.ts'
import { choiceOfLink, type FileChoice, levelsOf } from './file-choice.ts'
import { LateStorage, type OpenStore } from './late-storage.ts'
import { ResumeKeeper } from './resume-keeper.ts'
import type { StorageResume } from './storage.ts'
import type { NamedTrackers } from './tracker-places.ts'

/** A torrent whose .torrent file is at hand. */
export interface MetainfoSource {
  readonly metainfo: Metainfo
  /**
   * Where the pieces lie: `openFileStore`, `openMemoryStore`, or any `abstract-chunk-store` of the torrent's piece length. On one
   * that is `readOnly` nothing is downloaded: what verifies is served, and `done` comes only if that is everything.
   */
  readonly store: ChunkStore
  readonly magnet?: never
  readonly openStore?: never
}

/** A magnet link: its metadata is fetched from peers (BEP 9). */
export interface MagnetSource {
  /**
   * As `parseMagnet` reads it; an info hash alone will do. Its peers are dialled from the start. The files that it names (BEP 53) are those that
   * are wanted, unless `files` or what was saved (`resume`) says which are, or it names none that there is.
   */
  readonly magnet: Pick<Magnet, 'infoHash'> & Partial<Pick<Magnet, 'peers' | 'selectOnly' | 'trackers' | 'webSeeds'>>
  /** Opens a store, as `store`, as soon as the metadata has come. When it fails, the torrent does; started again it tries again. */
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
  /** Which files are wanted, as `Selection.files`; undefined where nobody has said, or the metadata has to come first. */
  readonly priorities: Uint8Array | undefined
  /** Unknown before the metadata has come. `metadataSize` is for peers to know: none of a private torrent. */
  readonly known: { readonly layout: Layout; readonly metadataSize?: number } | undefined
  readonly storage: LateStorage
  /** Nothing can be written to its store. False as long as there is none. */
  readonly readOnly: boolean
  /** Where its resume data is kept, if anywhere. */
  readonly resume: StorageResume | undefined
  /** The extension that serves the metadata, and fetches it first where it is not known; not for private torrents. */
  readonly utMetadata: Extension
  readonly peers: readonly Address[]
  readonly trackers: NamedTrackers
  readonly webSeeds: readonly string[]
  /** Nodes of the DHT that its file names. */
  readonly dhtNodes: readonly Address[]
}

/**
 * Begins with what a caller gave. Throws a RangeError when the store's chunks are not the torrent's pieces, or the info hash has not
 * 20 bytes, and for a choice of files that the torrent does not have.
 */
export function openSource(
  source: TorrentSource & { readonly files?: FileChoice | undefined },
  clock: Clock,
  resumeStore?: ResumeStore,
): OpenedSource {
  const { files: choice } = source
  if (source.metainfo) {
    const { metainfo, store } = source
    const { infoBytes, infoHash } = metainfo
    const storage = new PieceStorage(store, metainfo, clock)
    return {
      infoHash,
      priorities: choice && levelsOf(choice, metainfo.files),
      known: { layout: new Layout(metainfo), ...(!metainfo.private && { metadataSize: infoBytes.length }) },
      storage: new LateStorage(storage),
      readOnly: storage.readOnly,
      resume: resumeStore && { keeper: new ResumeKeeper(resumeStore, infoHash), keepsMetadata: false },
      utMetadata: utMetadata({ metadata: infoBytes, clock }),
      peers: [],
      trackers: { tiers: metainfo.announce, others: [] },
      webSeeds: metainfo.webSeeds ?? [],
      dhtNodes: metainfo.nodes ?? [],
    }
  }
  const { magnet, openStore } = source
  const { infoHash, peers = [], selectOnly, trackers = [], webSeeds = [] } = magnet
  if (infoHash.length !== 20) throw new RangeError(`an info hash has 20 bytes, not ${infoHash.length}`)
  const storage = new LateStorage()
  const keeper = resumeStore && new ResumeKeeper(resumeStore, infoHash)
  return {
    infoHash,
    priorities: undefined,
    known: undefined,
    storage,
    readOnly: false,
    resume: keeper && { keeper, keepsMetadata: true },
    utMetadata: utMetadataOfMagnet({
      infoHash,
      clock,
      receive: async (metadata) => {
        const metainfo = await readMetadata(metadata)
        const { readOnly } = await storage.open(metainfo, openStore, clock)
        const { files, name, private: isPrivate } = metainfo
        const named = choiceOfLink(selectOnly, files)
        const byDefault = named && levelsOf(named, files)
        return {
          type: 'metadata.ready',
          layout: new Layout(metainfo),
          bytes: metadata.length,
          name,
          isPrivate,
          priorities: choice && levelsOf(choice, files, byDefault),
          byDefault,
          readOnly,
        }
      },
      // What goes wrong here is told by the check, which loads again.
      ...(keeper && {
        recall: async () => {
          const kept = await keeper.load().catch(() => undefined)
          return kept?.metadata
        },
      }),
    }),
    peers,
    // A link has no tiers: all of its trackers are asked.
    trackers: { tiers: [], others: trackers },
    webSeeds,
    dhtNodes: [],
  }
}

async function readMetadata(metadata: Uint8Array): Promise<Metainfo> {
  try {
    return await readInfo(metadata)
  } catch (error) {
    if (error instanceof MetainfoError) throw new MetainfoError(`the metadata cannot be used: ${error.message}`)
    throw error
  }
}
