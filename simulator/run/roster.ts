import type { Group, Scenario } from './scenario.ts'

/** A member, as all know it. */
export interface Entry {
  /** From 1: 0 is the tracker. */
  readonly number: number
  /** Its address. */
  readonly name: string
  readonly group: Group
}

/** All members of a scenario, in order. */
export function rosterOf({ groups }: Scenario): readonly Entry[] {
  const entries: Entry[] = []
  for (const group of groups) {
    for (let i = 0; i < group.count; i++) {
      const number = entries.length + 1
      entries.push({ number, name: addressOf(number), group })
    }
  }
  return entries
}

/** A network of its own, 256 addresses: by these pieces are allowed fast (BEP 6), which are to differ from member to member. */
export const addressOf = (number: number): string => `10.${number >> 8}.${number & 255}.1`

/** It gives what it says it has. */
export const isHonest = ({ role }: Group): boolean => role !== 'liar'

/** It wants what it has not. */
export const isDownloader = ({ role }: Group): boolean => role === 'leecher' || role === 'free_rider'
