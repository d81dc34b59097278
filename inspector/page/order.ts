import type { PeerRow } from '../protocol/protocol.ts'

/** The columns of the table of peers, by what they sort by. */
export type ColumnKey =
  | 'address'
  | 'client'
  | 'direction'
  | 'amChoking'
  | 'amInterested'
  | 'peerChoking'
  | 'peerInterested'
  | 'handshake'
  | 'encryption'
  | 'reputation'
  | 'rateDown'
  | 'rateUp'
  | 'inFlight'
  | 'pieces'
  | 'why'

/** Which column, and which way. */
export interface Order {
  readonly by: ColumnKey
  readonly descending: boolean
}

/** Columns of quantities and flags begin with the most: that is what one looks for. */
const mostFirst: ReadonlySet<ColumnKey> = new Set([
  'amChoking',
  'amInterested',
  'peerChoking',
  'peerInterested',
  'rateDown',
  'rateUp',
  'inFlight',
  'pieces',
])

/** The order after a click on a column: the other way round when it is the column already. */
export function nextOrder(order: Order, by: ColumnKey): Order {
  return { by, descending: order.by === by ? !order.descending : mostFirst.has(by) }
}

/** The peers that match the search, in order; equal ones by number. */
export function arranged(peers: Iterable<PeerRow>, search: string, order: Order): PeerRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = [...peers].filter((peer) => {
    if (words.length === 0) return true
    const text = searchText(peer)
    return words.every((word) => text.includes(word))
  })
  const sign = order.descending ? -1 : 1
  return found.sort((a, b) => sign * compare(keyOf(a, order.by), keyOf(b, order.by)) || a.id - b.id)
}

/** What the search looks through: address, client, states and why, the flags by their names in the chart. */
function searchText(peer: PeerRow): string {
  return [
    peer.address,
    peer.client,
    peer.direction,
    peer.transport,
    peer.handshake,
    peer.encryption,
    peer.reputationState,
    peer.amChoking ? 'am_choking' : '',
    peer.amInterested ? 'am_interested' : '',
    peer.peerChoking ? 'peer_choking' : '',
    peer.peerInterested ? 'peer_interested' : '',
    peer.why,
    peer.closed ?? '',
    peer.attempts ?? '',
  ]
    .join(' ')
    .toLowerCase()
}

const inOrder = new Intl.Collator('en', { numeric: true })

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : inOrder.compare(String(a), String(b))
}

function keyOf(peer: PeerRow, by: ColumnKey): string | number {
  const value = peer[by]
  return typeof value === 'boolean' ? Number(value) : value
}
