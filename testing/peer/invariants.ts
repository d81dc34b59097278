import { isConnecting } from '../../machines/peer/peer-view.ts'
import { unknownLayout } from '../../machines/peer/vocabulary/context.ts'
import { limits } from '../../machines/peer/vocabulary/delays.ts'
import { attemptsUnderWay } from '../../machines/peer/vocabulary/dial.ts'
import { EarlyWords } from '../../machines/peer/vocabulary/early-words.ts'
import { keyOf } from '../../machines/peer/vocabulary/ledger.ts'
import { reputationBounds } from '../../machines/peer/vocabulary/reputation-rules.ts'
import type { Invariant } from '../model/explore.ts'
import { isBeforeOpen, isOver, type PeerModel, type PeerModelSnapshot } from './model.ts'

const isGranted = ({ context }: PeerModelSnapshot, index: number): boolean => context.granted.includes(index)

/** What holds in every state there is, by name, each with where it is from. */
export const peerInvariants: Readonly<Record<string, Invariant<PeerModel>>> = {
  'no flag moves before open': {
    source: 'BEP 3: the handshake comes first; connections start choked and not interested',
    holds: (snapshot) =>
      !isBeforeOpen(snapshot) ||
      (snapshot.value.am_choking === 'choking' &&
        snapshot.value.am_interested === 'not_interested' &&
        snapshot.value.peer_choking === 'choking' &&
        snapshot.value.peer_interested === 'not_interested' &&
        snapshot.value.extended === 'awaiting_handshake' &&
        (snapshot.value.availability === 'remembered' ||
          snapshot.value.availability ===
            (snapshot.context.layout === unknownLayout ? 'awaiting_metadata' : 'awaiting_first'))),
  },
  'what is remembered of a peer is known until its connection stands, and no longer': {
    source: 'design',
    holds: (snapshot) => snapshot.value.availability !== 'remembered' || isConnecting(snapshot) || isOver(snapshot),
  },
  'a dial has an attempt under way, and tries no transport twice': {
    source: 'design',
    holds: (snapshot) =>
      !isConnecting(snapshot) ||
      (attemptsUnderWay(snapshot.context).length > 0 &&
        new Set(snapshot.context.failedAttempts.map(({ kind }) => kind)).size ===
          snapshot.context.failedAttempts.length),
  },
  'staggered means that another transport follows': {
    source: 'RFC 8305',
    holds: ({ value: { handshake }, context }) =>
      typeof handshake !== 'object' ||
      !('connecting' in handshake) ||
      (handshake.connecting === 'staggered') === context.tried < context.ways.length,
  },
  'nothing is asked or served before open': {
    source: 'BEP 3',
    holds: (snapshot) =>
      !isBeforeOpen(snapshot) || (snapshot.value.requests === 'idle' && snapshot.context.queued.length === 0),
  },
  'without Fast nothing is requested while choked unless allowed fast': {
    source: 'BEP 3, BEP 6',
    holds: ({ value, context }) =>
      value.peer_choking === 'not_choking' ||
      context.features.fast ||
      context.outstanding.every(({ index }) => context.allowedFast.includes(index)),
  },
  'nothing is served while choking but what was granted': {
    source: 'BEP 3, BEP 6',
    holds: (snapshot) =>
      snapshot.value.am_choking === 'not_choking' ||
      [...snapshot.context.queued, ...snapshot.context.serving].every(({ index }) => isGranted(snapshot, index)),
  },
  'the metadata is awaited as long as it is unknown': {
    source: 'BEP 9',
    holds: ({ value, context }) => (value.availability === 'awaiting_metadata') === (context.layout === unknownLayout),
  },
  'what is said early is kept no longer than until the metadata comes': {
    source: 'BEP 9',
    holds: ({ value, context }) => value.availability === 'awaiting_metadata' || context.early === EarlyWords.none,
  },
  'without the metadata no piece is known, granted, suggested, asked for or served': {
    source: 'BEP 9',
    holds: ({ context }) =>
      context.layout !== unknownLayout ||
      [
        context.pieces.count,
        context.allowedFast.length,
        context.granted.length,
        context.suggested.length,
        context.outstanding.length,
        context.queued.length,
        context.serving.length,
      ].every((count) => count === 0),
  },
  'Fast is not used without Fast': {
    source: 'BEP 6',
    holds: ({ context }) =>
      context.features.fast || context.allowedFast.length + context.granted.length + context.suggested.length === 0,
  },
  'nothing is extended without BEP 10': {
    source: 'BEP 10',
    holds: ({ value, context }) => context.features.extended || value.extended === 'awaiting_handshake',
  },
  'ready means that the remote has greeted': {
    source: 'BEP 10',
    holds: ({ value, context }) => (value.extended === 'ready') === (context.remoteGreeting !== undefined),
  },
  'a flood implies closing or closed, and too much talk': {
    source: 'design',
    holds: (snapshot) =>
      (snapshot.value.talk === 'heard' || isOver(snapshot)) &&
      (snapshot.value.talk === 'flood') === snapshot.context.talk.left < 0,
  },
  'banned implies closing or closed': {
    source: 'design',
    holds: (snapshot) => snapshot.value.reputation !== 'banned' || isOver(snapshot),
  },
  'banned means a reputation of 50 or below': {
    source: 'Net::BitTorrent::Peer',
    holds: ({ value, context }) => (value.reputation === 'banned') === context.reputation <= reputationBounds.banned,
  },
  'whatever is over has its reason, and nothing else has one': {
    source: 'design',
    holds: (snapshot) => isOver(snapshot) === (snapshot.context.closeReason !== undefined),
  },
  'open implies a settled encryption, a torrent and a peer id': {
    source: 'BEP 3, MSE',
    holds: ({ value, context }) =>
      value.handshake !== 'open' ||
      ((value.encryption === 'plaintext' || value.encryption === 'rc4') &&
        context.infoHash !== '' &&
        context.remotePeerId !== ''),
  },
  'required never comes to plaintext': {
    source: 'MSE',
    holds: ({ value, context }) => context.encryption !== 'required' || value.encryption !== 'plaintext',
  },
  'no negotiation goes on when it is over': {
    source: 'MSE',
    holds: (snapshot) =>
      !isOver(snapshot) || ['undecided', 'plaintext', 'rc4', 'failed', 'abandoned'].includes(snapshot.value.encryption),
  },
  'a failed encryption is the end': {
    source: 'MSE',
    holds: (snapshot) => snapshot.value.encryption !== 'failed' || isOver(snapshot),
  },
  'what is in flight is a set: each block that is outstanding, once': {
    source: 'Net::BitTorrent::Peer',
    holds: ({ context }) => new Set(context.outstanding.map(keyOf)).size === context.outstanding.length,
  },
  'idle means that nothing is outstanding': {
    source: 'design',
    holds: ({ value, context }) => value.requests !== 'idle' || context.outstanding.length === 0,
  },
  'idle means that no request of the remote is open': {
    source: 'design',
    holds: ({ value, context }) => value.uploads !== 'idle' || context.queued.length + context.serving.length === 0,
  },
  'complete means every piece': {
    source: 'BEP 3, BEP 6',
    holds: ({ value, context }) =>
      value.availability === 'awaiting_first' ||
      value.availability === 'remembered' ||
      (value.availability === 'complete') === context.pieces.isAll,
  },
  'what a remote makes us hold is bounded': {
    source: 'design',
    holds: ({ context }) =>
      context.queued.length + context.serving.length <= limits.reqq &&
      context.owed.length <= limits.owed &&
      context.allowedFast.length <= limits.allowedFast &&
      context.granted.length <= limits.allowedFast &&
      context.suggested.length <= limits.suggested &&
      context.grantedBlocks <= limits.grantedRounds * context.granted.length * context.layout.blocksPerPiece,
  },
}
