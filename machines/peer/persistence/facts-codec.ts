import type { TransportEnd } from '../../../transport/transport.ts'
import type { BlockRequest } from '../../../transport/wire/messages.ts'
import {
  boolean,
  bytes,
  type Codec,
  count,
  digest,
  finite,
  limit,
  list,
  misfit,
  oneOf,
  optional,
  plainObject,
  record,
  text,
} from '../../persistence/codec.ts'
import { Rate } from '../../rate.ts'
import type { RequestDepth } from '../../request-depth.ts'
import { type CloseReason, isCloseReason } from '../vocabulary/close-reason.ts'
import type { FailedAttempt } from '../vocabulary/dial.ts'
import { EarlyWords, type Words } from '../vocabulary/early-words.ts'
import type { PeerFacts, Since } from '../vocabulary/facts.ts'
import type { Outstanding } from '../vocabulary/ledger.ts'
import type { Link } from '../vocabulary/link.ts'
import type { Answers, Talk } from '../vocabulary/talk.ts'
import type { Waits } from '../vocabulary/waits.ts'
import { address, evidence, extendedHandshake, layout, pieceSet, transportKind } from './value-codecs.ts'

/** What is known of a peer, but for the actors that it talks to. */
export type PlainFacts = Omit<PeerFacts, 'transport'>

const rate: Codec<Rate> = {
  write: ({ readings }) => readings.map(({ at, total }) => [at, total]),
  read: (json, at) => Rate.of(list(reading).read(json, at)),
}

const reading: Codec<{ readonly at: number; readonly total: number }> = {
  write: ({ at, total }) => [at, total],
  read: (json, at) => {
    const [time = misfit(at, 'is no reading'), total = misfit(at, 'is no reading')] = list(finite).read(json, at)
    return { at: time, total }
  },
}

const said: Codec<Words['said']> = {
  write: (value) => (value instanceof Uint8Array ? { bits: bytes.write(value) ?? null } : value),
  read: (json, at) => (json === undefined || json === 'all' || json === 'none' ? json : bits.read(json, at).bits),
}
const bits = record<{ bits: Uint8Array }>({ bits: bytes })

const words = record<Words>({
  said,
  had: pieceSet,
  lost: pieceSet,
  bitfieldBytes: list(count),
  furthestBit: finite,
  greatest: finite,
  allowedFast: list(count),
})

const early: Codec<EarlyWords> = {
  write: (value) => (value === EarlyWords.none ? undefined : words.write(value.words)),
  read: (json, at) => (json === undefined ? EarlyWords.none : EarlyWords.of(words.read(json, at))),
}

const request = { index: count, begin: count, length: count }
const requests = list(record<BlockRequest>(request))

/** Every fact of a peer, as its persisted snapshot has it. */
export const factsCodec = record<PlainFacts>({
  peer: count,
  link: record<Link>({ address, direction: oneOf('in', 'out'), kind: transportKind }),
  ways: list(transportKind),
  tried: count,
  failedAttempts: list(
    record<FailedAttempt>({
      kind: transportKind,
      end: record<TransportEnd>({
        code: oneOf('end', 'refused', 'unreachable', 'reset', 'timeout', 'destroyed', 'no_descriptor', 'error'),
        detail: optional(text),
      }),
    }),
  ),
  encryption: oneOf('none', 'preferred', 'required'),
  peerId: digest,
  greeting: optional(extendedHandshake),
  infoHash: digest,
  negotiatedInfoHash: digest,
  layout,
  have: pieceSet,
  hasDht: boolean,
  handshakeOnly: boolean,
  remotePeerId: digest,
  features: record({ extended: boolean, fast: boolean, dht: boolean }),
  remoteGreeting: optional(extendedHandshake),
  early,
  pieces: pieceSet,
  uploadOnly: boolean,
  allowedFast: list(count),
  granted: list(count),
  grantedBlocks: count,
  suggested: list(count),
  outstanding: list(record<Outstanding>({ ...request, at: finite })),
  owed: requests,
  depth: record<RequestDepth>({
    depth: finite,
    queue: finite,
    queueStep: finite,
    slowStart: boolean,
    secondStartedAt: finite,
    bytesThisSecond: finite,
    bytesLastSecond: finite,
    heldBackInRow: finite,
  }),
  lastBlockAt: finite,
  lastPartAt: optional(finite),
  waits: optional(record<Waits>({ meanMs: finite, deviationMs: finite })),
  queued: requests,
  serving: requests,
  refusedInRow: count,
  downloaded: count,
  uploaded: count,
  taken: finite,
  takenAt: optional(finite),
  wasted: count,
  rateDown: rate,
  rateUp: rate,
  rateLimits: record({ down: limit, up: limit }),
  talk: record<Talk>({
    left: finite,
    at: finite,
    lost: finite,
    answers: record<Answers>({ interest: finite, choking: finite }),
  }),
  reputation: finite,
  evidence,
  closeReason: optional(plainObject((json): json is CloseReason => isCloseReason(json), 'is no close reason')),
  now: finite,
  since: record<Since>({
    handshake: finite,
    availability: finite,
    am_choking: finite,
    am_interested: finite,
    peer_choking: finite,
    peer_interested: finite,
    requests: finite,
    uploads: finite,
  }),
  heldBackSince: optional(finite),
  isUploadLimited: boolean,
  askedAt: finite,
  lastUploadAt: finite,
})
