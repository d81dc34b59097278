import { type CallbackActorLogic, fromCallback } from 'xstate'
import { PieceSet } from '../machines/piece-set.ts'
import type { StorageCommand, StorageNews } from '../machines/torrent/events.ts'
import { blockBytes } from '../machines/torrent/layout.ts'
import { describeLongFile, type LongFile } from '../storage/long-file.ts'
import { blockDigests, type PieceStorage } from '../storage/piece-storage.ts'
import type { ResumeData } from '../storage/resume-data.ts'
import { believe } from '../storage/resume-trust.ts'
import type { Block, BlockRequest } from '../transport/wire/messages.ts'
import type { ResumeKeeper } from './resume-keeper.ts'

/** The resume data of a torrent, and whether its metadata is part of it: where there is no .torrent file. */
export interface StorageResume {
  readonly keeper: ResumeKeeper
  readonly keepsMetadata: boolean
}

/**
 * The disk and the hash of one torrent: checks what is there, verifies and writes whole pieces, reads blocks for the peers. Reads
 * that the cache can serve are answered in the same breath, the others as one batch when the last of them is there. Whatever
 * goes wrong, a command that can not be carried out included, is told as `storage.failed`; the actor lives on. `storage` is called
 * with each command, as that of a magnet link comes later than this actor.
 *
 * With `resume` a check hashes only what resume data can not vouch for, and tells what else it says. That it can not be read, used
 * or saved is told as `storage.resume_failed`. A file that is longer than the torrent says is cut when the piece at its end is right, which
 * is told as `storage.warning`. A new check ends the one before, of which nothing is told.
 */
export const storageLogic = (storage: () => PieceStorage, resume?: StorageResume): CallbackActorLogic<StorageCommand> =>
  fromCallback<StorageCommand>(({ receive, sendBack }) => {
    const stopping = new AbortController()
    const report = (news: StorageNews) => {
      if (!stopping.signal.aborted) sendBack(news)
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
    let checking = new AbortController()
    let checked: Promise<void> = Promise.resolve()
    /** One check at a time: two would vouch for what the other had seen. */
    const checkAnew = (): Promise<void> => {
      checking.abort()
      checking = new AbortController()
      const { signal } = checking
      const recallNow = resume && (() => recall(resume, signal))
      checked = checked
        .then(() => check(storage(), signal, recallNow, warn))
        .then((news) => {
          signal.throwIfAborted()
          report(news)
        })
        .catch((error: unknown) => {
          if (!signal.aborted) fail(error)
        })
      return checked
    }
    const carryOut = (command: StorageCommand): Promise<void> | undefined => {
      switch (command.type) {
        case 'storage.check':
          return checkAnew()
        case 'storage.verify':
          return verify(storage(), command, warn).then(report)
        case 'storage.read':
          return read(storage(), command, report)
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
    }
  })

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

async function check(
  storage: PieceStorage,
  signal: AbortSignal,
  recall: (() => Promise<ResumeData | undefined>) | undefined,
  warn: (file: LongFile) => void,
): Promise<StorageNews> {
  signal.throwIfAborted()
  // Before a byte is hashed, so that a change meanwhile shows in the next run.
  const stamps = recall ? await storage.watch() : []
  const data = await recall?.()
  const bits = await storage.check(undefined, signal, data && believe(storage.metainfo, data, stamps))
  await storage.cutFiles(bits, warn)
  const have = PieceSet.fromBits(bits, storage.pieceCount)
  if (!have) throw new Error('the check gave a bitfield that does not fit the torrent')
  if (!data) return { type: 'storage.checked', have }
  const { blocks, downloaded, uploaded, addresses } = data
  return { type: 'storage.checked', have, recalled: { blocks, downloaded, uploaded, addresses } }
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
): Promise<StorageNews> {
  const verdict = await storage.write(index, data, warn)
  const needsDigests = wantsDigests || (verdict === 'corrupt' && contributors > 1)
  const digests = needsDigests ? blockDigests(data, blockBytes) : []
  return { type: `storage.${verdict}`, index, data, digests }
}

function read(
  storage: PieceStorage,
  { peer, requests }: Extract<StorageCommand, { type: 'storage.read' }>,
  report: (news: StorageNews) => void,
): Promise<void> | undefined {
  const blocks: (Block | undefined)[] = requests.map((request) => {
    const data = storage.readCached(request.index, request.begin, request.length)
    return data && { index: request.index, begin: request.begin, data }
  })
  if (blocks.every((block) => block !== undefined)) {
    report({ type: 'storage.blocks', peer, blocks })
    return undefined
  }
  return Promise.all(requests.map((request, i) => blocks[i] ?? readBlock(storage, request))).then((all) =>
    report({ type: 'storage.blocks', peer, blocks: all }),
  )
}

async function readBlock(storage: PieceStorage, { index, begin, length }: BlockRequest): Promise<Block> {
  return { index, begin, data: await storage.read(index, begin, length) }
}
