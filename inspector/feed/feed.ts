import type { AnyActorRef, AnyStateMachine, InspectionEvent, Snapshot } from 'xstate'
import type { ActorRow, Batch, Moment, SaidRow } from '../protocol/protocol.ts'
import { Charts } from './charts.ts'
import { History, type Said, saidRow } from './history.ts'
import { Load } from './load.ts'
import { Rates } from './rates.ts'
import { Rounds } from './rounds.ts'
import { Rows } from './rows.ts'
import { eventText, trimmed } from './shorten.ts'
import { speakerOf } from './speaker.ts'
import { contextOf, leavesOf, machineOf, stateValueOf, transitionIds } from './states.ts'
import { torrentRates } from './torrent-row.ts'
import { actorRow, roleOf, type Watched } from './watched.ts'

/** What a page is told at first of what was said. */
const saidAtFirst = 1_000
/** What a batch tells of it at most. */
const saidAtOnce = 1_000
/** What a page is told, when it asks, of what one actor heard and said. */
const saidOfOne = 2_000
/** Events of an actor that wait to be answered by a snapshot, and that it said meanwhile; one that has ended answers none. */
const unheardMax = 64
/** How long an actor that has ended stays known, and how many of them. */
const keptMs = 10 * 60_000
const endedMax = 500
/** Actors that are only heard of, as XState does not tell when they end; and those that others talk to when they have ended long ago. */
const strangersMax = 500
const secondMs = 1_000

/**
 * What the inspector knows of the actors of a program, from XState's inspection events: which there are, how each stands, and what was said. It
 * works little when an event comes, and makes rows only when `collect` asks for what has changed.
 */
export class Feed {
  readonly #now: () => number
  readonly #history: History
  readonly #load = new Load()
  readonly #rounds = new Rounds()
  readonly #rates = new Rates()
  readonly #byRef = new Map<AnyActorRef, Watched>()
  readonly #byId = new Map<number, Watched>()
  readonly #charts = new Charts()
  readonly #rows = new Rows((ref) => this.#byRef.get(ref))
  /** Actors of which something has changed, and those whose rows are to be made anew. */
  readonly #changed = new Set<Watched>()
  readonly #stale = new Set<Watched>()
  readonly #ended: Watched[] = []
  readonly #strangers = new Set<Watched>()
  #nextId = 1
  #seq = 0
  #toldSeq = 0
  #leftOut = 0
  /** When what is told happened, where that is a record's time; undefined while it happens now. */
  #replayedAt: number | undefined
  /** Some of it was a record, of which nothing is left out before the history is full. */
  #isComplete = false
  #ratesAt = Number.NEGATIVE_INFINITY

  /** `now`: milliseconds since the inspector started. `historyBytes`: about how much memory what was said may take. */
  constructor({ now, historyBytes }: { readonly now: () => number; readonly historyBytes: number }) {
    this.#now = now
    this.#history = new History(historyBytes)
  }

  /** An inspection event of XState. `at`: when it happened, in a record that is replayed. */
  inspect(seen: InspectionEvent, at?: number): void {
    this.#replayedAt = at
    this.#isComplete ||= at !== undefined
    switch (seen.type) {
      case '@xstate.actor':
        this.#know(this.#watched(seen.actorRef as AnyActorRef))
        break
      case '@xstate.event':
        this.#hear(seen.actorRef as AnyActorRef, seen.sourceRef as AnyActorRef | undefined, seen.event)
        break
      case '@xstate.microstep':
        this.#step(seen.actorRef as AnyActorRef, seen)
        break
      case '@xstate.snapshot':
        this.#stand(seen.actorRef as AnyActorRef, seen.event, seen.snapshot as Snapshot<unknown>)
        break
    }
  }

  /** All there is, for a page that has just come. */
  first(): Batch {
    const now = this.#time()
    this.#rows.makeAll(this.#stale, now)
    return {
      now,
      actors: [...this.#byId.values()].map(actorRow),
      peers: [...this.#rows.peers.values()],
      torrents: [...this.#rows.torrents.values()],
      rates: this.#rates.all,
      rounds: this.#rounds.all,
      said: this.#history.newest(this.#isComplete ? this.#history.size : saidAtFirst).map(saidRow),
      ...(this.#isComplete && { complete: true }),
      oldest: this.#history.oldest,
    }
  }

  /** What has changed since the last call, for the pages that are open; undefined: nothing. */
  collect(): Batch | undefined {
    const now = this.#time()
    const actors = this.#takeChanged()
    const made = this.#rows.makeSome(this.#stale, now)
    this.#noteRates(now)
    const forgotten = this.#forget(now)
    const all = this.#history.since(this.#toldSeq, Number.POSITIVE_INFINITY)
    const said = this.#isComplete ? all : all.slice(-saidAtOnce)
    const rounds = this.#rounds.takeFresh()
    const rates = this.#rates.takeFresh()
    const leftOut = this.#leftOut + all.length - said.length
    this.#toldSeq = this.#seq
    this.#leftOut = 0
    const peers = rowsOf(made, this.#rows.peers)
    const torrents = rowsOf(made, this.#rows.torrents)
    const parts = [actors, peers, torrents, forgotten, said, rounds, rates]
    if (leftOut === 0 && parts.every(({ length }) => length === 0)) return undefined
    return {
      now,
      ...(actors.length > 0 && { actors }),
      ...(peers.length > 0 && { peers }),
      ...(torrents.length > 0 && { torrents }),
      ...(rates.length > 0 && { rates }),
      ...(rounds.length > 0 && { rounds }),
      ...(said.length > 0 && { said: said.map(saidRow) }),
      ...(leftOut > 0 && { leftOut }),
      ...(this.#isComplete && { complete: true }),
      oldest: this.#history.oldest,
      ...(forgotten.length > 0 && { forgotten }),
    }
  }

  /** What is done while no page is open, once a second: the rates of torrents are noted, and actors that ended long ago are forgotten. */
  rest(): void {
    const now = this.#time()
    this.#noteRates(now)
    this.#forget(now)
    this.#rates.takeFresh()
    this.#rounds.takeFresh()
    this.#toldSeq = this.#seq
    this.#leftOut = 0
  }

  /**
   * How an actor stood right behind an event: behind what it heard by it, or behind what made it say it. Undefined when that is forgotten,
   * was left out, or is of other actors.
   */
  moment(actor: number, seq: number): Moment | undefined {
    const said = this.#history.find(seq)
    const machine = this.#byId.get(actor)?.machine
    const snapshot = said?.to === actor ? said.after : said?.from === actor ? said.spoken : undefined
    if (said === undefined || snapshot === undefined || machine === undefined) return undefined
    const value = stateValueOf(snapshot)
    return {
      actor,
      seq,
      at: said.at,
      states: value === undefined ? [] : leavesOf(machine.id, value),
      context: trimmed(contextOf(snapshot)),
    }
  }

  /** What an actor heard and said, as far as it is remembered; undefined for one that is not known. */
  said(actor: number): readonly SaidRow[] | undefined {
    return this.#byId.has(actor) ? this.#history.of(actor, saidOfOne).map(saidRow) : undefined
  }

  /** The statechart of that name, as long as an actor that runs it is known. */
  machine(name: string): AnyStateMachine | undefined {
    return this.#charts.get(name)
  }

  /** An actor by its number, as long as it lives. */
  living(id: number): AnyActorRef | undefined {
    const watched = this.#byId.get(id)
    return watched && watched.endedAt === undefined ? watched.ref : undefined
  }

  #watch(ref: AnyActorRef): Watched {
    const machine = machineOf(ref)
    const parent: unknown = Reflect.get(ref, '_parent')
    const watched: Watched = {
      id: this.#nextId++,
      ref,
      parent: parent === undefined ? undefined : this.#watched(parent as AnyActorRef),
      children: new Set(),
      machine,
      chart: machine && this.#charts.add(machine),
      role: roleOf(ref, machine?.id),
      snapshot: undefined,
      endedAt: undefined,
      endedAs: undefined,
      endedSeq: 0,
      isInspected: false,
      unanswered: 0,
      unheard: [],
      saying: [],
      current: undefined,
      told: '',
    }
    watched.parent?.children.add(watched)
    this.#byRef.set(ref, watched)
    this.#byId.set(watched.id, watched)
    this.#strangers.add(watched)
    this.#changed.add(watched)
    return watched
  }

  /** XState tells of it, and of its end. */
  #know(watched: Watched): void {
    watched.isInspected = true
    this.#strangers.delete(watched)
  }

  /** An actor that was made before it was inspected is known from the first event that names it. */
  #watched(ref: AnyActorRef): Watched {
    return this.#byRef.get(ref) ?? this.#watch(ref)
  }

  #hear(ref: AnyActorRef, source: AnyActorRef | undefined, event: { readonly type: string }): void {
    const seq = ++this.#seq
    if (event.type === 'xstate.init') return
    if (source && event.type.startsWith('xstate.error.actor.')) this.#end(this.#watched(source), 'error')
    const to = this.#watched(ref)
    const isAnswered = to.isInspected && to.endedAt === undefined
    if (isAnswered) to.unanswered++
    const at = this.#time()
    if (this.#replayedAt === undefined && !this.#load.takes(event.type, at)) {
      this.#leftOut++
      return
    }
    const from = source ? this.#watched(source) : this.#speakerOf(event.type, to)
    const said: Said = {
      seq,
      at,
      from: from?.id ?? 0,
      to: to.id,
      type: event.type,
      text: eventText(event),
      took: [],
      after: undefined,
      spoken: undefined,
    }
    this.#history.add(said)
    if (from) this.#noteSpeaker(from, said)
    if (!isAnswered) return
    to.unheard.push({ event, said })
    if (to.unheard.length > unheardMax) to.unheard.shift()
  }

  #speakerOf(type: string, to: Watched): Watched | undefined {
    return speakerOf(type, to, (ref) => this.#byRef.get(ref))
  }

  /** An actor amid an event, or amid its making, says things before its next snapshot is known; what it says later, by a delay, it says as it stands. */
  #noteSpeaker(from: Watched, said: Said): void {
    if (from.machine === undefined || from.endedAt !== undefined) return
    if (from.unanswered > 0 || from.snapshot === undefined) {
      from.saying.push(said)
      if (from.saying.length > unheardMax) from.saying.shift()
    } else this.#history.noteSpoken(said, from.snapshot)
  }

  #step(ref: AnyActorRef, { event, _transitions = [] }: Extract<InspectionEvent, { type: '@xstate.microstep' }>): void {
    if (_transitions.length === 0) return
    const watched = this.#watched(ref)
    const [next] = watched.unheard
    if (next && next.event === event) watched.current = next.said
    if (watched.current) for (const transition of _transitions) watched.current.took.push(...transitionIds(transition))
  }

  #stand(ref: AnyActorRef, event: { readonly type: string }, snapshot: Snapshot<unknown>): void {
    const watched = this.#watched(ref)
    watched.snapshot = snapshot
    this.#changed.add(watched)
    if (watched.role === 'peer' || watched.role === 'torrent') this.#stale.add(watched)
    const [next] = watched.unheard
    if (next && next.event === event) {
      watched.unheard.shift()
      if (watched.machine) this.#history.noteAfter(next.said, snapshot)
    }
    for (const said of watched.saying.splice(0)) this.#history.noteSpoken(said, snapshot)
    if (watched.unanswered > 0) watched.unanswered--
    watched.current = undefined
    this.#know(watched)
    if (snapshot.status !== 'active') this.#end(watched, snapshot.status)
    else if (event.type === 'xstate.stop') this.#end(watched, 'stopped')
    if (watched.role === 'torrent' && event.type === 'core.emitted') this.#noteRounds(watched, event)
  }

  #end(watched: Watched, status: ActorRow['status']): void {
    if (watched.endedAt !== undefined) return
    watched.endedAt = this.#time()
    watched.endedAs = status
    watched.endedSeq = this.#seq
    watched.unheard.length = 0
    watched.saying.length = 0
    this.#ended.push(watched)
    this.#changed.add(watched)
    this.#strangers.delete(watched)
    for (const child of watched.children) this.#end(child, 'stopped')
  }

  #noteRounds(torrent: Watched, event: object): void {
    if (!('news' in event) || !Array.isArray(event.news)) return
    for (const one of event.news) {
      if (one.type !== 'choke_round') continue
      const actors = this.#peersOf(torrent)
      this.#rounds.note(torrent.id, this.#time(), one, (peer) => actors.get(peer) ?? 0)
    }
  }

  /** The actors of a torrent's peers by their numbers there. */
  #peersOf(torrent: Watched): Map<number, number> {
    const actors = new Map<number, number>()
    for (const watched of this.#byId.values()) {
      if (watched.role !== 'peer' || this.#rows.torrentOf(watched) !== torrent.id) continue
      const context = contextOf(watched.snapshot) as { readonly peer: number }
      actors.set(context.peer, watched.id)
    }
    return actors
  }

  /** The rows of the actors that have changed, where that is to be seen. */
  #takeChanged(): ActorRow[] {
    const rows: ActorRow[] = []
    for (const watched of this.#changed) {
      const row = actorRow(watched)
      const seen = `${row.status} ${row.name} ${row.states.join()}`
      if (seen === watched.told) continue
      watched.told = seen
      rows.push(row)
    }
    this.#changed.clear()
    return rows
  }

  #noteRates(now: number): void {
    if (now - this.#ratesAt < secondMs) return
    this.#ratesAt = now
    const living = [...this.#byId.values()].filter(({ endedAt }) => endedAt === undefined)
    this.#rates.note(
      now,
      living.flatMap((watched) => torrentRates(watched) ?? []),
      living.flatMap(({ id }) => this.#rows.peers.get(id) ?? []),
    )
  }

  #time(): number {
    return this.#replayedAt ?? this.#now()
  }

  /** Those that ended long ago, or before many others; of a record those that the history says nothing of any more. */
  #forget(now: number): number[] {
    const forgotten: number[] = []
    for (;;) {
      const [oldest] = this.#ended
      if (!oldest) break
      const isMany = this.#ended.length > endedMax
      const isKept = this.#isComplete
        ? !isMany || oldest.endedSeq >= this.#history.oldest
        : !isMany && now - (oldest.endedAt ?? now) < keptMs
      if (isKept) break
      this.#ended.shift()
      forgotten.push(this.#drop(oldest))
    }
    for (const stranger of this.#strangers) {
      if (this.#strangers.size <= strangersMax) break
      forgotten.push(this.#drop(stranger))
    }
    return forgotten
  }

  #drop(watched: Watched): number {
    const { chart, id, parent, ref } = watched
    parent?.children.delete(watched)
    this.#byRef.delete(ref)
    this.#byId.delete(id)
    this.#strangers.delete(watched)
    this.#changed.delete(watched)
    this.#stale.delete(watched)
    if (chart !== undefined) this.#charts.remove(chart)
    this.#rows.forget(id)
    this.#rates.forget(id)
    this.#rounds.forget(id)
    return id
  }
}

const rowsOf = <Row>(ids: readonly number[], rows: ReadonlyMap<number, Row>): Row[] =>
  ids.flatMap((id) => rows.get(id) ?? [])
