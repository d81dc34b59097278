import type { Torrent } from '../../actors/torrent.ts'
import type { SimulatedClock } from '../../transport/simulated-clock.ts'
import { Audit, endedMs } from './audit.ts'
import type { Member, Remains } from './member.ts'
import type { MemberNotes, PartNotes } from './notes.ts'
import { type Entry, isHonest } from './roster.ts'
import { type PartialSample, sampleOf } from './samples.ts'
import { sumOf } from './sum-of.ts'

/** What is noted in a digest beside writes: which kind of fact the next numbers are. */
const facts = { piece: -1, done: -2, banned: -3, began: -4, ended: -5 } as const

/** What is noted of members, and watched of them. */
export class Records {
  readonly #clock: SimulatedClock
  readonly #entryOf: (name: string) => Entry | undefined
  readonly #audit: Audit
  readonly #members: Member[] = []
  /** By member, in seconds. */
  readonly #joinedAt = new Map<Member, number>()
  readonly #doneAt = new Map<Member, number>()
  readonly #gaveAt = new Map<Member, number>()
  readonly #uploaded = new Map<Member, number>()
  readonly #bans = new Map<Member, Set<number>>()
  /** Members that are to have everything in the end, and have not. */
  readonly #missing = new Set<Member>()
  /** Members that have left for good. */
  readonly #gone = new Set<Member>()
  /** Members to which something has happened since the last look. */
  readonly #stirred = new Set<Member>()

  /** `entryOf` answers the member of a name, wherever it is. */
  constructor(clock: SimulatedClock, entryOf: (name: string) => Entry | undefined) {
    this.#clock = clock
    this.#entryOf = entryOf
    this.#audit = new Audit(() => clock.now())
  }

  /** Downloaders that are complete; those that are not, and may come to be. */
  get completed(): number {
    return this.#doneAt.size
  }

  get missing(): number {
    return this.#missing.size
  }

  /** From now on a member is noted. */
  add(member: Member): void {
    this.#members.push(member)
    if (member.isDownloader) this.#missing.add(member)
  }

  /** A process of a member is about to begin. */
  joins(member: Member): void {
    if (!this.#joinedAt.has(member)) this.#joinedAt.set(member, this.#seconds)
    this.#audit.began(member)
    this.#note(member, facts.began)
  }

  /** Its torrent is there, and not started yet; `done` is called once, when the member is complete for the first time. */
  watch(member: Member, torrent: Torrent, done: () => void): void {
    torrent.on('verified', () => this.#audit.checked(member))
    torrent.on('piece', ({ index }) => {
      this.#stirred.add(member)
      this.#note(member, facts.piece, index)
    })
    torrent.on('done', () => {
      if (!member.isDownloader || this.#doneAt.has(member)) return
      this.#note(member, facts.done)
      this.#doneAt.set(member, this.#seconds)
      this.#missing.delete(member)
      done()
    })
    torrent.on('banned', ({ address, reason }) => this.#banned(member, address.host, reason))
    torrent.on('crashed', ({ error }) => this.#audit.report(member, 'crashed', String(error)))
    torrent.on('failed', ({ error }) => this.#audit.report(member, 'failed', String(error)))
  }

  /** Something happens to a member. */
  stirs(member: Member): void {
    this.#stirred.add(member)
  }

  /** Looks at those to which something has happened. */
  look(): void {
    for (const member of this.#stirred) this.#audit.look(member)
    this.#stirred.clear()
  }

  /** A process of a member has ended; in good order, `remains` says at any time later what it has left. */
  ended(member: Member, remains?: () => Remains): void {
    this.#note(member, facts.ended)
    if (remains) this.#clock.setTimeout(() => this.#audit.ended(member, remains()), endedMs)
  }

  /** A member does not come again. */
  isGone(member: Member): boolean {
    return this.#gone.has(member)
  }

  givesUp(member: Member): void {
    this.#missing.delete(member)
    this.#gone.add(member)
  }

  /** Looks at all, and takes a sample. */
  sample(pieceCount: number): PartialSample {
    const at = this.#seconds
    for (const member of this.#members) {
      this.#audit.look(member)
      this.#audit.lookForLeaks(member)
      if (member.uploaded > (this.#uploaded.get(member) ?? 0)) this.#gaveAt.set(member, at)
      this.#uploaded.set(member, member.uploaded)
    }
    return sampleOf(this.#members, at, this.completed, pieceCount)
  }

  /** All that was noted. Once. */
  notes(announces: number): PartNotes {
    const honest = this.#members.filter((member) => member.isHonest)
    return {
      members: this.#members.map((member) => this.#notesOf(member)),
      spoilt: {
        corrupt: sumOf(honest, ({ spoilt }) => spoilt.corrupt),
        wasted: sumOf(honest, ({ spoilt }) => spoilt.wasted),
      },
      announces,
      violations: this.#audit.violations,
    }
  }

  get #seconds(): number {
    return this.#clock.now() / 1000
  }

  #note(member: Member, fact: number, ...numbers: readonly number[]): void {
    member.digest.note(fact, this.#clock.now(), ...numbers)
  }

  #banned(by: Member, host: string, reason: string): void {
    const banned = this.#entryOf(host)
    if (!banned || !by.isHonest) return
    this.#note(by, facts.banned, banned.number)
    this.#bans.set(by, (this.#bans.get(by) ?? new Set()).add(banned.number))
    if (isHonest(banned.group)) this.#audit.report(banned, 'honest_banned', `by ${by.name}: ${reason}`)
  }

  #notesOf(member: Member): MemberNotes {
    const { digest, disk, downloaded, group, name, number, tally, uploaded } = member
    const { messages, payloadBytes, wireBytes } = tally
    return {
      number,
      name,
      group,
      pieces: disk.has.count,
      downloaded,
      uploaded,
      wireBytes,
      payloadBytes,
      messages,
      joinedAt: this.#joinedAt.get(member),
      doneAt: this.#doneAt.get(member),
      gaveAt: this.#gaveAt.get(member),
      isGone: this.#gone.has(member),
      bans: [...(this.#bans.get(member) ?? [])],
      digest: digest.finish(),
    }
  }
}
