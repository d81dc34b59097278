import type { Extension, ExtensionPeer } from '../../machines/extensions/extension.ts'
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  type MetadataMessage,
  type UnknownMetadataMessage,
} from '../../transport/wire/extended/ut-metadata.ts'
import { defineExtension, type ExtensionDefinition } from './extension.ts'
import { MetadataFetcher, type MetadataFetcherOptions, type SharedProgress } from './metadata-fetcher.ts'
import { MetadataServer, type MetadataServerOptions } from './metadata-server.ts'

/** What a torrent's `ut_metadata` is made from. */
export interface UtMetadataOptions extends Pick<MetadataServerOptions, 'clock'> {
  /** The info dictionary, as it was hashed. */
  readonly metadata: Uint8Array
}

/**
 * The extension `ut_metadata` (BEP 9) of a torrent whose info dictionary is at hand: serves it (see `MetadataServer`). A private
 * torrent does not run it: peers do not decide which others get its metadata. BEP 27 says nothing of that; libtorrent and Transmission
 * do so.
 */
export function utMetadata({ metadata, clock }: UtMetadataOptions): Extension {
  return defineUtMetadata((host) => {
    const server = new MetadataServer({ host, clock, metadata: () => metadata })
    return {
      message(peer, message) {
        if (message.type === 'request') server.requested(peer, message.piece)
        // Nobody was asked for it.
        else if (message.type === 'data') host.fault(peer, 'metadata_unrequested')
        else noteIdle(peer)
      },
      closed: (peer) => server.closed(peer),
      tick: () => server.tick(),
    }
  })
}

/**
 * The extension `ut_metadata` (BEP 9) of a magnet link: fetches the info dictionary (see `MetadataFetcher`), and then serves it, unless
 * that says that the torrent is private: then the torrent ends it. Started anew on its torrent, it goes on with what was verified.
 */
export function utMetadataOfMagnet(options: Omit<MetadataFetcherOptions, 'host' | 'shared'>): Extension {
  const shared: SharedProgress = { progress: { step: 'fetching' } }
  return defineUtMetadata((host) => {
    const fetcher = new MetadataFetcher({ ...options, host, shared })
    const server = new MetadataServer({ host, clock: options.clock, metadata: () => fetcher.metadata })
    return {
      greeted: (peer) => fetcher.greeted(peer),
      message(peer, message) {
        if (message.type === 'request') server.requested(peer, message.piece)
        if (message.type === 'data' || message.type === 'reject') fetcher.answered(peer, message)
        if (message.type === 'reject' || message.type === 'unknown') noteIdle(peer)
      },
      closed(peer) {
        server.closed(peer)
        fetcher.closed(peer)
      },
      tick() {
        server.tick()
        fetcher.tick()
      },
    }
  })
}

/** What must be ignored (BEP 9) may not be said without an end; nor rejects, of which each piece asked for has one. */
const noteIdle = ({ ref }: ExtensionPeer): void => ref.send({ type: 'torrent.note_idle' })

function defineUtMetadata(
  start: ExtensionDefinition<MetadataMessage, MetadataMessage | UnknownMetadataMessage>['start'],
): Extension {
  return defineExtension({
    name: 'ut_metadata',
    codec: { encode: encodeMetadataMessage, decode: decodeMetadataMessage },
    start,
  })
}
