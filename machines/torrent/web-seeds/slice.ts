import type { ConnectionsCore } from '../connections/slice.ts'
import { type WebSeedRecord, withWebSeeds } from './web-seed-list.ts'

/** What a torrent is made from, of its web seeds. */
export interface WebSeedsInput {
  /** As `readWebSeedUrl` has them. Default: none. Only the first 100 are asked. */
  readonly webSeeds?: readonly string[] | undefined
}

/** The web seeds of a torrent (BEP 19). */
export interface WebSeedsSlice {
  /** In the order in which they are asked. */
  webSeeds: readonly WebSeedRecord[]
}

/** The core as web seeds see it: their own slice, and what they read of others. */
export interface WebSeedsCore extends WebSeedsSlice, ConnectionsCore {}

/** None of them was asked. */
export const createWebSeeds = ({ webSeeds = [] }: WebSeedsInput): WebSeedsSlice => ({
  webSeeds: withWebSeeds([], webSeeds),
})
