import { formatAddress } from '../../index.ts'
import type { PeerSummary } from '../../machines/torrent/vocabulary/emitted.ts'
import { formatBytes, formatRate } from '../output/format.ts'
import type { Table } from '../output/table.ts'

/** Peers that a terminal shows: there may be hundreds. */
const foremostMax = 10

const head = [
  'peer',
  'by',
  'client',
  'encrypted',
  'pieces',
  'down',
  'up',
  'rate down',
  'rate up',
  'reputation',
  'state',
]
const dispensable = ['encrypted', 'by', 'reputation', 'pieces', 'rate up', 'up', 'client', 'rate down', 'state', 'down']

/** How each peer stood last, as a table of which a terminal shows the fastest. */
export function peerTable(peers: readonly PeerSummary[]): Table {
  const fastest = [...peers].sort((a, b) => rate(b) - rate(a) || payload(b) - payload(a)).slice(0, foremostMax)
  return { head, rows: peers.map(row), dispensable, foremost: fastest.map(row) }
}

const rate = ({ rateDown, rateUp }: PeerSummary): number => rateDown + rateUp
const payload = ({ downloaded, uploaded }: PeerSummary): number => downloaded + uploaded

const row = (peer: PeerSummary): readonly string[] => [
  `${formatAddress(peer.address)} ${peer.direction}`,
  peer.transport,
  peer.client,
  peer.encrypted ? 'yes' : 'no',
  String(peer.pieces),
  formatBytes(peer.downloaded),
  formatBytes(peer.uploaded),
  formatRate(peer.rateDown),
  formatRate(peer.rateUp),
  String(peer.reputation),
  peer.reason === undefined ? peer.state : `${peer.state}: ${peer.reason}`,
]
