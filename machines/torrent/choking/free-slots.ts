import { announce, type Command } from '../vocabulary/commands.ts'
import type { TorrentWish } from '../vocabulary/events.ts'
import type { ChokingCore } from './slice.ts'
import { fillSlots } from './unchoke-slots.ts'

/** What is free is given away. */
export const giveFreeSlots = (core: ChokingCore): Command[] => announce(core, fillSlots(core))

/** So many peers may be unchoked at once, from 1. What is no such number changes nothing. */
export function setSlots(core: ChokingCore, { slots }: Extract<TorrentWish, { type: 'torrent.set_slots' }>): Command[] {
  if (!Number.isSafeInteger(slots) || slots < 1) return []
  core.slots = slots
  return giveFreeSlots(core)
}
