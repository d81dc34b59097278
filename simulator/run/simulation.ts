import type { Torrent } from '../../actors/torrent.ts'
import { PieceSet } from '../../machines/piece-set.ts'
import { type Random, seededRandom } from '../../transport/random.ts'
import { SimulatedClock, type SimulatedTimer } from '../../transport/simulated-clock.ts'
import { createSimulatedNetwork, type SimulatedNetwork } from '../network/network.ts'
import { Audit, endedMs } from './audit.ts'
import { comesBack } from './coming-back.ts'
import { createContent } from './content.ts'
import { Digest } from './digest.ts'
import { Member } from './member.ts'
import { pickSome } from './random-pick.ts'
import { report } from './report.ts'
import type { SimulationResult } from './result.ts'
import { Samples } from './samples.ts'
import { type Group, maxSecondsDefault, type Scenario, type ScenarioEvent } from './scenario.ts'
import { SimulatedTracker } from './tracker.ts'
import { VirtualTime } from './virtual-time.ts'
import type { World } from './world.ts'

/** What is noted in the digest beside writes: which kind of fact the next numbers are. */
const facts = { piece: -1, done: -2, banned: -3, began: -4, ended: -5 } as const

/** One run of one scenario. */
export class Simulation {
  readonly clock = new SimulatedClock()
  readonly #scenario: Scenario
  readonly #seed: number
  readonly #random: Random
  readonly #network: SimulatedNetwork
  readonly #world: World<Member>
  readonly #members: Member[] = []
  readonly #byName = new Map<string, Member>()
  readonly #audit = new Audit(() => this.clock.now())
  readonly #samples: Samples
  readonly #time = new VirtualTime(this.clock, () => this.#afterStep())
  /** By member, in seconds. */
  readonly #joinedAt = new Map<Member, number>()
  readonly #doneAt = new Map<Member, number>()
  readonly #gaveAt = new Map<Member, number>()
  readonly #uploaded = new Map<Member, number>()
  readonly #bannedBy = new Map<Member, Set<Member>>()
  /** Members that are to have everything in the end, and have not. */
  readonly #missing = new Set<Member>()
  /** Members that have left for good. */
  readonly #gone = new Set<Member>()
  /** When each comes or goes next, by itself: at most one time, which belongs to its process or to the time between two. */
  readonly #moves = new Map<Member, SimulatedTimer>()
  /** Members to which something has happened in this step. */
  readonly #stirred = new Set<Member>()
  readonly #spoilt = { corrupt: 0, wasted: 0 }
  readonly #faults: unknown[] = []
  #isEnding = false

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario
    this.#seed = seed
    this.#random = seededRandom(seed)
    const { bytes, pieceBytes } = scenario.torrent
    this.#network = createSimulatedNetwork(this.clock, this.#random)
    this.#world = {
      clock: this.clock,
      content: createContent(bytes, pieceBytes, this.#random),
      tracker: new SimulatedTracker(this.clock, this.#random),
      digest: new Digest(),
      comesBack: (group) => comesBack(group, scenario.events),
      seedOf: (member, run) => Math.imul(Math.imul(seed, 0x9e3779b1) + member, 0x85ebca6b) + run,
      stirred: (member) => this.#stirred.add(member),
      began: (member, torrent) => this.#watch(member, torrent),
    }
    this.#samples = new Samples(this.#members, Math.ceil(bytes / pieceBytes))
    for (const group of scenario.groups) for (let i = 0; i < group.count; i++) this.#add(group)
    for (const event of scenario.events ?? []) this.#in(event.at, () => this.#carryOut(event))
    this.#in(0, () => this.#sample())
  }

  /** How it stands. */
  get standing() {
    const { part, present } = this.#samples.taken.at(-1) ?? { part: 0, present: 0 }
    const completed = this.#doneAt.size
    return { seconds: this.clock.now() / 1000, present, part, completed, downloaders: completed + this.#missing.size }
  }

  /** Lets one thing happen. Answers false when it is over: everybody is complete, or its time is. */
  async step(): Promise<boolean> {
    const { maxSeconds = maxSecondsDefault } = this.#scenario
    if (this.clock.now() >= maxSeconds * 1000 || this.#missing.size === 0) return false
    return this.#time.step()
  }

  /** All leave, and what came of it is worked out. Once. */
  async end(): Promise<SimulationResult> {
    this.#sample()
    this.#isEnding = true
    const seconds = this.clock.now() / 1000
    await this.#time.settled(Promise.all(this.#members.map((member) => this.#leave(member))))
    await this.#time.pass(endedMs + 1)
    return report({
      scenario: this.#scenario,
      seed: this.#seed,
      digest: this.#world.digest.finish(),
      seconds,
      members: this.#members,
      gone: this.#gone,
      joinedAt: this.#joinedAt,
      doneAt: this.#doneAt,
      bannedBy: this.#bannedBy,
      gaveAt: this.#gaveAt,
      spoilt: this.#spoilt,
      announces: this.#world.tracker.announces,
      violations: this.#audit.violations,
      samples: this.#samples.taken,
    })
  }

  #add(group: Group): void {
    const number = this.#members.length + 1
    const { latencyMs = 20, has = 0, joins = { at: 0, over: 0 } } = group
    const host = this.#network.host(addressOf(number), {
      upBytesPerSecond: group.up,
      downBytesPerSecond: group.down,
      latencyMs: typeof latencyMs === 'number' ? latencyMs : between(latencyMs, this.#random),
      lossRate: group.lossRate,
      jitterMs: group.jitterMs,
    })
    const pieceCount = this.#world.content.metainfo.pieceHashes.length / 20
    const member = new Member(number, group, host, piecesAtFirst(group, has, pieceCount, this.#random), this.#world)
    this.#members.push(member)
    this.#byName.set(member.name, member)
    if (member.isDownloader) this.#missing.add(member)
    this.#moveIn(joins.at + this.#random() * joins.over, member, () => this.#join(member))
  }

  #in(seconds: number, run: () => void): SimulatedTimer {
    return this.clock.setTimeout(() => {
      if (!this.#isEnding) run()
    }, seconds * 1000)
  }

  /** A member comes or goes then, and at no time that was set before; never where it has left for good. */
  #moveIn(seconds: number, member: Member, run: () => void): void {
    this.clock.clearTimeout(this.#moves.get(member))
    if (!this.#gone.has(member)) this.#moves.set(member, this.#in(seconds, run))
  }

  #join(member: Member): void {
    if (!this.#joinedAt.has(member)) this.#joinedAt.set(member, this.clock.now() / 1000)
    this.#audit.began(member)
    this.#note(facts.began, member.number)
    member.start()
    const { churn } = member.group
    if (!churn) return
    this.#moveIn(spread(churn.staysSeconds, this.#random), member, () => this.#goAway(member, churn.awaySeconds))
  }

  #goAway(member: Member, awaySeconds: number): void {
    const comeAgain = () => this.#moveIn(spread(awaySeconds, this.#random), member, () => this.#join(member))
    this.#attend(
      this.#leave(member).then((isInOrder) => {
        if (isInOrder) comeAgain()
      }),
    )
  }

  /** Answers whether it left in good order: false where it was killed meanwhile. */
  async #leave(member: Member): Promise<boolean> {
    this.#count(member)
    const remains = await member.leave()
    this.#note(facts.ended, member.number)
    if (remains) this.clock.setTimeout(() => this.#audit.ended(member, remains()), endedMs)
    return remains !== undefined
  }

  #attend(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#faults.push(error))
  }

  #watch(member: Member, torrent: Torrent): void {
    torrent.on('verified', () => this.#audit.checked(member))
    torrent.on('piece', ({ index }) => {
      this.#stirred.add(member)
      this.#note(facts.piece, member.number, index)
    })
    torrent.on('done', () => this.#done(member))
    torrent.on('banned', ({ address, reason }) => this.#banned(member, address.host, reason))
    torrent.on('crashed', ({ error }) => this.#audit.report(member, 'crashed', String(error)))
    torrent.on('failed', ({ error }) => this.#audit.report(member, 'failed', String(error)))
  }

  #done(member: Member): void {
    if (!member.isDownloader || this.#doneAt.has(member)) return
    this.#note(facts.done, member.number)
    this.#doneAt.set(member, this.clock.now() / 1000)
    this.#missing.delete(member)
    const { staysSeconds } = member.group
    if (staysSeconds !== undefined) this.#in(staysSeconds, () => this.#leaveForGood(member))
  }

  #banned(by: Member, host: string, reason: string): void {
    const member = this.#byName.get(host)
    if (!member || !by.isHonest) return
    this.#note(facts.banned, by.number, member.number)
    this.#bannedBy.set(member, (this.#bannedBy.get(member) ?? new Set()).add(by))
    if (member.isHonest) this.#audit.report(member, 'honest_banned', `by ${by.name}: ${reason}`)
  }

  #leaveForGood(member: Member): void {
    this.#giveUp(member)
    this.#attend(this.#leave(member))
  }

  #carryOut(event: ScenarioEvent): void {
    if (event.what === 'heal') {
      this.#network.move(this.#byName.keys(), 0)
      return
    }
    const from = this.#members.filter(({ group }) => event.group === undefined || group.name === event.group)
    const picked = pickSome(from, Math.round(event.part * from.length), this.#random)
    if (event.what === 'part') {
      this.#network.move(
        picked.map(({ name }) => name),
        1,
      )
      return
    }
    for (const member of picked) {
      if (event.what === 'reset') member.host.reset()
      else if (event.what === 'leave') this.#leaveForGood(member)
      else this.#kill(member, event.backAfter)
    }
  }

  #kill(member: Member, backAfter: number | undefined): void {
    if (backAfter === undefined) this.#giveUp(member)
    if (!member.torrent) return
    this.#count(member)
    member.kill()
    this.#note(facts.ended, member.number)
    if (backAfter !== undefined) this.#moveIn(backAfter, member, () => this.#join(member))
  }

  /** It does not come again. */
  #giveUp(member: Member): void {
    this.#missing.delete(member)
    this.#gone.add(member)
    this.clock.clearTimeout(this.#moves.get(member))
  }

  /** What its process was given and could not use, before that ends. */
  #count({ isHonest, torrent }: Member): void {
    if (!isHonest || !torrent) return
    const { corrupt, wasted } = torrent.progress
    this.#spoilt.corrupt += corrupt
    this.#spoilt.wasted += wasted
  }

  #note(fact: number, ...numbers: readonly number[]): void {
    this.#world.digest.note(fact, this.clock.now(), ...numbers)
  }

  /** Looks at those to which something has happened. */
  #afterStep(): void {
    if (this.#faults.length > 0) throw this.#faults[0]
    for (const member of this.#stirred) this.#audit.look(member)
    this.#stirred.clear()
  }

  #sample(): void {
    const at = this.clock.now() / 1000
    for (const member of this.#members) {
      this.#audit.look(member)
      this.#audit.lookForLeaks(member)
      if (member.uploaded > (this.#uploaded.get(member) ?? 0)) this.#gaveAt.set(member, at)
      this.#uploaded.set(member, member.uploaded)
    }
    this.#samples.take(at, this.#doneAt.size)
    this.#in(this.#samples.everySeconds, () => this.#sample())
  }
}

function piecesAtFirst({ role }: Group, part: number, pieceCount: number, random: Random): PieceSet {
  if (role === 'seeder' || role === 'liar') return PieceSet.all(pieceCount)
  let has = PieceSet.none(pieceCount)
  for (const index of pickSome(Array(pieceCount).keys(), Math.round(part * pieceCount), random)) has = has.with(index)
  return has
}

/** A network of its own, 256 addresses: by these pieces are allowed fast (BEP 6), which are to differ from member to member. */
const addressOf = (number: number): string => `10.${number >> 8}.${number & 255}.1`

const between = ([least, most]: readonly [number, number], random: Random): number => least + random() * (most - least)

/** A time that is by chance, and so long in the mean: as long as if it could end at any moment (exponential). */
const spread = (mean: number, random: Random): number => -Math.log(1 - random()) * mean
