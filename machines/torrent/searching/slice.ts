import type { Address } from '../../../transport/transport.ts'
import type { DhtRef } from '../../dht/events.ts'
import type { AnnouncingCore } from '../announcing/slice.ts'

/** What a torrent is made from, of the DHT. */
export interface SearchingInput {
  /** Nodes that its file names, for ours to ask. A restored torrent names none again. Default: none. */
  readonly dhtNodes?: readonly Address[]
}

/** The torrent's searches in the DHT. */
export interface SearchingSlice {
  readonly dhtNodes: readonly Address[]
  /** Undefined before its actor runs. */
  dht: DhtRef | undefined
  /** The UDP port of our node; undefined before it is open. */
  dhtPort: number | undefined
}

/** The core as searching sees it: its own slice, and what it reads of others. */
export interface SearchingCore extends SearchingSlice, AnnouncingCore {}

/** Nothing was searched for. */
export const createSearching = ({ dhtNodes = [] }: SearchingInput): SearchingSlice => ({
  dhtNodes,
  dht: undefined,
  dhtPort: undefined,
})
