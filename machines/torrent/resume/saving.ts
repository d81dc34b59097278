import { askStorage, type Command, emit, tellChart } from '../vocabulary/commands.ts'
import type { StorageNews } from '../vocabulary/events.ts'
import { forgetSave, hasNews, saveCommand, saveDelayMs } from './resuming.ts'
import type { ResumeCore } from './slice.ts'

/** The resume data is saved. */
export function save(core: ResumeCore, { isLast }: { readonly isLast: boolean }): Command[] {
  const mustSave = isLast || hasNews(core)
  const canSave = core.keepsResume && core.isChecked && core.storage !== undefined
  const asked = mustSave && canSave ? askStorage(core, saveCommand(core)) : []
  if (isLast && asked.length === 0) return [tellChart(core, { type: 'save.over' })]
  return [...asked, ...scheduleSave(core)]
}

/** The next save, while the torrent runs. */
export const scheduleSave = (core: ResumeCore): Command[] =>
  core.keepsResume && core.isRunning ? [tellChart(core, { type: 'save.next', inMs: saveDelayMs(core) })] : []

/** A save is over. */
export const noteSaved = (
  core: ResumeCore,
  { save: number }: Extract<StorageNews, { type: 'storage.saved' }>,
): Command[] => (number === core.saves ? [tellChart(core, { type: 'save.over' })] : [])

/** Resume data could not be read, used or written. */
export function noteResumeFailed(core: ResumeCore, { error }: { readonly error: Error }): Command[] {
  forgetSave(core)
  return emit(core, { type: 'resume_failed', error })
}
