import { assign, enqueueActions } from 'xstate'
import type { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import { isPiece } from '../vocabulary/context.ts'
import { EarlyWords } from '../vocabulary/early-words.ts'
import type { EarlyEvent } from '../vocabulary/wire-events.ts'
import { diallingSetup } from './dialling.ts'
import { tell } from './say.ts'

/** What a peer has, as it says it, and as it becomes known by other ways. */
export const availabilitySetup = diallingSetup.extend({
  actions: {
    /** What it says first, which is news also when it has nothing; or what is known by other ways. */
    notePieces: enqueueActions(({ context, enqueue }, { pieces }: { pieces: PieceSet }) => {
      enqueue.assign({ pieces })
      tell(enqueue, context, { type: 'peer.pieces', pieces })
    }),
    /** What it says later takes the place of all that it said before. Said again it is no news. */
    replacePieces: enqueueActions(({ context, enqueue }, { pieces }: { pieces: PieceSet }) => {
      if (pieces.equals(context.pieces)) return
      enqueue.assign({ pieces })
      tell(enqueue, context, { type: 'peer.pieces', pieces })
    }),
    /** It has said all at once what it has, by saying nothing of it. */
    tellPieces: enqueueActions(({ context, enqueue }) => {
      tell(enqueue, context, { type: 'peer.pieces', pieces: context.pieces })
    }),
    notePiece: enqueueActions(({ context, enqueue }, { index }: { index: number }) => {
      if (context.pieces.has(index)) return
      const pieces = context.pieces.with(index)
      enqueue.assign({ pieces })
      tell(enqueue, context, { type: 'peer.have', index, pieces })
    }),
    dropPiece: enqueueActions(({ context, enqueue }, { index }: { index: number }) => {
      if (!isPiece(context, index) || !context.pieces.has(index)) return
      const pieces = context.pieces.without(index)
      enqueue.assign({ pieces })
      tell(enqueue, context, { type: 'peer.dont_have', index, pieces })
    }),
    /** What it had is to be said on this connection. */
    forget: assign(({ context: { layout } }) => ({ pieces: PieceSet.none(layout.pieceCount) })),
    noteEarly: assign(({ context }, event: EarlyEvent) => ({ early: context.early.with(event) })),
    /** The metadata has come: what was said before can be judged. */
    learn: assign(({ context: { early } }, { layout, have }: { layout: Layout; have?: PieceSet }) => {
      const { pieceCount } = layout
      return {
        layout,
        have: have ?? PieceSet.none(pieceCount),
        pieces: early.piecesOf(pieceCount),
        allowedFast: early.allowedFastOf(pieceCount),
        early: EarlyWords.none,
      }
    }),
    /** No bitfield may come now, so what we have is said piece by piece (BEP 3). */
    sendHaves: enqueueActions(({ context, enqueue }) => {
      if (!context.have.isNone) enqueue.sendTo(context.transport, { type: 'send.haves', pieces: context.have })
    }),
  },
})
