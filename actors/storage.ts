import { type CallbackActorLogic, fromCallback } from 'xstate'
import { PieceSet } from '../machines/piece-set.ts'
import type { StorageCommand, StorageNews } from '../machines/torrent/events.ts'
import { blockBytes } from '../machines/torrent/layout.ts'
import { blockDigests, type PieceStorage } from '../storage/piece-storage.ts'
import type { Block, BlockRequest } from '../transport/wire/messages.ts'

/**
 * The disk and the hash of one torrent: checks what is there, verifies and writes whole pieces, reads blocks for the peers. Reads
 * that the cache can serve are answered in the same breath, the others as one batch when the last of them is there. Whatever
 * goes wrong, a command that can not be carried out included, is told as `storage.failed`; the actor lives on. `storage` is called
 * with each command, as that of a magnet link comes later than this actor.
 */
export const storageLogic = (storage: () => PieceStorage): CallbackActorLogic<StorageCommand> =>
  fromCallback<StorageCommand>(({ receive, sendBack }) => {
    const stopping = new AbortController()
    const report = (news: StorageNews) => {
      if (!stopping.signal.aborted) sendBack(news)
    }
    const fail = (error: unknown) => {
      report({ type: 'storage.failed', error: error instanceof Error ? error : new Error(String(error)) })
    }
    const carryOut = (command: StorageCommand): Promise<void> | undefined => {
      switch (command.type) {
        case 'storage.check':
          return check(storage(), stopping.signal).then(report)
        case 'storage.verify':
          return verify(storage(), command).then(report)
        case 'storage.read':
          return read(storage(), command, report)
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
    return () => stopping.abort()
  })

async function check(storage: PieceStorage, signal: AbortSignal): Promise<StorageNews> {
  const bits = await storage.check(undefined, signal)
  const have = PieceSet.fromBits(bits, storage.pieceCount)
  if (!have) throw new Error('the check gave a bitfield that does not fit the torrent')
  return { type: 'storage.checked', have }
}

async function verify(
  storage: PieceStorage,
  { index, data, contributors, wantsDigests }: Extract<StorageCommand, { type: 'storage.verify' }>,
): Promise<StorageNews> {
  const verdict = await storage.write(index, data)
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
