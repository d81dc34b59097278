import { askTrackers, leaveTrackers, runTrackers } from '../announcing/announcing.ts'
import { giveFreeSlots } from '../choking/free-slots.ts'
import { repeatWish, revealNext, stepSuperSeeding } from '../choking/super-seeding-mode.ts'
import { tellBatch } from '../connections/broadcast.ts'
import { makeRoom } from '../connections/close-for-others.ts'
import { partAll } from '../connections/close-useless.ts'
import { dialAnew, dialAnother } from '../connections/dialling.ts'
import { closeBatch } from '../connections/leaving.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import { feedHungry } from '../download/downloading.ts'
import { measureDownload } from '../download/slice.ts'
import { noteHoldUps } from '../picking/endgame-hold-ups.ts'
import { hurry } from '../reading/windows.ts'
import { scheduleSave } from '../resume/saving.ts'
import { tellExtensions } from '../running-extensions/extending.ts'
import { renewExtensions } from '../running-extensions/running.ts'
import { restDht, runDht } from '../searching/searching.ts'
import { measureUpload } from '../upload/slice.ts'
import { type Command, emit } from '../vocabulary/commands.ts'
import { askWebSeeds, partWebSeeds, runWebSeeds } from '../web-seeds/web-seeds.ts'
import type { Core } from './core.ts'
import { noteIdle } from './idleness.ts'
import { tellPieces } from './pieces-standing.ts'
import { progressOf } from './progress.ts'

/** A second has passed. */
export function tick(core: Core, { at }: { readonly at: number }): Command[] {
  core.now = at
  measureDownload(core)
  measureUpload(core)
  const commands = [
    ...emit(core, { type: 'progress', ...progressOf(core) }),
    ...dialAnew(core),
    ...dialAnother(core),
    ...makeRoom(core),
  ]
  noteHoldUps(core)
  hurry(core)
  commands.push(...feedHungry(core), ...giveFreeSlots(core), ...partAll(core), ...revealNext(core))
  noteIdle(core)
  commands.push(
    ...tellExtensions(core.extensions, { type: 'timer.tick', at }),
    ...askTrackers(core),
    ...partWebSeeds(core),
    ...askWebSeeds(core),
    ...stepSuperSeeding(core),
    ...tellPieces(core),
  )
  return commands
}

/** It dials, accepts, fetches and serves from now on. */
export function run(core: Core, { at }: { readonly at?: number | undefined }): Command[] {
  noteTime(core, at)
  core.isRunning = true
  if (!wantsNothing(core)) core.addresses.recall()
  // What was told since it rested is over, and so is the pause behind it.
  core.telling.pace.refill()
  return [
    ...renewExtensions(core),
    ...runTrackers(core),
    ...runWebSeeds(core),
    ...runDht(core),
    ...scheduleSave(core),
    ...tellBatch(core),
    ...repeatWish(core),
  ]
}

/** Nothing of this any more. The event that asked for it may bear the time; no tick does now. */
export function rest(core: Core, { at }: { readonly at?: number | undefined }): Command[] {
  noteTime(core, at)
  core.isRunning = false
  core.enteredAt = core.now
  core.idle.clear()
  core.dialing.refill()
  core.telling.pace.refill()
  return [...leaveTrackers(core), ...restDht(core)]
}

function noteTime(core: Core, at: number | undefined): void {
  if (at !== undefined && Number.isFinite(at)) core.now = Math.max(core.now, at)
}

/** The next batch may be dialled. */
export function dialOn(core: Core): Command[] {
  core.dialing.refill()
  return dialAnew(core)
}

/** The next batch may be told. */
export function tellOn(core: Core): Command[] {
  core.telling.pace.refill()
  return tellBatch(core)
}

/** The next batch may be ended. */
export function closeOn(core: Core): Command[] {
  core.closing.refill()
  return closeBatch(core)
}
