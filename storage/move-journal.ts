import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from './replace-file.ts'
import { errorCode } from './storage-error.ts'
import { syncFolder } from './sync-folder.ts'

/**
 * How far a move of a torrent's files has come. `copying`: they are where they were, and copies are made beside. `placing`: all copies are
 * made, and take their places. `renaming`: each file is in one folder or in the other. `moved`: all are in the new folder.
 */
export type MoveStage = 'copying' | 'placing' | 'renaming' | 'moved'

/** A move, as the folder says from which the files go; both are real paths. */
export interface Move {
  readonly from: string
  readonly to: string
  readonly stage: MoveStage
}

const stages: readonly string[] = ['copying', 'placing', 'renaming', 'moved'] satisfies readonly MoveStage[]

/** In the folder from which the files go: how far that has come. `infoHash`: 40 hex digits. */
const journalIn = (folder: string, infoHash: string): string => join(folder, `.peerchart-${infoHash}.move`)

/** In the folder to which they go: copies by the numbers of the files, and where they come from. */
export const stagingIn = (folder: string, infoHash: string): string => join(folder, `.peerchart-${infoHash}.moving`)

const originIn = (folder: string, infoHash: string): string => join(stagingIn(folder, infoHash), 'from')

/** Notes how far a move has come, for good: after a crash that is known, or what was known before. What fails leaves nothing new. */
export const noteMove = async (infoHash: string, move: Move): Promise<void> => {
  const path = journalIn(move.from, infoHash)
  const draft = `${path}.tmp`
  try {
    await replaceFile(path, draft, Buffer.from(JSON.stringify({ version: 1, ...move })))
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** The files are where they were, and nothing tells of a move from there any more. */
export const forgetMove = async (infoHash: string, from: string): Promise<void> => {
  await rm(journalIn(from, infoHash), { force: true })
  await rm(`${journalIn(from, infoHash)}.tmp`, { force: true })
  await syncFolder(from)
}

/** The move that began in a folder; undefined where none did, or what stands there is not what we write. */
export const moveFrom = async (infoHash: string, from: string): Promise<Move | undefined> => {
  const text = await textIn(journalIn(from, infoHash))
  if (text === undefined) return undefined
  try {
    const { version, to, stage }: Partial<Record<string, unknown>> = JSON.parse(text)
    if (version !== 1 || typeof to !== 'string' || !isStage(stage)) return undefined
    // Wherever the folder is mounted by now.
    return { from, to, stage }
  } catch {
    return undefined
  }
}

const isStage = (stage: unknown): stage is MoveStage => typeof stage === 'string' && stages.includes(stage)

/** Makes the place for copies, which says where they come from. */
export const makeStaging = async (infoHash: string, { from, to }: Pick<Move, 'from' | 'to'>): Promise<void> => {
  await mkdir(stagingIn(to, infoHash), { recursive: true })
  const path = originIn(to, infoHash)
  await replaceFile(path, `${path}.tmp`, Buffer.from(from))
  await syncFolder(to)
}

/** Where the files come from that are on their way to a folder; undefined where none are. */
export const originOf = (infoHash: string, to: string): Promise<string | undefined> => textIn(originIn(to, infoHash))

/** Nothing is on its way to a folder any more. */
export const removeStaging = async (infoHash: string, to: string): Promise<void> => {
  await rm(stagingIn(to, infoHash), { recursive: true, force: true })
  await syncFolder(to)
}

const textIn = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
}
