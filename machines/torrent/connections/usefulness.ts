/**
 * A newcomer shows of what use it is within so long, in milliseconds: some round trips, in which it says what it has and that it wants
 * something. No longer has one to be open that shows none, before it gives way.
 */
export const trialMs = 3_000

/**
 * For so long, in milliseconds, nothing was exchanged on a connection that may still be of use: it gives way (libtorrent's
 * `peer_turnover_interval`).
 */
export const unusedMs = 300_000

/**
 * For so long, in milliseconds, a connection is no worse for being idle where we have nothing ourselves: as long as the first pieces of a
 * young swarm take at most. One on which a remote holds a place by silence is like any other that is idle from then on.
 */
export const hopeMs = 60_000

/** Payload moved on it so lately, in milliseconds, that it is exchanging: the window of its rates. */
export const exchangingMs = 10_000

/** What there is to tell of a connection when one has to go; times in milliseconds. */
export interface Standing {
  /** Its number: a connection that came later has the greater. */
  readonly peer: number
  readonly openedAt: number
  /** Payload moved on it, both ways, and when it last did; undefined before. */
  readonly exchanged: number
  readonly exchangedAt: number | undefined
  /** It has what we lack, be it the metadata. */
  readonly isWanted: boolean
  /** It wants something of us, and has not shown that it takes nothing (appetite.ts). */
  readonly wants: boolean
  /** Its host holds other places too. */
  readonly sharesHost: boolean
  /** We have nothing yet that it could want, and it has not said that it wants nothing. */
  readonly isBeginning: boolean
}

/** How useful a connection is, from the least: `idle` to `exchanging`. */
const grades = ['idle', 'used', 'wanted', 'waiting', 'exchanging'] as const

/**
 * `idle`: neither side wants anything that the other gives, and nothing was ever exchanged. `used`: nor now, but once. `wanted`: it has
 * what we lack. `waiting`: it wants something of us. `exchanging`: payload moves, or did only just.
 */
export type Grade = (typeof grades)[number]

/** Its grade. */
export function gradeOf({ exchangedAt, isWanted, wants }: Standing, at: number): Grade {
  if (exchangedAt !== undefined && at - exchangedAt < exchangingMs) return 'exchanging'
  if (wants) return 'waiting'
  if (isWanted) return 'wanted'
  return exchangedAt === undefined ? 'idle' : 'used'
}

/**
 * Whether it gives way to a newcomer: one that is idle as soon as a newcomer has to show its use, one that was of use, or may be, when
 * nothing was exchanged for five minutes; one that is exchanging, or waits for us, never.
 */
export function givesWay(standing: Standing, at: number): boolean {
  const grade = gradeOf(standing, at)
  if (grade === 'idle') return at - standing.openedAt >= trialMs
  if (grade === 'used' || grade === 'wanted') return at - (standing.exchangedAt ?? standing.openedAt) >= unusedMs
  return false
}

/** Whether it gives way to a newcomer, or does once it has had its time to show a use. */
export const mayGiveWay = (standing: Standing, at: number): boolean =>
  gradeOf(standing, at) === 'idle' || givesWay(standing, at)

/**
 * Nothing speaks against it yet, as neither side has anything to give. It gives way like any other that is idle, but few newcomers are let in
 * for that (admission.ts).
 */
export const isHopeful = (standing: Standing, at: number): boolean =>
  standing.isBeginning && gradeOf(standing, at) === 'idle' && at - standing.openedAt < hopeMs

/** The least useful first: by grade; those whose host holds other places; those that moved the least payload; the newest. */
export function byUselessness(one: Standing, other: Standing, at: number): number {
  return (
    grades.indexOf(gradeOf(one, at)) - grades.indexOf(gradeOf(other, at)) ||
    Number(other.sharesHost) - Number(one.sharesHost) ||
    one.exchanged - other.exchanged ||
    other.peer - one.peer
  )
}

/** A connection that has to go, and whether it was of use before or never found a place. */
export interface Departures {
  /** The least useful, which give way. */
  readonly givingWay: readonly Standing[]
  /** Newcomers that found no place. */
  readonly turnedAway: readonly Standing[]
}

/**
 * Which connections go when there are `surplus` more connections than places. The newest of them are the newcomers, of which each has
 * `trialMs`. For each that has shown a use one of the others gives way, if any does, the least useful first. Of the newcomers for which
 * none does, those go that have had their time, the least useful first.
 */
export function whoGoes(standings: readonly Standing[], surplus: number, at: number): Departures {
  if (surplus <= 0) return { givingWay: [], turnedAway: [] }
  const newestFirst = [...standings].sort((one, other) => other.openedAt - one.openedAt || other.peer - one.peer)
  const newcomers = newestFirst.slice(0, surplus)
  const shown = newcomers.filter((one) => gradeOf(one, at) !== 'idle').length
  const givingWay = newestFirst
    .slice(surplus)
    .filter((one) => givesWay(one, at))
    .sort((one, other) => byUselessness(one, other, at))
    .slice(0, shown)
  const turnedAway = newcomers
    .sort((one, other) => byUselessness(one, other, at))
    .slice(0, surplus - givingWay.length)
    .filter(({ openedAt }) => at - openedAt >= trialMs)
  return { givingWay, turnedAway }
}
