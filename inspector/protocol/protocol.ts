/**
 * What the inspector's server and its page say to each other. All of it is JSON. The page loads from `http://127.0.0.1:PORT/TOKEN/`; every
 * address below is relative to that, so the token goes with each request.
 *
 * | request                    | answer                                                                              |
 * | -------------------------- | ----------------------------------------------------------------------------------- |
 * | `GET feed`                 | server-sent events, each a `Batch`: at first all there is, then what changed        |
 * | `GET rest`                 | server-sent events without any: the page is open, and nobody looks at it            |
 * | `GET chart/NAME.json`      | `Drawn`: the statechart of that name, drawn from the machine that runs              |
 * | `GET said/ACTOR`           | `SaidRow[]`: what an actor heard and said, the newest that is remembered; 404 when it is gone |
| `GET moment/ACTOR/SEQ`     | `Moment`: how an actor stood behind an event that it heard or said; 404 when forgotten |
 * | `POST send` with a `Wish`  | 204; 403 for an event that the program does not allow, 404 for an actor that is gone |
 *
 * Both streams end with an event of the type `over` when the program ends, or stops the inspector.
 *
 * Times are milliseconds since the inspector started. Actors have numbers, from 1 on, never used again; 0 is outside: the program itself.
 */

/** What an actor is to the others. */
export type Role =
  | 'peer'
  | 'transport'
  | 'group'
  | 'torrent'
  | 'core'
  | 'storage'
  | 'session'
  | 'listener'
  | 'extension'
  | 'tracker'
  | 'web seed'
  | 'dht'
  | 'other'

/** An actor, by address and role where it has one: `127.0.0.1:6881`, `torrent 1846bf65`. */
export interface ActorRow {
  readonly id: number
  readonly role: Role
  readonly name: string
  /** The actor that made it; 0 is the program. */
  readonly parent: number
  /** The statechart it runs, a name for `GET chart/NAME.json`; absent for an actor that is no statechart. */
  readonly chart?: string
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  /** The states it is in, by id (`peer.am_choking.choking`), leaves alone; empty without a chart. */
  readonly states: readonly string[]
}

/** How a peer stands. Rates are payload bytes a second over the last ten seconds. */
export interface PeerRow {
  readonly id: number
  /** The torrent's actor; 0 when it belongs to none. */
  readonly torrent: number
  /** `host:port`. */
  readonly address: string
  readonly direction: 'in' | 'out'
  /** What carries it; while it is dialled, what was tried first. */
  readonly transport: string
  /** What came to nothing of a dial by several transports, and why: `tcp: transport.refused`; absent: nothing. */
  readonly attempts?: string
  /** Decoded from the peer id; empty before the handshake. */
  readonly client: string
  readonly amChoking: boolean
  readonly amInterested: boolean
  readonly peerChoking: boolean
  readonly peerInterested: boolean
  /** The state of each of these regions, its innermost: `open`, `rc4`, `trusted`. */
  readonly handshake: string
  readonly encryption: string
  readonly reputationState: string
  readonly reputation: number
  readonly rateDown: number
  readonly rateUp: number
  readonly downloaded: number
  readonly uploaded: number
  /** Blocks asked for and not answered yet. */
  readonly inFlight: number
  /** Pieces it has. */
  readonly pieces: number
  /** The first reason of `explain` each way, `↓` or `↑` before it, or neither where it holds for both; empty when data flows both ways. */
  readonly why: string
  /** All reasons of `explain`, with the same arrows. */
  readonly reasons: readonly { readonly code: string; readonly text: string; readonly since: number }[]
  /** Why it closed: `remote.corrupt`; absent before. */
  readonly closed?: string
  /** What its reputation rests on, oldest first. */
  readonly evidence: readonly {
    readonly rule: string
    readonly delta: number
    /** What it was about: the piece, its blocks, the code of a violation. */
    readonly text: string
  }[]
}

/** How a torrent stands. */
export interface TorrentRow {
  readonly id: number
  readonly name: string
  readonly infoHash: string
  /** Pieces that are verified, and pieces of the torrent; 0 of 0 before its metadata has come. */
  readonly pieces: number
  readonly total: number
  /** Payload bytes of this run, both ways. */
  readonly downloaded: number
  readonly uploaded: number
  readonly rateDown: number
  readonly rateUp: number
  readonly peers: number
  /** Base64 of one byte a cell of the piece map, at most 4,096 cells in order: 0 missing, 1 some blocks are there, 2 whole and verified. */
  readonly map: string
  /** Base64 of one byte a cell: how many connected peers have its pieces, the least of them, 255 at most; not counted while nothing is missing. */
  readonly availability: string
  /** The reasons of `explain` for the torrent, with the same arrows. */
  readonly reasons: readonly { readonly code: string; readonly text: string; readonly since: number }[]
}

/** One point of a torrent's or a peer's rates: bytes a second. A point a second, the last ten minutes. */
export interface RatePoint {
  readonly id: number
  readonly at: number
  readonly down: number
  readonly up: number
}

/** A choke round of a torrent, and what the choker found of each peer. */
export interface RoundRow {
  readonly torrent: number
  readonly seq: number
  readonly at: number
  readonly round: number
  readonly occasion: string
  readonly mode: string
  readonly slots: number
  readonly peers: readonly {
    /** Its actor. */
    readonly id: number
    readonly address: string
    /** `none`, or what it was unchoked for. */
    readonly slot: string
    readonly score: number | null
    /** Why it got the slot, or none, in words. */
    readonly why: string
  }[]
}

/** Something was said: one event, from one actor to another. */
export interface SaidRow {
  /** Grows by one with each event that the program's actors heard. Numbers are missing where events were left out. */
  readonly seq: number
  readonly at: number
  readonly from: number
  readonly to: number
  readonly type: string
  /** What it carried, in short: `index 3, begin 16384, length 16384`, `16 blocks, 262,144 bytes`. 200 characters at most. */
  readonly text: string
  /** The transitions it caused, each `SOURCE|EVENT|TARGET` by state id, with `|GUARD` where there is one; empty: none. */
  readonly took: readonly string[]
}

/** What changed since the last batch. A field that is absent: nothing. A row takes the place of the earlier one of its id. */
export interface Batch {
  /** With the first batch alone. */
  readonly hello?: {
    /** When the inspector started, milliseconds since 1970. */
    readonly startedAt: number
    /** Types of events that the page may send. */
    readonly allow: readonly string[]
  }
  /** The time. */
  readonly now: number
  readonly actors?: readonly ActorRow[]
  readonly peers?: readonly PeerRow[]
  readonly torrents?: readonly TorrentRow[]
  readonly rates?: readonly RatePoint[]
  readonly rounds?: readonly RoundRow[]
  readonly said?: readonly SaidRow[]
  /** Events left out of `said`, as there were too many. */
  readonly leftOut?: number
  /** Of a record that is replayed, whose times these are then: nothing is left out before the server forgets it, and the page is to keep all. */
  readonly complete?: true
  /** Events before this number are forgotten by the server: no `Moment` of them can be had. */
  readonly oldest?: number
  /** Actors that ended long ago, and are forgotten. */
  readonly forgotten?: readonly number[]
}

/** A drawn chart. */
export interface Drawn {
  readonly name: string
  /** The regions drawn alone, in order of the chart, each a picture of its own; a chart without regions has one. */
  readonly pictures: readonly {
    /** `am_choking`, `talk`; the chart's name for a chart without regions. */
    readonly region: string
    /**
     * An SVG document without style, script or link. The `<g>` of a state has the class `state` and the state's id as its `<title>`; that of a
     * transition the class `transition` and `SOURCE->TARGET` as its title. Texts have the classes `name` and `reaction`.
     */
    readonly svg: string
  }[]
}

/** How an actor stood. */
export interface Moment {
  readonly actor: number
  readonly seq: number
  readonly at: number
  readonly states: readonly string[]
  /** Its context as trimmed JSON: bytes are counted, long lists are cut. */
  readonly context: unknown
}

/** An event to be sent to an actor, in the name of the user of the page. */
export interface Wish {
  readonly to: number
  readonly event: { readonly type: string; readonly [field: string]: unknown }
}
