import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import { blockBytes } from '../../layout.ts'
import { defaultReqq, nextDepth, type RequestDepth, rejectedDepth } from '../../request-depth.ts'
import { none } from '../vocabulary/context.ts'
import { limits } from '../vocabulary/delays.ts'
import type { PeerFacts } from '../vocabulary/facts.ts'
import { keyOf, type Outstanding, settle, totalBytes, without } from '../vocabulary/ledger.ts'
import { nextWaits } from '../vocabulary/waits.ts'

/** Of its depth: what has to be free before the peer is asked for more. It stays busy with the rest, and requests travel together. */
const roomShare = 1 / 8

/**
 * How many more requests the peer is to be sent now. `asked`: how many it has, those among them that are decided on and not sent yet. `most`:
 * how many it is to have, if its depth is greater.
 */
export function roomOf(
  { depth, outstanding }: PeerFacts,
  asked = outstanding.length,
  most = Number.POSITIVE_INFINITY,
): number {
  const all = Math.min(depth.depth, most)
  const room = all - asked
  return room < all * roomShare ? 0 : room
}

/** How many requests the remote takes at once, as it said. */
const reqqOf = (context: PeerFacts): number => context.remoteGreeting?.reqq ?? defaultReqq

/** The depth towards a peer that owes us blocks and delivers none. */
export const snubbedDepth = (context: PeerFacts, at: number): RequestDepth =>
  nextDepth(context.depth, {
    received: 0,
    rateBytesPerSecond: 0,
    snubbed: true,
    heldBack: false,
    limit: context.rateLimits.down,
    reqq: reqqOf(context),
    at,
  })

/** Puts requests on the list of those on their way. */
export function track(context: PeerFacts, requests: readonly BlockRequest[], at: number): Partial<PeerFacts> {
  const sent: Outstanding[] = requests.map(({ index, begin, length }) => ({ index, begin, length, at }))
  return { outstanding: context.outstanding.concat(sent) }
}

/** What a batch of blocks was to us. */
export interface Receipt {
  readonly change: Partial<PeerFacts>
  /** Blocks we asked for; the batch itself in the common case. */
  readonly wanted: readonly Block[]
  readonly unrequested: readonly Block[]
  /**
   * Requests that are still open though their block came: they were given up and asked for again, and the first was answered all the same. With
   * the Fast extension alone is that known, as there each request has an answer (BEP 6).
   */
  readonly repeated: readonly BlockRequest[]
}

/** Strikes blocks off what we asked for, and off what we had given up but is still owed. `heldBack`: by a limit, more may wait. */
export function receive(
  context: PeerFacts,
  blocks: readonly Block[],
  { at, heldBack }: { readonly at: number; readonly heldBack: boolean },
): Receipt {
  const { open: outstanding, unmatched } = settle(context.outstanding, blocks)
  const [asked] = context.outstanding
  let owed = context.owed
  let unrequested = unmatched
  if (unmatched.length > 0) ({ open: owed, unmatched: unrequested } = settle(context.owed, unmatched))
  const wanted = without(blocks, unrequested)
  const repeated = repeatedBy(owed, without(blocks, unmatched))
  // Without Fast a request that was given up may have been dropped: one block answers both.
  if (!context.features.fast && repeated.length > 0) owed = settle(owed, repeated).open
  return {
    wanted,
    unrequested,
    repeated: context.features.fast ? repeated : none,
    change: {
      outstanding,
      owed,
      downloaded: context.downloaded + totalBytes(wanted),
      wasted: context.wasted + unrequested.length * blockBytes,
      lastBlockAt: wanted.length > 0 ? at : context.lastBlockAt,
      waits:
        wanted.length > 0 && asked
          ? nextWaits(context.waits, at - Math.max(asked.at, context.lastBlockAt))
          : context.waits,
      depth: nextDepth(context.depth, {
        received: wanted.length,
        rateBytesPerSecond: context.rateDown.bytesPerSecond,
        snubbed: false,
        heldBack,
        limit: context.rateLimits.down,
        reqq: reqqOf(context),
        at,
      }),
    },
  }
}

/** Of the blocks that settled requests on their way, those that the remote owes once more. */
function repeatedBy(owed: readonly BlockRequest[], answers: readonly Block[]): readonly BlockRequest[] {
  if (owed.length === 0) return none
  const { unmatched: once } = settle(owed, answers)
  if (once.length === answers.length) return none
  return without(answers, once).map(({ index, begin, data }) => ({ index, begin, length: data.length }))
}

/** What giving up requests leaves. */
export interface Release {
  readonly change: Partial<PeerFacts>
  readonly released: readonly BlockRequest[]
}

/** Gives up the outstanding requests that `drops` names. Their answers may still come: they are owed, within the bound. */
export function giveUp(context: PeerFacts, drops: (request: Outstanding) => boolean): Release {
  const released = context.outstanding.filter(drops)
  if (released.length === 0) return { change: {}, released }
  return {
    released,
    change: {
      outstanding: context.outstanding.filter((request) => !drops(request)),
      owed: context.owed.concat(released).slice(-limits.owed),
    },
  }
}

/** What rejects (BEP 6, Reject Request) leave. `unmatched`: how many of them are of what was never asked. */
export type Rejection = Release & { readonly unmatched: number }

/**
 * The remote rejects, and does not choke us. It answers in the order it was asked: of a block that was cancelled and asked for again, the
 * first reject answers the cancel. Of a client that does not answer cancels the reject of the second request is lost, which then waits until
 * it is overdue. Otherwise the remote takes no more at once than what is left.
 */
export function rejected(context: PeerFacts, requests: readonly BlockRequest[]): Rejection {
  const { change, ...rest } = strikeRejected(context, requests, [])
  if (rest.released.length === 0) return { change, ...rest }
  const outstanding = change.outstanding?.length ?? 0
  return { change: { ...change, depth: rejectedDepth(context.depth, outstanding) }, ...rest }
}

/**
 * The same while it chokes us. Then it rejects all but the pieces that are allowed fast, also what was cancelled and asked for again; some
 * clients do not answer a cancel, and what waits for that answer is not to keep a request open.
 */
export function rejectedByChoke(context: PeerFacts, requests: readonly BlockRequest[]): Rejection {
  const isAllowed = ({ index }: BlockRequest) => context.allowedFast.includes(index)
  return strikeRejected(
    context,
    requests.filter(isAllowed),
    requests.filter((request) => !isAllowed(request)),
  )
}

/** `answers`: they settle what we had given up before what is still asked for; `others` the other way round. */
function strikeRejected(
  context: PeerFacts,
  answers: readonly BlockRequest[],
  others: readonly BlockRequest[],
): Rejection {
  const ofCancels = settle(context.owed, answers)
  const left = [...ofCancels.unmatched, ...others]
  const { open: outstanding, unmatched } = settle(context.outstanding, left)
  const rest = settle(ofCancels.open, unmatched)
  return {
    change: { outstanding, owed: rest.open },
    released: without(left, unmatched),
    unmatched: rest.unmatched.length,
  }
}

/** Whether one of the blocks is one we asked for and still want, or are still owed. */
export function bringsExpected(context: PeerFacts, blocks: readonly Block[]): boolean {
  const expected = new Set([...context.outstanding, ...context.owed].map(keyOf))
  return blocks.some((block) => expected.has(keyOf(block)))
}
