import type { AnyActorRef, AnyStateMachine, InspectionEvent, Snapshot } from 'xstate'
import type { TorrentView } from '../../machines/explain/torrent.ts'
import type { PeerView } from '../../machines/peer/events.ts'
import type { ActorRow, Batch, Moment, PeerRow, TorrentRow } from '../protocol.ts'
import { History, type Said, saidRow } from './history.ts'
import { Load } from './load.ts'
import { peerRow } from './peer-row.ts'
import { Rates } from './rates.ts'
import { Rounds } from './rounds.ts'
import { eventText, trimmed } from './shorten.ts'
import { ownerOf, speakerOf } from './speaker.ts'
import { contextOf, leavesOf, machineOf, stateValueOf, transitionId } from './states.ts'
import { torrentRow } from './torrent-row.ts'
import { actorRow, chartName, roleOf, type Watched } from './watched.ts'

/** What a page is told at first of what was said. */
const saidAtFirst = 1_000
/** What a batch tells of it at most. */
const saidAtOnce = 1_000
/** Events of an actor that wait to be answered by a snapshot; one that has ended answers none. */
const unheardMax = 64
/** How long an actor that has ended stays known, and how many of them. */
const keptMs = 10 * 60_000
const endedMax = 500
const secondMs = 1_000

/**
 * What the inspector knows of the actors of a program, from XState's inspection events: who there is, how each stands, and what was said. It
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
  readonly #machines = new Map<string, AnyStateMachine>()
  #changed = new Set<Watched>()
  readonly #peerRows = new Map<number, PeerRow>()
  readonly #torrentRows = new Map<number, TorrentRow>()
  readonly #ended: Watched[] = []
  #nextId = 1
  #seq = 0
  #toldSeq = 0
  #leftOut = 0
  #ratesAt = Number.NEGATIVE_INFINITY

  /** `now`: milliseconds since the inspector started. `historyBytes`: about how much memory what was said may take. */
  constructor({ now, historyBytes }: { readonly now: () => number; readonly historyBytes: number }) {
    this.#now = now
    this.#history = new History(historyBytes)
  }

  /** An inspection event of XState. */
  inspect(seen: InspectionEvent): void {
    switch (seen.type) {
      case '@xstate.actor':
        this.#watched(seen.actorRef as AnyActorRef).isInspected = true
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
    const all = [...this.#byId.values()]
    this.#makeRows(all)
    return {
      now: this.#now(),
      actors: all.map(actorRow),
      peers: [...this.#peerRows.values()],
      torrents: [...this.#torrentRows.values()],
      rates: this.#rates.all,
      rounds: this.#rounds.all,
      said: this.#history.newest(saidAtFirst).map(saidRow),
      oldest: this.#history.oldest,
    }
  }

  /** What has changed since the last call; undefined: nothing. */
  collect(): Batch | undefined {
    const now = this.#now()
    const changed = [...this.#changed]
    this.#changed = new Set()
    this.#makeRows(changed)
    this.#noteRates(now)
    const forgotten = this.#forget(now)
    const all = this.#history.since(this.#toldSeq, Number.POSITIVE_INFINITY)
    const said = all.slice(-saidAtOnce)
    const rounds = this.#rounds.takeFresh()
    const rates = this.#rates.takeFresh()
    const leftOut = this.#leftOut + all.length - said.length
    this.#toldSeq = this.#seq
    this.#leftOut = 0
    if (changed.length + forgotten.length + said.length + rounds.length + rates.length + leftOut === 0) return undefined
    const rowsOf = <Row>(rows: ReadonlyMap<number, Row>): Row[] =>
      changed.flatMap(({ id }) => {
        const row = rows.get(id)
        return row === undefined ? [] : [row]
      })
    const peers = rowsOf(this.#peerRows)
    const torrents = rowsOf(this.#torrentRows)
    return {
      now,
      ...(changed.length > 0 && { actors: changed.map(actorRow) }),
      ...(peers.length > 0 && { peers }),
      ...(torrents.length > 0 && { torrents }),
      ...(rates.length > 0 && { rates }),
      ...(rounds.length > 0 && { rounds }),
      ...(said.length > 0 && { said: said.map(saidRow) }),
      ...(leftOut > 0 && { leftOut }),
      oldest: this.#history.oldest,
      ...(forgotten.length > 0 && { forgotten }),
    }
  }

  /** How an actor stood right behind an event; undefined when that is forgotten, was left out, or is of another actor. */
  moment(actor: number, seq: number): Moment | undefined {
    const said = this.#history.find(seq)
    const chart = this.#byId.get(actor)?.chart
    if (said === undefined || said.to !== actor || said.after === undefined || chart === undefined) return undefined
    const value = stateValueOf(said.after)
    return {
      actor,
      seq,
      at: said.at,
      states: value === undefined ? [] : leavesOf(chart, value),
      context: trimmed(contextOf(said.after)),
    }
  }

  /** The machines that run or ran, by name. */
  get machines(): ReadonlyMap<string, AnyStateMachine> {
    return this.#machines
  }

  /** An actor by its number, as long as it lives. */
  living(id: number): AnyActorRef | undefined {
    const watched = this.#byId.get(id)
    return watched && watched.endedAt === undefined ? watched.ref : undefined
  }

  #watch(ref: AnyActorRef): Watched {
    const chart = chartName(ref)
    const machine = machineOf(ref)
    if (chart !== undefined && machine) this.#machines.set(chart, machine)
    const parent: unknown = Reflect.get(ref, '_parent')
    const watched: Watched = {
      id: this.#nextId++,
      ref,
      parent: parent === undefined ? undefined : this.#watched(parent as AnyActorRef),
      children: new Set(),
      chart,
      role: roleOf(ref, chart),
      snapshot: undefined,
      endedAt: undefined,
      endedAs: undefined,
      isInspected: false,
      unheard: [],
      current: undefined,
    }
    watched.parent?.children.add(watched)
    this.#byRef.set(ref, watched)
    this.#byId.set(watched.id, watched)
    this.#changed.add(watched)
    return watched
  }

  /** An actor that was made before it was inspected is known as soon as it is heard of. */
  #watched(ref: AnyActorRef): Watched {
    return this.#byRef.get(ref) ?? this.#watch(ref)
  }

  #hear(ref: AnyActorRef, source: AnyActorRef | undefined, event: { readonly type: string }): void {
    const seq = ++this.#seq
    if (event.type === 'xstate.init') return
    if (source && event.type.startsWith('xstate.error.actor.')) this.#end(this.#watched(source), 'error')
    const at = this.#now()
    if (!this.#load.takes(event.type, at)) {
      this.#leftOut++
      return
    }
    const to = this.#watched(ref)
    const said: Said = {
      seq,
      at,
      from: source ? this.#watched(source).id : this.#speakerOf(event.type, to),
      to: to.id,
      type: event.type,
      text: eventText(event),
      took: [],
      after: undefined,
    }
    this.#history.add(said)
    if (to.endedAt !== undefined || !to.isInspected) return
    to.unheard.push({ event, said })
    if (to.unheard.length > unheardMax) to.unheard.shift()
  }

  #speakerOf(type: string, to: Watched): number {
    return speakerOf(type, to, (ref) => this.#byRef.get(ref))
  }

  #step(ref: AnyActorRef, { event, _transitions = [] }: Extract<InspectionEvent, { type: '@xstate.microstep' }>): void {
    if (_transitions.length === 0) return
    const watched = this.#watched(ref)
    const [next] = watched.unheard
    if (next && next.event === event) watched.current = next.said
    if (watched.current) for (const transition of _transitions) watched.current.took.push(transitionId(transition))
  }

  #stand(ref: AnyActorRef, event: { readonly type: string }, snapshot: Snapshot<unknown>): void {
    const watched = this.#watched(ref)
    const before = watched.snapshot
    watched.snapshot = snapshot
    this.#changed.add(watched)
    const [next] = watched.unheard
    if (next && next.event === event) {
      watched.unheard.shift()
      if (watched.chart !== undefined) this.#history.noteAfter(next.said, snapshot, before)
    }
    watched.current = undefined
    watched.isInspected = true
    if (snapshot.status !== 'active') this.#end(watched, snapshot.status)
    else if (event.type === 'xstate.stop') this.#end(watched, 'stopped')
    if (watched.role === 'torrent' && event.type === 'core.emitted') this.#noteRounds(watched, event)
  }

  #end(watched: Watched, status: ActorRow['status']): void {
    if (watched.endedAt !== undefined) return
    watched.endedAt = this.#now()
    watched.endedAs = status
    watched.unheard.length = 0
    this.#ended.push(watched)
    this.#changed.add(watched)
  }

  #noteRounds(torrent: Watched, event: object): void {
    if (!('news' in event) || !Array.isArray(event.news)) return
    for (const one of event.news) {
      if (one.type !== 'choke_round') continue
      this.#rounds.note(torrent.id, this.#now(), one, (peer) => this.#actorOf(torrent, peer))
    }
  }

  /** The actor of a peer by its number in a torrent. */
  #actorOf(torrent: Watched, peer: number): number {
    for (const { id, torrent: owner } of this.#peerRows.values()) {
      if (owner !== torrent.id) continue
      const context = contextOf(this.#byId.get(id)?.snapshot) as { readonly peer: number } | undefined
      if (context?.peer === peer) return id
    }
    return 0
  }

  #makeRows(changed: readonly Watched[]): void {
    for (const watched of changed) {
      const { id, role, snapshot } = watched
      if (snapshot === undefined || snapshot.status === 'error') continue
      try {
        if (role === 'peer') this.#peerRows.set(id, peerRow(id, this.#torrentOf(watched), snapshot as PeerView))
        if (role === 'torrent')
          this.#torrentRows.set(id, torrentRow(id, actorRow(watched).name, snapshot as TorrentView))
      } catch {
        // It is one by its name alone: a machine of the program's own.
      }
    }
  }

  /** The torrent that a peer belongs to, which need not have made it. */
  #torrentOf(peer: Watched): number {
    const core = ownerOf(peer, (ref) => this.#byRef.get(ref))
    return core?.parent?.role === 'torrent' ? core.parent.id : 0
  }

  #noteRates(now: number): void {
    if (now - this.#ratesAt < secondMs) return
    this.#ratesAt = now
    const isLiving = ({ id }: { readonly id: number }) => this.#byId.get(id)?.endedAt === undefined
    this.#rates.note(
      now,
      [...this.#torrentRows.values()].filter(isLiving),
      [...this.#peerRows.values()].filter(isLiving),
    )
  }

  /** Those that ended long ago, or before many others. */
  #forget(now: number): number[] {
    const forgotten: number[] = []
    for (;;) {
      const [oldest] = this.#ended
      if (!oldest || (this.#ended.length <= endedMax && now - (oldest.endedAt ?? now) < keptMs)) return forgotten
      this.#ended.shift()
      oldest.parent?.children.delete(oldest)
      this.#byRef.delete(oldest.ref)
      this.#byId.delete(oldest.id)
      this.#peerRows.delete(oldest.id)
      this.#torrentRows.delete(oldest.id)
      this.#rates.forget(oldest.id)
      this.#rounds.forget(oldest.id)
      forgotten.push(oldest.id)
    }
  }
}
