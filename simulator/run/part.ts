import { PieceSet } from '../../machines/piece-set.ts'
import { type Random, seededRandom } from '../../transport/random.ts'
import { SimulatedClock, type SimulatedTimer } from '../../transport/simulated-clock.ts'
import { Network } from '../network/network.ts'
import type { Packet } from '../network/packet.ts'
import { accessOf, lookaheadMs } from './access.ts'
import { Announcer, letterOf, readLetter } from './announcer.ts'
import { comesBack } from './coming-back.ts'
import { type MadeContent, openContent } from './content.ts'
import { Mailbag, partOf } from './mailbag.ts'
import { Member } from './member.ts'
import type { PartNotes } from './notes.ts'
import { pickSome } from './random-pick.ts'
import { Records } from './records.ts'
import { type Entry, rosterOf } from './roster.ts'
import type { PartialSample } from './samples.ts'
import type { Scenario, ScenarioEvent } from './scenario.ts'
import { purposes, seedOf } from './seeds.ts'
import { SimulatedTracker, trackerLatencyMs } from './tracker.ts'
import { VirtualTime } from './virtual-time.ts'
import type { World } from './world.ts'

/** The number of the tracker among the hosts. */
const trackerNumber = 0

/** How a part of a swarm stands, as the others need to know it. Times are milliseconds. */
export interface Standing {
  /** When the next thing happens, an arrival of what it has sent included; `Infinity` where nothing does. */
  readonly nextAtMs: number
  /** Members that are there; downloaders that are complete; those that are not, and may come to be. */
  readonly present: number
  readonly completed: number
  readonly missing: number
  /** Of `leaveAll`: everybody has left. */
  readonly isEmpty: boolean
  /** What was taken since the last time. */
  readonly sample: PartialSample | undefined
}

/** What a part is made of. */
export interface PartOptions {
  readonly scenario: Scenario
  readonly seed: number
  /** Which part of how many it is, from 0. */
  readonly nth: number
  readonly parts: number
  readonly content: MadeContent
}

/**
 * Some of the members of a swarm, all things that happen to them, and the network as they see it. Members know of each other by packets alone,
 * each has its own chance, and the clock is moved no further than all packets are known: so what happens to a member does not depend on
 * which members are in the same part.
 */
export class Part {
  readonly #clock = new SimulatedClock()
  readonly #seed: number
  readonly #roster: readonly Entry[]
  readonly #network: Network
  readonly #mail: Mailbag
  readonly #world: World<Member>
  readonly #tracker: SimulatedTracker
  /** Those that are here. */
  readonly #members: Member[] = []
  readonly #byNumber = new Map<number, Member>()
  readonly #byName: ReadonlyMap<string, Entry>
  /** Of all members, in milliseconds. */
  readonly #latencies: number[] = []
  /** How far it may run before it has to know what the others have sent, in milliseconds. */
  readonly lookaheadMs: number
  readonly #records: Records
  readonly #time = new VirtualTime(this.#clock, () => this.#afterStep())
  /** The chance by which a member joins, comes and goes. */
  readonly #chance = new Map<Member, Random>()
  /** When each comes or goes next, by itself: at most one time, which belongs to its process or to the time between two. */
  readonly #moves = new Map<Member, SimulatedTimer>()
  readonly #faults: unknown[] = []
  #sample: PartialSample | undefined
  /** Everything has happened that was due before, in milliseconds. */
  #ranMs = 0
  #isEnding = false
  #isEmpty = false

  constructor({ content, nth, parts, scenario, seed }: PartOptions) {
    this.#seed = seed
    this.#roster = rosterOf(scenario)
    this.#byName = new Map(this.#roster.map((entry) => [entry.name, entry]))
    this.#records = new Records(this.#clock, (name) => this.#byName.get(name))
    this.#mail = new Mailbag(this.#clock, parts)
    this.#tracker = new SimulatedTracker(this.#chanceFor(purposes.tracker))
    this.#network = new Network(
      this.#clock,
      this.#chanceFor(purposes.network),
      (packet) => this.#mail.post(packet),
      (packet) => this.#letter(packet),
    )
    this.#world = {
      clock: this.#clock,
      content: openContent(content),
      seed,
      comesBack: (group) => comesBack(group, scenario.events),
      stirred: (member) => this.#records.stirs(member),
      began: (member, torrent) => this.#records.watch(member, torrent, () => this.#done(member)),
    }
    if (nth === partOf(trackerNumber, parts)) this.#network.host('tracker')
    else this.#network.hostElsewhere('tracker')
    for (const entry of this.#roster) this.#settle(entry, nth === partOf(entry.number, parts))
    this.lookaheadMs = lookaheadMs(this.#latencies)
    for (const [index, event] of (scenario.events ?? []).entries()) {
      this.#in(event.at, () => this.#carryOut(event, this.#chanceFor(purposes.event, index)))
    }
  }

  /** How it stands. A sample is told once. */
  tell(): Standing {
    const sample = this.#sample
    this.#sample = undefined
    return {
      nextAtMs: Math.min(this.#clock.nextAtMs, this.#mail.soonestMs),
      present: this.#members.filter(({ torrent }) => torrent).length,
      completed: this.#records.completed,
      missing: this.#records.missing,
      isEmpty: this.#isEmpty,
      sample,
    }
  }

  /** What its hosts have sent since the last call, by part. */
  takeMail(): Packet[][] {
    return this.#mail.empty()
  }

  /** What hosts of this part were sent, by all parts: to be called once between two runs. */
  deliver(packets: Packet[]): void {
    this.#mail.deliver(packets, this.#ranMs, (packet) => this.#network.arrive(packet))
  }

  /** Lets everything happen that is due before a time. */
  runUntil(endMs: number): Promise<void> {
    this.#ranMs = endMs
    return this.#time.runUntil(endMs)
  }

  /** A sample is taken then, if nobody was told to leave before. */
  sampleAt(atMs: number): void {
    this.#clock.setTimeoutAt(() => {
      if (!this.#isEnding) this.#takeSample()
    }, atMs)
  }

  /** From then on nobody joins. At that time a last sample is taken, and all leave. */
  leaveAll(atMs: number): void {
    this.#isEnding = true
    this.#clock.setTimeoutAt(() => {
      this.#takeSample()
      const leaving = Promise.all(this.#members.map((member) => this.#leave(member)))
      this.#attend(leaving.then(() => (this.#isEmpty = true)))
    }, atMs)
  }

  /** What was noted of its members. */
  notes(): PartNotes {
    return this.#records.notes(this.#tracker.announces)
  }

  #chanceFor(...purpose: readonly number[]): Random {
    return seededRandom(seedOf(this.#seed, ...purpose))
  }

  /** A member has its place in the network; it lives here, or elsewhere. */
  #settle(entry: Entry, isHere: boolean): void {
    const { group, name, number } = entry
    const chance = this.#chanceFor(purposes.member, number)
    const access = accessOf(group, chance)
    this.#latencies.push(access.latencyMs)
    if (!isHere) {
      this.#network.hostElsewhere(name, access)
      return
    }
    const host = this.#network.host(name, access)
    const announcer = new Announcer((letter) => {
      this.#network.sendLetter(number, trackerNumber, letter, trackerLatencyMs)
    })
    const member = new Member(entry, host, announcer, piecesAtFirst(entry, this.#pieceCount, chance), this.#world)
    this.#members.push(member)
    this.#byNumber.set(number, member)
    this.#chance.set(member, chance)
    this.#records.add(member)
    const { at, over } = group.joins ?? { at: 0, over: 0 }
    this.#moveIn(at + chance() * over, member, () => this.#join(member))
  }

  /** A letter: a question, if this is where the tracker is, or its answer. */
  #letter({ bytes, from, to }: Packet): void {
    if (to !== trackerNumber) {
      this.#byNumber.get(to)?.announcer.answered(bytes)
      return
    }
    const { content, number } = readLetter(bytes)
    const answer = this.#tracker.announce(from, content[0] === 1, this.#clock.now())
    this.#network.sendLetter(trackerNumber, from, letterOf(number, answer), trackerLatencyMs)
  }

  #in(seconds: number, run: () => void): SimulatedTimer {
    return this.#clock.setTimeout(() => {
      if (!this.#isEnding) run()
    }, seconds * 1000)
  }

  /** A member comes or goes then, and at no time that was set before; never where it has left for good. */
  #moveIn(seconds: number, member: Member, run: () => void): void {
    this.#clock.clearTimeout(this.#moves.get(member))
    if (!this.#records.isGone(member)) this.#moves.set(member, this.#in(seconds, run))
  }

  #join(member: Member): void {
    this.#records.joins(member)
    member.start()
    const { churn } = member.group
    if (churn)
      this.#moveIn(this.#spread(member, churn.staysSeconds), member, () => this.#goAway(member, churn.awaySeconds))
  }

  #goAway(member: Member, awaySeconds: number): void {
    this.#attend(
      this.#leave(member).then((isInOrder) => {
        if (isInOrder) this.#moveIn(this.#spread(member, awaySeconds), member, () => this.#join(member))
      }),
    )
  }

  /** A time that is by chance, and so long in the mean: as long as if it could end at any moment (exponential). */
  #spread(member: Member, mean: number): number {
    return -Math.log(1 - (this.#chance.get(member)?.() ?? 0)) * mean
  }

  /** Answers whether it left in good order: false where it was killed meanwhile. */
  async #leave(member: Member): Promise<boolean> {
    const remains = await member.leave()
    this.#records.ended(member, remains)
    return remains !== undefined
  }

  #attend(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#faults.push(error))
  }

  #done(member: Member): void {
    const { staysSeconds } = member.group
    if (staysSeconds !== undefined) this.#in(staysSeconds, () => this.#leaveForGood(member))
  }

  #leaveForGood(member: Member): void {
    this.#giveUp(member)
    this.#attend(this.#leave(member))
  }

  /** All parts pick the same members; each does it to those that are here. */
  #carryOut(event: ScenarioEvent, chance: Random): void {
    if (event.what === 'heal') {
      this.#network.move(this.#byName.keys(), 0)
      return
    }
    const from = this.#roster.filter(({ group }) => event.group === undefined || group.name === event.group)
    const picked = pickSome(from, Math.round(event.part * from.length), chance)
    if (event.what === 'part') {
      this.#network.move(
        picked.map(({ name }) => name),
        1,
      )
      return
    }
    for (const { number } of picked) {
      const member = this.#byNumber.get(number)
      if (!member) continue
      if (event.what === 'reset') member.host.reset()
      else if (event.what === 'leave') this.#leaveForGood(member)
      else this.#kill(member, event.backAfter)
    }
  }

  #kill(member: Member, backAfter: number | undefined): void {
    if (backAfter === undefined) this.#giveUp(member)
    if (!member.torrent) return
    member.kill()
    this.#records.ended(member)
    if (backAfter !== undefined) this.#moveIn(backAfter, member, () => this.#join(member))
  }

  /** It does not come again. */
  #giveUp(member: Member): void {
    this.#records.givesUp(member)
    this.#clock.clearTimeout(this.#moves.get(member))
  }

  #afterStep(): void {
    if (this.#faults.length > 0) throw this.#faults[0]
    this.#records.look()
  }

  #takeSample(): void {
    this.#sample = this.#records.sample(this.#pieceCount)
  }

  get #pieceCount(): number {
    return this.#world.content.metainfo.pieceHashes.length / 20
  }
}

function piecesAtFirst({ group: { has: part = 0, role } }: Entry, pieceCount: number, random: Random): PieceSet {
  if (role === 'seeder' || role === 'liar') return PieceSet.all(pieceCount)
  let has = PieceSet.none(pieceCount)
  for (const index of pickSome(Array(pieceCount).keys(), Math.round(part * pieceCount), random)) has = has.with(index)
  return has
}
