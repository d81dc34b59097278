import { groupSize } from './peer-group.ts'

/** Where the actor of a peer lives: group and slot, both used again. */
export interface Place {
  readonly group: number
  readonly slot: number
}

/** The places that the actors of peers live in, by group. */
export class Places {
  /** By group, which slots are taken. */
  readonly #groups: boolean[][] = []

  /** Takes a place. `opensGroup`: its group is new and has to be spawned first. */
  take(): { readonly place: Place; readonly opensGroup: boolean } {
    let group = this.#groups.findIndex((slots) => slots.includes(false))
    const opensGroup = group < 0
    if (opensGroup) group = this.#groups.push(new Array<boolean>(groupSize).fill(false)) - 1
    const slots = this.#groups[group] as boolean[]
    const slot = slots.indexOf(false)
    slots[slot] = true
    return { place: { group, slot }, opensGroup }
  }

  /** A place is free; its actor is stopped. */
  free({ group, slot }: Place): void {
    const slots = this.#groups[group]
    if (slots) slots[slot] = false
  }
}

/** The name of a group's actor. */
export const groupName = (group: number): string => `group.${group}`
