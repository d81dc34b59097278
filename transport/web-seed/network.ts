import type { Datagrams } from '../datagrams/datagrams.ts'
import type { OpenHttpLane } from './http.ts'

/** What web seeds are asked by. */
export interface WebSeedNetwork {
  readonly openLane: OpenHttpLane
  /** Looks up the name of a host. */
  readonly resolve: Datagrams['resolve']
}
