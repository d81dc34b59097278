import { assign, cancel, enqueueActions, raise, sendTo } from 'xstate'
import type { Address } from '../../transport/transport.ts'
import type { Block, BlockRequest } from '../../transport/wire/messages.ts'
import type { PeerNews } from '../peer/events.ts'
import type { PieceSet } from '../piece-set.ts'
import { lossSetup } from './actions/losses.ts'
import { chokeRoundMs } from './choke-round.ts'
import { fillSlots, noteInterested, runChokeRound } from './choking.ts'
import {
  feed,
  feedHungry,
  forgetRefusals,
  noteSuggestion,
  onAllowedFast,
  onChoked,
  onLate,
  takeBack,
  takeBlocks,
} from './downloading.ts'
import { noteHoldUps } from './endgame-standing.ts'
import { greetingWith } from './extending.ts'
import { sendable, worthReading } from './fast-serving.ts'
import { grantLate } from './granting.ts'
import { noteIdle } from './idleness.ts'
import { interestInPiece, interestInPieces, interestWithoutPiece } from './interest.ts'
import { isNothingLeft, noLosses, regained } from './losses.ts'
import { order } from './order.ts'
import { part } from './parting.ts'
import { pickerFor } from './picker-for.ts'
import { PieceBuffers } from './piece-buffers.ts'
import { forgetSave, type Recollection, recall, saveCommand, saveDelayMs, savingMs } from './resuming.ts'
import { announce, giveOrders, recordOf } from './say.ts'
import { mayAsk, noteUnshown, offerAfterPiece, offerAfterPieces } from './showing.ts'
import { noteServed, suggestServed } from './suggesting.ts'
import { progressOf } from './summary.ts'
import { tellBatch } from './telling.ts'
import { refuseUnannounced } from './unannounced.ts'
import { onCorrupt, onVerified } from './verdicts.ts'
import { renounce } from './withdrawing.ts'

/**
 * Every action of the torrent chart by name: those of connections, extensions, reputation and super-seeding stand in `actions/`, the others here. The
 * decisions are functions of their own beside this file (downloading, interest, choking, verdicts); here their orders are given.
 * What changes the torrent's knowledge does so by `enqueueActions` or `assign`, as the transition is computed, in the order of the
 * list it stands in; a plain function would run after all of them where a transition is computed first and executed later.
 */
export const torrentSetup = lossSetup.extend({
  actions: {
    /** A storage actor whose own code threw is dead: another takes its place before it is asked again. */
    renewStorage: enqueueActions(({ context, enqueue }) => {
      if (context.storage.getSnapshot().status === 'active') return
      enqueue.stopChild('storage')
      enqueue.assign({ storage: ({ spawn }) => spawn('storage', { id: 'storage' }) })
    }),
    check: sendTo(({ context }) => context.storage, { type: 'storage.check' }),
    noteHave: assign(({ context }, { have, recalled }: { have: PieceSet; recalled: Recollection | undefined }) => {
      const work = {
        ...context.work,
        picker: pickerFor(context, context.layout, have),
        buffers: new PieceBuffers(context.layout),
        verifying: new Set<number>(),
        verifyingBytes: 0,
      }
      // Checked again after a failure, it knows better than what it saved.
      if (recalled && !context.isChecked) recall(context, work, recalled)
      const { asked } = context.rechecks
      const losses = noLosses(have.size)
      return {
        have,
        losses,
        // They are over with the new check.
        rechecks: { asked, over: asked },
        greeting: greetingWith({ ...context, losses }, have),
        isChecked: true,
        work,
      }
    }),
    emitVerified: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'verified', pieces: context.have.count, total: context.have.size })
    }),
    /** Others learn from our extended handshakes where to reach us (BEP 10, `p`). */
    noteListening: assign(({ context }, { address }: { address: Address }) => ({
      address,
      greeting: { ...context.greeting, p: address.port },
    })),
    /** A session listens, and did so before the torrent ran. */
    emitSessionListening: enqueueActions(({ context, enqueue }) => {
      const { address, listen, transport } = context
      if (address && !listen) enqueue.emit({ type: 'listening', transport, address })
    }),
    emitListening: enqueueActions(({ context, enqueue }, { address }: { address: Address }) => {
      enqueue.emit({ type: 'listening', transport: context.transport, address })
    }),
    noteResumeFailed: enqueueActions(({ context, enqueue }, { error }: { error: Error }) => {
      forgetSave(context)
      enqueue.emit({ type: 'resume_failed', error })
    }),
    emitWarning: enqueueActions(({ enqueue }, warning: { message: string; path?: string }) => {
      enqueue.emit({ type: 'warning', ...warning })
    }),
    emitDone: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'done', downloaded: context.work.downloaded })
    }),
    emitProgress: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'progress', ...progressOf(context) })
    }),
    noteError: assign((_, { error }: { error: Error }) => ({ error })),
    emitFailed: enqueueActions(({ context, enqueue }) => {
      if (context.error) enqueue.emit({ type: 'failed', error: context.error })
    }),

    // download
    notePieces: enqueueActions(({ context, enqueue }, { peer, pieces }: { peer: number; pieces: PieceSet }) => {
      const record = recordOf(context, peer)
      if (record?.state !== 'open') return
      context.work.picker.setPieces(peer, pieces)
      giveOrders(enqueue, interestInPieces(context, record, pieces))
      giveOrders(enqueue, offerAfterPieces(context, record, pieces))
      giveOrders(enqueue, feed(context, record))
      giveOrders(enqueue, part(context, record))
    }),
    notePiece: enqueueActions(({ context, enqueue }, { peer, index }: { peer: number; index: number }) => {
      const record = recordOf(context, peer)
      if (record?.state !== 'open') return
      const { picker, hungry } = context.work
      picker.addPiece(peer, index)
      giveOrders(enqueue, interestInPiece(context, record, index))
      giveOrders(enqueue, offerAfterPiece(context, record, index))
      if (hungry.has(peer)) giveOrders(enqueue, feed(context, record))
      giveOrders(enqueue, part(context, record))
    }),
    /** What was asked of it comes back by the peer: with the Fast extension it is rejected, without it is released (BEP 54). */
    noteLost: enqueueActions(({ context, enqueue }, { peer, index }: { peer: number; index: number }) => {
      const record = recordOf(context, peer)
      if (record?.state !== 'open' || !context.work.picker.pieces(peer).has(index)) return
      context.work.picker.removePiece(peer, index)
      noteUnshown(context, record, index)
      giveOrders(enqueue, interestWithoutPiece(context, record, index))
    }),
    noteUnchoked: enqueueActions(({ context, enqueue }, { peer, room }: { peer: number; room: number }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.choking = false
      record.unchokedUsAt = context.work.now
      record.room = room
      giveOrders(enqueue, feed(context, record))
    }),
    noteChoked: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (record) giveOrders(enqueue, onChoked(context, record))
    }),
    noteAllowedFast: enqueueActions(
      ({ context, enqueue }, { peer, index, room }: { peer: number; index: number; room: number }) => {
        const record = recordOf(context, peer)
        if (record) giveOrders(enqueue, onAllowedFast(context, record, index, room))
      },
    ),
    noteSuggestion: enqueueActions(({ context }, { peer, index }: { peer: number; index: number }) => {
      const record = recordOf(context, peer)
      if (record) noteSuggestion(record, index)
    }),
    takeBlocks: enqueueActions(
      ({ context, enqueue }, { peer, blocks, room }: { peer: number; blocks: readonly Block[]; room: number }) => {
        const record = recordOf(context, peer)
        if (!record) return
        record.room = room
        const { orders, verify } = takeBlocks(context, record, blocks)
        for (const command of verify) enqueue.sendTo(context.storage, command)
        giveOrders(enqueue, orders)
        giveOrders(enqueue, feed(context, record))
      },
    ),
    takeBack: enqueueActions(
      (
        { context, enqueue },
        { peer, requests, cause, room }: Omit<Extract<PeerNews, { type: 'peer.released' }>, 'type'>,
      ) => {
        const record = recordOf(context, peer)
        if (record?.state !== 'open') return
        record.room = room
        giveOrders(enqueue, takeBack(context, record, requests, cause))
      },
    ),
    noteLate: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (record?.state === 'open') giveOrders(enqueue, onLate(context, record))
    }),
    noteHoldUps: enqueueActions(({ context }) => noteHoldUps(context)),
    feedHungry: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, feedHungry(context))),
    noteVerified: enqueueActions(
      (
        { context, enqueue },
        { index, data, digests }: { index: number; data: Uint8Array; digests: readonly string[] },
      ) => {
        const { work } = context
        if (!work.verifying.delete(index)) return
        const have = context.have.with(index)
        const losses = regained(context.losses, index)
        work.verifyingBytes -= data.length
        enqueue.assign({ have, losses, greeting: greetingWith({ ...context, losses }, have) })
        const punishment = onVerified({ ...context, have }, index, digests)
        work.buffers.recycle(data)
        enqueue.emit({ type: 'piece', index })
        announce(enqueue, punishment)
        tellBatch(enqueue, context)
        giveOrders(enqueue, feedHungry({ ...context, have }))
        if (isNothingLeft({ have, losses })) enqueue.raise({ type: 'torrent.completed' })
      },
    ),
    noteCorrupt: enqueueActions(
      (
        { context, enqueue },
        { index, data, digests }: { index: number; data: Uint8Array; digests: readonly string[] },
      ) => {
        const { work } = context
        if (!work.verifying.delete(index)) return
        work.verifyingBytes -= data.length
        work.buffers.recycle(data)
        const { addresses, ...punishment } = onCorrupt(context, index, digests)
        enqueue.emit({ type: 'corrupt', index, addresses })
        announce(enqueue, punishment)
        // Its file was lost meanwhile.
        if (context.losses.held.has(index)) giveOrders(enqueue, renounce(context, index))
        giveOrders(enqueue, feedHungry(context))
      },
    ),

    // upload
    serve: enqueueActions(
      ({ context, enqueue }, { peer, requests }: { peer: number; requests: readonly BlockRequest[] }) => {
        const record = recordOf(context, peer)
        if (!record) return
        const { served, refused } = worthReading(context, record, requests)
        if (refused.length > 0) giveOrders(enqueue, order(record, { type: 'torrent.reject', requests: refused }))
        const isServed = ({ index }: BlockRequest) => context.have.has(index) && mayAsk(context, record, index)
        const ours = served.every(isServed) ? served : served.filter(isServed)
        if (ours.length > 0) enqueue.sendTo(context.storage, { type: 'storage.read', peer, requests: ours })
        if (ours.length === served.length) return
        const lacking = served.filter((request) => !ours.includes(request))
        giveOrders(enqueue, refuseUnannounced(context, record, lacking))
      },
    ),
    passBlocks: enqueueActions(
      ({ context, enqueue }, { peer, blocks: read }: { peer: number; blocks: readonly Block[] }) => {
        const record = recordOf(context, peer)
        if (!record) return
        // What was withdrawn while it was read may be wrong.
        const isOurs = ({ index }: Block) => context.have.has(index)
        if (!read.every(isOurs)) {
          const gone = read.filter((block) => !isOurs(block))
          const requests = gone.map(({ index, begin, data }) => ({ index, begin, length: data.length }))
          giveOrders(enqueue, order(record, { type: 'torrent.reject', requests }))
          enqueue.raise({ type: 'storage.blocks', peer, blocks: read.filter(isOurs) })
          return
        }
        const { served: blocks, refused } = sendable(context, record, read)
        if (refused.length > 0) giveOrders(enqueue, order(record, { type: 'torrent.reject', requests: refused }))
        for (const { data } of blocks) context.work.uploaded += data.length
        const last = blocks.at(-1)
        if (last) {
          noteServed(context, last.index)
          context.work.superSeeding?.serve(peer, last.index, context.work.now)
        }
        if (last) giveOrders(enqueue, order(record, { type: 'torrent.piece', blocks }))
      },
    ),

    // choking
    startChokeTimer: raise({ type: 'timer.choke_round' }, { delay: chokeRoundMs, id: 'choke_round' }),
    stopChokeTimer: cancel('choke_round'),
    runChokeRound: enqueueActions(({ context, enqueue }) => announce(enqueue, runChokeRound(context))),
    fillSlots: enqueueActions(({ context, enqueue }) => announce(enqueue, fillSlots(context))),
    noteSlots: assign((_, { slots }: { slots: number }) => ({ slots })),
    suggestServed: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, suggestServed(context))),
    forgetRefusals: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, forgetRefusals(context))),
    noteInterested: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (!record) return
      giveOrders(enqueue, grantLate(context, record))
      announce(enqueue, noteInterested(context, record))
    }),
    noteNotInterested: enqueueActions(({ context }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (record) record.interested = false
    }),

    // resume data
    save: enqueueActions(({ context, enqueue }) => {
      if (!context.keepsResume || !context.isChecked) return
      enqueue.sendTo(context.storage, saveCommand(context))
      enqueue.assign({ saves: context.saves + 1 })
    }),
    startSaveTimer: enqueueActions(({ context, enqueue }) => {
      if (context.keepsResume) enqueue.raise({ type: 'timer.save' }, { delay: saveDelayMs(context), id: 'save' })
    }),
    stopSaveTimer: cancel('save'),
    startSavingTimer: raise({ type: 'timer.saving' }, { delay: savingMs, id: 'saving' }),
    stopSavingTimer: cancel('saving'),

    // time
    /** It has entered a state in which nothing moves. Whoever asked for it may have told the time; no tick does there. */
    noteEntry: enqueueActions(({ context: { work }, event }) => {
      if ('at' in event && event.at !== undefined) work.now = Math.max(work.now, event.at)
      work.enteredAt = work.now
      work.idle.clear()
    }),
    noteIdle: enqueueActions(({ context }) => noteIdle(context)),
    noteTime: enqueueActions(({ context }, { at }: { at: number }) => {
      context.work.now = at
    }),
    measureRates: assign(({ context }, { at }: { at: number }) => ({
      rateDown: context.rateDown.add(context.work.downloaded - context.rateDown.total, at),
      rateUp: context.rateUp.add(context.work.uploaded - context.rateUp.total, at),
    })),
  },
})
