import type { Address } from '../transport.ts'

/** What an announce may say beside the numbers (BEP 3): that we begin, have everything from now on, or leave. */
export type AnnounceEvent = 'started' | 'completed' | 'stopped'

/** What a tracker is told, and asked for. */
export interface AnnounceRequest {
  /** 20 bytes each. */
  readonly infoHash: Uint8Array
  readonly peerId: Uint8Array
  /** Where we accept connections. */
  readonly port: number
  /** Payload bytes of this run, and those that are missing. */
  readonly uploaded: number
  readonly downloaded: number
  readonly left: number
  /** Absent: nothing but that we are still there. */
  readonly event?: AnnounceEvent
  /** How many peers we would have. */
  readonly numWant: number
  /** 32 bits by which the tracker knows us when our address changes; peers do not learn it. */
  readonly key: number
  /** What it told us to say again. */
  readonly trackerId?: Uint8Array
  /** Whether we speak MSE/PE, so that it may name others that do. */
  readonly encryption: 'none' | 'preferred' | 'required'
}

/** What a tracker knows of the swarm, as far as it says so. */
export interface SwarmCounts {
  readonly seeders?: number
  readonly leechers?: number
  /** How many have come to have everything. */
  readonly downloads?: number
}

/** What a tracker answers to an announce. */
export interface AnnounceAnswer extends SwarmCounts {
  /** At most `peersMax`; each can be dialled, as far as its address tells. */
  readonly peers: readonly Address[]
  /** After how many seconds it wants to be asked again, and before how many it does not. */
  readonly interval?: number
  readonly minInterval?: number
  /** What it has to say to people, and answers all the same. */
  readonly warning?: string
  readonly trackerId?: Uint8Array
  /** Our address as it sees us (BEP 24), 4 or 16 bytes. */
  readonly externalIp?: Uint8Array
}

/**
 * Why there is no answer. `unreachable`: nobody can be asked. `silent`: nobody has answered in time. `refused`: the tracker says why not.
 * `faulty`: what it answered is of no use.
 */
export type TrackerFault = 'unreachable' | 'silent' | 'refused' | 'faulty'

/** An announce, or a scrape, that led to nothing. */
export interface TrackerFailure {
  readonly fault: TrackerFault
  /** One line for people; of `refused`, in the tracker's words. */
  readonly message: string
  /** After how many seconds it may be asked again, or that it may not (BEP 31), where it says so. */
  readonly retryIn?: number | 'never'
}

/** An answer, or why there is none. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly failure: TrackerFailure }

/** Peers taken of one answer: four times as many as a torrent holds connections, and what libtorrent asks for. */
export const peersMax = 200

/** The longest text of a tracker that is shown to people, in characters. Our own number. */
export const messageMax = 200

/** Nothing came of it. */
export const failed = (fault: TrackerFault, message: string): { readonly failure: TrackerFailure } => ({
  failure: { fault, message },
})
