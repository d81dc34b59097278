import { type CallbackActorLogic, fromCallback } from 'xstate'
import { blockBytes, Layout } from '../machines/layout.ts'
import { PieceSet } from '../machines/piece-set.ts'
import { Selection } from '../machines/torrent/content/selection.ts'
import type { StorageInput } from '../machines/torrent/vocabulary/actor-inputs.ts'
import type { StorageCommand, StorageNews } from '../machines/torrent/vocabulary/events.ts'
import type { Wanted } from '../machines/torrent/vocabulary/file-priority.ts'
import { blockDigests } from '../storage/block-digests.ts'
import { describeLongFile, type LongFile } from '../storage/long-file.ts'
import type { Loss } from '../storage/loss.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'
import type { ResumeData } from '../storage/resume-data.ts'
import { believe } from '../storage/resume-trust.ts'
import { StorageError } from '../storage/storage-error.ts'
import { readBlocks } from './block-reading.ts'
import { reportLosses } from './loss-report.ts'
import { recheck } from './rechecking.ts'
import type { ResumeKeeper } from './resume-keeper.ts'

/** The resume data of a torrent, and whether its metadata is part of it: where there is no .torrent file. */
export interface StorageResume {
  readonly keeper: ResumeKeeper
  readonly keepsMetadata: boolean
}

/**
 * The disk and the hash of one torrent: checks what is there, verifies and writes whole pieces, reads blocks for the peers (`readBlocks`).
 * What cannot be read any more, or was changed by others, is told as `storage.lost`. Whatever else goes wrong, a command that cannot be
 * carried out included, is told as `storage.failed`; the actor lives on. `storage` is called with each command, as that of a magnet link
 * comes later than this actor.
 *
 * With `resume` a check hashes only what resume data cannot vouch for, and tells what else it says. That it cannot be read, used
 * or saved is told as `storage.resume_failed`. A file that is longer than the torrent says is cut when the piece at its end is right, which
 * is told as `storage.warning`, and so is, once, what went wrong as the store was opened. A new check ends the one before, of which
 * nothing is told.
 */
export const storageLogic = (
  storage: () => PieceStorage,
  resume?: StorageResume,
): CallbackActorLogic<StorageCommand, StorageInput> =>
  fromCallback<StorageCommand, StorageInput>(({ input: { owner }, receive }) => {
    const stopping = new AbortController()
    const report = (news: StorageNews) => {
      if (!stopping.signal.aborted) owner.send(news)
    }
    const fail = (error: unknown) => report({ type: 'storage.failed', error: asError(error) })
    const failToResume = (error: unknown) => report({ type: 'storage.resume_failed', error: asError(error) })
    const recall = ({ keeper }: StorageResume, signal: AbortSignal) =>
      keeper.load().catch((error: unknown) => {
        if (!signal.aborted) failToResume(error)
        return undefined
      })
    const warn = (file: LongFile) =>
      report({ type: 'storage.warning', message: describeLongFile(file), path: file.path })
    /** Which files are wanted, as the torrent said last, and as was saved, which is not known before the check that is under way has read it. */
    let wanted: Wanted | undefined
    let saved: Uint8Array | undefined
    let isSavedKnown = false
    /** Over when all files that are wanted are in their places. */
    let selecting: Promise<void> = Promise.resolve()
    let checking = new AbortController()
    /** How many checks were asked for. What a write fails with that was asked for before the last is no news: what it wrote is hashed then. */
    let checks = 0
    let checked: Promise<void> = Promise.resolve()
    let moving = new AbortController()
    /** One check at a time: two would vouch for what the other had seen. */
    const next = (look: (signal: AbortSignal) => Promise<void>): Promise<void> => {
      const { signal } = checking
      checked = checked
        .then(() => look(signal))
        .catch((error: unknown) => {
          if (!signal.aborted) fail(error)
        })
      return checked
    }
    /** Whose fault was told. */
    let told: PieceStorage | undefined
    const tellFault = () => {
      const now = storage()
      const { message, path } = now.fault ?? {}
      if (message !== undefined && told !== now)
        report({ type: 'storage.warning', message, ...(path !== undefined && { path }) })
      told = now
    }
    const selectFiles = (): Promise<void> => {
      const isOver = select(storage(), wanted, saved)
      selecting = Promise.allSettled([selecting, isOver]).then(() => isOver)
      return selecting
    }
    const untilSelected = async (): Promise<void> => {
      for (let last: Promise<void> | undefined; last !== selecting; ) {
        last = selecting
        await last.catch(() => {})
      }
    }
    const checkAnew = (hashesAll: boolean): Promise<void> => {
      checking.abort()
      checking = new AbortController()
      checks++
      isSavedKnown = false
      return next(async (signal) => {
        tellFault()
        const data = resume && (await recall(resume, signal))
        saved = data?.priorities
        isSavedKnown = true
        await selectFiles()
        const { news, losses } = await check(storage(), signal, data, hashesAll, warn)
        await untilSelected()
        signal.throwIfAborted()
        report(news)
        reportLosses(storage(), losses, report)
      })
    }
    const carryOut = (command: StorageCommand): Promise<void> | undefined => {
      switch (command.type) {
        case 'storage.check':
          wanted = command.wanted
          return checkAnew(command.anew === true)
        case 'storage.select':
          wanted = command.wanted
          if (!isSavedKnown) return undefined
          return selectFiles().then(() => report({ type: 'storage.selected', select: command.select }))
        case 'storage.recheck':
          return next((signal) => recheck(storage(), command, signal, report))
        case 'storage.verify': {
          const askedAt = checks
          return verify(storage(), command, warn)
            .then((news) => tellWritten(storage(), news, report))
            .catch((error: unknown) => {
              if (askedAt === checks) throw error
            })
        }
        case 'storage.read':
          return readBlocks(storage(), command, report)
        case 'storage.move':
          moving = new AbortController()
          return move(storage(), command.folder, moving.signal).then(report)
        case 'storage.end_move':
          moving.abort(new Error('the torrent was stopped'))
          return undefined
        case 'storage.save':
          return save(storage(), command, resume)
            .catch(failToResume)
            .then(() => report({ type: 'storage.saved', save: command.save }))
      }
    }
    receive((command) => {
      // A throw would end this actor without its cleanup, and leave the torrent without a disk.
      try {
        carryOut(command)?.catch(fail)
      } catch (error) {
        fail(error)
      }
    })
    return () => {
      stopping.abort()
      checking.abort()
      moving.abort(new Error('the torrent was stopped'))
    }
  })

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Never rejects: that files stay where they are harms nothing. */
const move = (storage: PieceStorage, folder: string, signal: AbortSignal): Promise<StorageNews> =>
  storage.moveTo(folder, signal).then(
    () => ({ type: 'storage.moved', folder: storage.folder ?? folder }),
    (error: unknown) => ({ type: 'storage.unmoved', error: asError(error) }),
  )

type Verdict = Extract<StorageNews, { type: 'storage.verified' | 'storage.corrupt' }>

/** Has the files moved into place that are wanted. */
async function select(storage: PieceStorage, wanted: Wanted | undefined, saved: Uint8Array | undefined): Promise<void> {
  const layout = new Layout(storage.metainfo)
  const selection = wanted ? Selection.settled(layout, wanted, saved) : Selection.all(layout)
  await storage.select((file) => selection.priorityOf(file) !== 'skip', selection.skipped.toBits())
}

interface Checked {
  readonly news: StorageNews
  /** What may be there and cannot be read. */
  readonly losses: readonly Loss[]
}

async function check(
  storage: PieceStorage,
  signal: AbortSignal,
  data: ResumeData | undefined,
  hashesAll: boolean,
  warn: (file: LongFile) => void,
): Promise<Checked> {
  signal.throwIfAborted()
  // Before a byte is hashed, so that a change meanwhile shows later.
  const stamps = await storage.watch()
  const believed = data && !hashesAll ? believe(storage.metainfo, data, stamps) : undefined
  const losses: Loss[] = []
  const bits = await storage.check(undefined, signal, believed, (index, error) => {
    const loss = storage.lossOf(index, error)
    // It was hashed just now, as far as it can be.
    if (loss) losses.push({ ...loss, isThere: false })
  })
  await storage.cutFiles(bits, warn)
  const have = PieceSet.fromBits(bits, storage.pieceCount)
  if (!have) throw new Error('the check gave a bitfield that does not fit the torrent')
  if (!data) return { news: { type: 'storage.checked', have }, losses }
  const { blocks, downloaded, uploaded, addresses, priorities } = data
  const recalled = { blocks, downloaded, uploaded, addresses, ...(priorities && { priorities }) }
  return { news: { type: 'storage.checked', have, recalled }, losses }
}

async function save(
  storage: PieceStorage,
  { recollection }: Extract<StorageCommand, { type: 'storage.save' }>,
  resume: StorageResume | undefined,
): Promise<void> {
  await resume?.keeper.save(async () => {
    const vouched = await storage.vouch()
    if (!vouched) return undefined
    const { infoBytes } = storage.metainfo
    return { ...recollection, ...vouched, ...(resume.keepsMetadata && { metadata: infoBytes }) }
  })
}

async function verify(
  storage: PieceStorage,
  { index, data, contributors, wantsDigests }: Extract<StorageCommand, { type: 'storage.verify' }>,
  warn: (file: LongFile) => void,
): Promise<Verdict> {
  const verdict = await storage.write(index, data, warn)
  const needsDigests = wantsDigests || (verdict === 'corrupt' && contributors > 1)
  const digests = needsDigests ? blockDigests(data, blockBytes) : []
  return { type: `storage.${verdict}`, index, data, digests }
}

/**
 * Tells of a piece, and before that what is found lost: else a torrent would be complete without it.
 *
 * @throws StorageError when the piece itself is gone with its file: it could not be written.
 */
async function tellWritten(storage: PieceStorage, news: Verdict, report: (news: StorageNews) => void): Promise<void> {
  const look = news.type === 'storage.verified' ? storage.lookAfterWrite(news.index) : undefined
  const losses = look ? await look : []
  reportLosses(storage, losses, report)
  const its = losses.find(({ first, end, isThere }) => !isThere && first <= news.index && news.index < end)
  if (its) throw new StorageError(`cannot write piece ${news.index}: ${its.cause}`, { path: its.path })
  report(news)
}
