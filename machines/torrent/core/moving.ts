import { forgetSave } from '../resume/resuming.ts'
import { save } from '../resume/saving.ts'
import { askStorage, type Command, emit, tellChart } from '../vocabulary/commands.ts'
import type { StorageNews } from '../vocabulary/events.ts'
import type { CoreCommand } from '../vocabulary/news.ts'
import type { Core } from './core.ts'

/** The files are to be moved. */
export const move = (core: Core, { folder }: Extract<CoreCommand, { type: 'core.move' }>): Command[] =>
  askStorage(core, { type: 'storage.move', folder })

/** They are to stay, if they still can. */
export const endMove = (core: Core): Command[] => askStorage(core, { type: 'storage.end_move' })

/** They are in another folder: how they stand there is saved, as nothing that is known of them need be hashed again. */
export function noteMoved(core: Core, { folder }: Extract<StorageNews, { type: 'storage.moved' }>): Command[] {
  forgetSave(core)
  return [
    ...(core.keepsResume && core.isChecked ? save(core, { isLast: false }) : []),
    ...emit(core, { type: 'moved', folder }),
    tellChart(core, { type: 'move.over' }),
  ]
}

/** They are where they were. */
export const noteUnmoved = (core: Core, { error }: Extract<StorageNews, { type: 'storage.unmoved' }>): Command[] => [
  ...emit(core, { type: 'move_failed', error }),
  tellChart(core, { type: 'move.over' }),
]
