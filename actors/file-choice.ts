import {
  type FilePriority,
  filePriorities,
  levelOf,
  normalLevel,
} from '../machines/torrent/vocabulary/file-priority.ts'
import type { TorrentFile } from '../storage/metainfo.ts'
import { selectedOnly } from '../storage/select-only.ts'
import { isObject } from '../transport/require.ts'

/** A file of a torrent, as a choice sees it. */
export interface FileOfChoice {
  /** Its number in the torrent, from 0 (BEP 53), pad files counted. */
  readonly index: number
  /** Its path below the output folder, with `/` between its parts. */
  readonly path: string
  /** In bytes. */
  readonly length: number
}

/**
 * Which files are wanted: priorities by the number of the file, or a function that is asked of each. A file that is not named, or of which it
 * answers undefined, has the priority that it had, at first `normal`, or what a magnet link says (BEP 53).
 */
export type FileChoice = Readonly<Record<number, FilePriority>> | ((file: FileOfChoice) => FilePriority | undefined)

/** A file as a choice sees it. */
export const fileOfChoice = ({ length, path }: TorrentFile, index: number): FileOfChoice => ({
  index,
  path: path.join('/'),
  length,
})

/** Throws a TypeError for what is no choice. */
export function requireChoice(name: string, choice: unknown): void {
  if (!isObject(choice) && typeof choice !== 'function')
    throw new TypeError(`${name} are priorities by the number of a file, or a function of a file, not ${choice}`)
}

/** What a choice says of each file that it speaks of. Throws a RangeError for a file that there is not, and for what is no priority. */
export function prioritiesOf(choice: FileChoice, files: readonly TorrentFile[]): ReadonlyMap<number, FilePriority> {
  const priorities = new Map<number, FilePriority>()
  const note = (index: number, priority: FilePriority) => {
    if (!filePriorities.includes(priority))
      throw new RangeError(`the priority of file ${index} is ${filePriorities.join(', ')}, not '${priority}'`)
    priorities.set(index, priority)
  }
  if (typeof choice === 'function') {
    for (const [index, file] of files.entries()) {
      const priority = file.pad ? undefined : choice(fileOfChoice(file, index))
      if (priority !== undefined) note(index, priority)
    }
    return priorities
  }
  for (const [name, priority] of Object.entries(choice)) {
    const index = Number(name)
    if (files[index] === undefined) throw new RangeError(`there is no file ${name}: the torrent has ${files.length}`)
    note(index, priority)
  }
  return priorities
}

/** The priority of each file as its place in `filePriorities`. `before`: what they had; default: all are `normal`. */
export function levelsOf(choice: FileChoice, files: readonly TorrentFile[], before?: Uint8Array): Uint8Array {
  const levels = before?.slice() ?? new Uint8Array(files.length).fill(normalLevel)
  for (const [index, priority] of prioritiesOf(choice, files)) levels[index] = levelOf(priority)
  return levels
}

/** The choice of a magnet link that names some files (BEP 53); undefined for one that names none of these. */
export function choiceOfLink(selectOnly: string | undefined, files: readonly TorrentFile[]): FileChoice | undefined {
  const isSelected = selectOnly === undefined ? undefined : selectedOnly(selectOnly)
  if (!isSelected || !files.some((_, index) => isSelected(index))) return undefined
  return ({ index }) => (isSelected(index) ? 'normal' : 'skip')
}
