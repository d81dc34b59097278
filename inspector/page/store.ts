import type { ActorRow, Batch, PeerRow, RatePoint, RoundRow, SaidRow, TorrentRow } from '../protocol/protocol.ts'
import { Series } from './series.ts'

/** What can change, so that only what shows it is drawn again. */
export type Topic = 'link' | 'actors' | 'peers' | 'torrents' | 'rates' | 'rounds' | 'said'

/** Whether batches come; when they are over, the program has ended. */
export type Link = 'connecting' | 'open' | 'lost' | 'resting' | 'over'

/** What is kept at most: events said, points of rates an actor, choke rounds a torrent. */
export const keeps = { said: 5000, rates: 600, rounds: 30 } as const

/** Cut back only when so many events are too many: a cut copies all that stay. */
const saidSlack = 1000

/**
 * All that the page knows. Batches change it at once; whatever shows it is told in the next frame, once, however many batches came.
 */
export class Known {
  link: Link = 'connecting'
  /** The time of the last batch, milliseconds since the inspector started. */
  now = 0
  /** Milliseconds since 1970. */
  startedAt = 0
  allow: readonly string[] = []
  actors: ReadonlyMap<number, ActorRow> = new Map()
  peers: ReadonlyMap<number, PeerRow> = new Map()
  torrents: ReadonlyMap<number, TorrentRow> = new Map()
  rates: ReadonlyMap<number, Series> = new Map()
  rounds: ReadonlyMap<number, readonly RoundRow[]> = new Map()
  /** In order of their numbers. Whoever holds the list may keep it: a cut makes a new one. */
  said: readonly SaidRow[] = []
  /** Of a record all is kept: the server has a bound of its own. */
  #keepsAll = false
  /** Events that were left out of `said`. */
  leftOut = 0
  /** Events before this number have no moment. */
  oldest = 0

  readonly #schedule: (work: () => void) => void
  readonly #watchers = new Set<Watcher>()
  readonly #changed = new Set<Topic>()

  /** `schedule` runs what it is given in the next frame, as `requestAnimationFrame` does. */
  constructor(schedule: (work: () => void) => void) {
    this.#schedule = schedule
  }

  /** Has `tell` called in the frame after one of the topics changed, until the answer is called. */
  watch(topics: readonly Topic[], tell: () => void): () => void {
    const watcher = { topics, tell }
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  setLink(link: Link): void {
    if (link === this.link) return
    this.link = link
    this.#note('link')
  }

  apply(batch: Batch): void {
    if (batch.hello) this.#begin(batch.hello)
    this.now = batch.now
    this.#note('link')
    if (batch.oldest !== undefined) this.oldest = batch.oldest
    if (batch.leftOut !== undefined) this.leftOut += batch.leftOut
    if (batch.actors) this.actors = this.#merged('actors', this.actors, batch.actors)
    if (batch.peers) this.peers = this.#merged('peers', this.peers, batch.peers)
    if (batch.torrents) this.torrents = this.#merged('torrents', this.torrents, batch.torrents)
    if (batch.rates) this.#addRates(batch.rates)
    if (batch.rounds) this.#addRounds(batch.rounds)
    if (batch.complete) this.#keepsAll = true
    if (batch.said) this.#addSaid(batch.said)
    if (batch.forgotten) this.#forget(batch.forgotten)
  }

  /** All there is follows. What was said in the same run is kept: the server may have forgotten it. */
  #begin({ startedAt, allow }: NonNullable<Batch['hello']>): void {
    if (startedAt !== this.startedAt) {
      this.said = []
      this.leftOut = 0
      this.oldest = 0
    }
    Object.assign(this, { startedAt, allow })
    this.actors = new Map()
    this.peers = new Map()
    this.torrents = new Map()
    this.rates = new Map()
    this.rounds = new Map()
    for (const topic of ['actors', 'peers', 'torrents', 'rates', 'rounds', 'said'] as const) this.#note(topic)
  }

  #merged<Row extends { readonly id: number }>(topic: Topic, known: ReadonlyMap<number, Row>, rows: readonly Row[]) {
    this.#note(topic)
    const merged = new Map(known)
    for (const row of rows) merged.set(row.id, row)
    return merged
  }

  #addRates(points: readonly RatePoint[]): void {
    const rates = new Map(this.rates)
    for (const point of points) {
      const series = rates.get(point.id) ?? new Series(point.id, keeps.rates)
      series.add(point)
      rates.set(point.id, series)
    }
    this.rates = rates
    this.#note('rates')
  }

  #addRounds(rows: readonly RoundRow[]): void {
    const rounds = new Map(this.rounds)
    for (const row of rows) {
      const others = (rounds.get(row.torrent) ?? []).filter(({ seq }) => seq !== row.seq)
      rounds.set(row.torrent, [...others, row].slice(-keeps.rounds))
    }
    this.rounds = rounds
    this.#note('rounds')
  }

  #addSaid(rows: readonly SaidRow[]): void {
    const last = this.said.at(-1)?.seq ?? -1
    const all = this.said.concat(rows.filter(({ seq }) => seq > last))
    this.said = !this.#keepsAll && all.length > keeps.said + saidSlack ? all.slice(-keeps.said) : all
    this.#note('said')
  }

  #forget(ids: readonly number[]): void {
    const without = <Of>(known: ReadonlyMap<number, Of>): ReadonlyMap<number, Of> => {
      const left = new Map(known)
      for (const id of ids) left.delete(id)
      return left
    }
    this.actors = without(this.actors)
    this.peers = without(this.peers)
    this.torrents = without(this.torrents)
    this.rates = without(this.rates)
    this.rounds = without(this.rounds)
    for (const topic of ['actors', 'peers', 'torrents', 'rates', 'rounds'] as const) this.#note(topic)
  }

  #note(topic: Topic): void {
    if (this.#changed.size === 0) this.#schedule(() => this.#tell())
    this.#changed.add(topic)
  }

  #tell(): void {
    const changed = new Set(this.#changed)
    this.#changed.clear()
    for (const { topics, tell } of [...this.#watchers]) if (topics.some((topic) => changed.has(topic))) tell()
  }
}

interface Watcher {
  readonly topics: readonly Topic[]
  readonly tell: () => void
}
