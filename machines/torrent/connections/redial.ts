import { isSameHost } from '../../../transport/address.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { otherAddress } from '../../peer/talk/greeting.ts'
import type { CloseReason } from '../../peer/vocabulary/close-reason.ts'
import { describeEnd } from '../../peer/vocabulary/dial.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import type { DialEnd, DialOutcome } from './address-book.ts'
import { hasNothingToTrade } from './close-useless.ts'
import { priorityOf } from './contacts.ts'
import type { ConnectionsCore } from './slice.ts'

/** Ends of our own choosing after which an address may be dialled again: nothing speaks against the peer itself. */
const passing: readonly CloseReason['code'][] = [
  'duplicate_connection',
  'gave_way',
  'no_place',
  'stopped',
  'super_seeding',
]

/**
 * A peer is gone (`reason` undefined: its own code threw): the addresses it was dialled at are due again after a wait, set aside where
 * neither side wants anything, or given up when there is nothing to find there. Those of a second connection to one peer go to the
 * connection that stays, so that it is not dialled again and again; but not to one from another host, which may have borrowed the peer id:
 * they stay due.
 */
export function releaseAddresses(core: ConnectionsCore, record: PeerRecord, reason?: CloseReason): void {
  const { addresses, now, swarm } = core
  const dialledAt = record.link.direction === 'out' ? [record.link.address, ...record.alsoAt] : record.alsoAt
  const keeper = reason?.code === 'duplicate_connection' ? swarm.twinOf(record) : undefined
  if (keeper && isSameHost(keeper.link.address.host, record.link.address.host)) {
    keeper.alsoAt = [...keeper.alsoAt, ...dialledAt]
    return
  }
  // Of two with nothing to trade either may be the first to part.
  const isIdle = reason?.code === 'nothing_to_trade' || hasNothingToTrade(core, record)
  const isFinal = reason?.source === 'local' && reason.code !== 'nothing_to_trade' && !passing.includes(reason.code)
  const end = endOf(core, record, reason)
  for (const address of dialledAt) {
    if (hasMovedPayload(record)) addresses.noteWorked(address, now)
    if (reason?.code === 'self_connection') addresses.removeOurs(address)
    else if (reason?.code === 'banned' || reason?.code === 'blacklisted') addresses.removeBanned(address)
    else if (isFinal) addresses.remove(address)
    else if (isIdle) addresses.setAside(address)
    else addresses.closed(address, end)
  }
}

/** The handshake of a peer that we dialled has come: what carries it is tried first when it is dialled again. */
export function noteReached({ addresses }: ConnectionsCore, record: PeerRecord): void {
  const { direction, address } = record.link
  const kind = viewOf(record)?.context.link.kind
  if (direction === 'out' && kind !== undefined) addresses.noteReached(address, kind)
}

/** How the dial of a peer that is gone has ended. */
function endOf({ now, transports }: ConnectionsCore, record: PeerRecord, reason?: CloseReason): DialEnd {
  const end = { at: now, outcome: outcomeOf(record, reason) }
  const view = viewOf(record)
  if (!view || !reason) return end
  const { link } = view.context
  return {
    ...end,
    transport: link.kind,
    nextTransport: transports[(transports.indexOf(link.kind) + 1) % transports.length],
    why: describeEnd(view.context, reason),
  }
}

/** Ends after which a remote may still be reached over the other family of addresses: the way to it was lost. */
const lostWay: readonly CloseReason['code'][] = ['reset', 'timeout', 'unreachable']

/**
 * The way to a peer was lost: the address that it named of the other family (BEP 10) is one that a peer told of. While the connection
 * stood a dial there would have led to a second one, and of a private torrent only a tracker names addresses (BEP 27).
 */
export function tryOtherFamily(core: ConnectionsCore, record: PeerRecord, reason: CloseReason): void {
  const isLost = reason.source === 'timeout' || (reason.source === 'transport' && lostWay.includes(reason.code))
  if (core.isPrivate || !isLost) return
  const other = otherAddress(record.link.address.host, viewOf(record)?.context.remoteGreeting)
  if (other) core.addresses.addHearsay(other, priorityOf(core, other))
}

function outcomeOf(record: PeerRecord, reason?: CloseReason): DialOutcome {
  if (reason?.code === 'no_descriptor') return 'untried'
  const snapshot = viewOf(record)
  if (!snapshot || !reason || passing.includes(reason.code)) return 'unreached'
  const { downloaded, encryption, uploaded, remotePeerId } = snapshot.context
  if (downloaded + uploaded > 0) return 'worked'
  if (remotePeerId !== '') return 'idle'
  if (snapshot.value.encryption === 'undecided') return 'unreached'
  return encryption === 'preferred' && refusesEncryption(reason) ? 'encryption_refused' : 'failed'
}

function hasMovedPayload(record: PeerRecord): boolean {
  const { downloaded = 0, uploaded = 0 } = viewOf(record)?.context ?? {}
  return downloaded + uploaded > 0
}

/** It ended before the remote's public key had come. Later it is known to speak MSE, and plaintext would change nothing. */
const refusesEncryption = ({ code }: CloseReason): boolean => code === 'encryption_refused' || code === 'key_exchange'
