import { enqueueActions, sendTo } from 'xstate'
import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { PieceSet } from '../../piece-set.ts'
import type { StorageNews } from '../events.ts'
import { order } from '../order.ts'
import { recheckCommand } from '../rechecking.ts'
import { giveOrders, recordOf } from '../say.ts'
import { tellBatch } from '../telling.ts'
import { describeLoss, takeUp, withdraw } from '../withdrawing.ts'
import { superSeedingSetup } from './super-seeding.ts'

type Lost = Extract<StorageNews, { type: 'storage.lost' }>
type Rechecked = Extract<StorageNews, { type: 'storage.rechecked' }>

/** Data that others took away or changed: its pieces are withdrawn, and taken up again when they are found right. */
export const lossSetup = superSeedingSetup.extend({
  actions: {
    withdraw: enqueueActions(({ context, enqueue }, { pieces, message, path }: Omit<Lost, 'type'>) => {
      const { know, orders, ...cost } = withdraw(context, pieces)
      enqueue.assign(know)
      giveOrders(enqueue, orders)
      tellBatch(enqueue, { ...context, ...know })
      if (cost.served + cost.fetched === 0) return
      enqueue.emit({ type: 'warning', message: describeLoss(message, cost), ...(path !== undefined && { path }) })
    }),
    /** Blocks that could not be read: with the Fast extension they are rejected. */
    refuseUnread: enqueueActions(
      ({ context, enqueue }, { peer, requests }: { peer: number; requests: readonly BlockRequest[] }) => {
        const record = recordOf(context, peer)
        if (record) giveOrders(enqueue, order(record, { type: 'torrent.reject', requests }))
      },
    ),
    /** What a file holds that somebody has changed: it may have been its times alone. */
    recheckLost: enqueueActions(({ context, enqueue }, { pieces }: { pieces: PieceSet }) => {
      const command = recheckCommand(context, pieces, false)
      enqueue.sendTo(context.storage, command)
      enqueue.assign({ rechecks: { ...context.rechecks, asked: command.recheck } })
    }),
    recheckAll: enqueueActions(({ context, enqueue }) => {
      const command = recheckCommand(context, PieceSet.all(context.have.size), true)
      enqueue.sendTo(context.storage, command)
      enqueue.assign({ rechecks: { ...context.rechecks, asked: command.recheck } })
    }),
    checkAnew: sendTo(({ context }) => context.storage, { type: 'storage.check', anew: true }),
    takeUp: enqueueActions(({ context, enqueue }, { recheck, ...found }: Omit<Rechecked, 'type'>) => {
      const { know, orders } = takeUp(context, found)
      enqueue.assign({ ...know, ...(found.isOver && { rechecks: { ...context.rechecks, over: recheck } }) })
      giveOrders(enqueue, orders)
      tellBatch(enqueue, { ...context, ...know })
      if (know.have.isAll && !context.have.isAll) enqueue.raise({ type: 'torrent.completed' })
    }),
    emitRechecked: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'rechecked', pieces: context.have.count, total: context.have.size })
    }),
  },
})
