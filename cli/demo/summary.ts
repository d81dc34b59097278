import { formatAddress } from '../../index.ts'
import type { PeerSummary } from '../../machines/torrent/vocabulary/emitted.ts'
import type { Address } from '../../transport/transport.ts'
import type { SummaryEvent } from '../output/events.ts'
import { formatRate } from '../output/format.ts'
import type { Participant } from './participant.ts'

/** The head of the demo's table. */
export const summaryHead = ['peer', 'pieces', 'rate down', 'rate up', 'reputation', 'encrypted', 'state']

/** Its columns that go where the terminal is too narrow, the first to go first. */
export const summaryDispensable = ['encrypted', 'rate up', 'rate down', 'reputation', 'pieces']

/** What everybody saw of the peer that listens at `address`, by dialling it. */
export function seenAt(address: Address, participants: readonly Participant[]): readonly PeerSummary[] {
  const text = formatAddress(address)
  return participants.flatMap(({ book }) =>
    book.peers().filter((peer) => peer.direction === 'out' && formatAddress(peer.address) === text),
  )
}

/**
 * How a participant ended, after `seconds`: `banned` is whether somebody banned it. Rates are means; it counts as encrypted
 * when all its connections that opened were.
 */
export function summarize(
  participant: Participant,
  seen: readonly PeerSummary[],
  seconds: number,
  banned: boolean,
): SummaryEvent {
  const { pieces, total, downloaded, uploaded } = participant.torrent.progress
  const opened = participant.book.peers().filter((peer) => peer.peerId !== '')
  const state = pieces < total ? 'incomplete' : participant.role === 'leecher' ? 'complete' : 'seeding'
  return {
    event: 'summary',
    pieces,
    total,
    rateDown: Math.round(downloaded / seconds),
    rateUp: Math.round(uploaded / seconds),
    reputation: seen.map((peer) => peer.reputation),
    encrypted: opened.length > 0 && opened.every((peer) => peer.encrypted),
    state: banned ? 'banned' : state,
  }
}

/** What was seen, in a sentence: `by` are the names of those that banned the liar. `isWatched`: the inspector's page shows it already. */
export function summaryNote(by: readonly string[], isWatched: boolean): string | undefined {
  if (by.length === 0) return undefined
  const seen = `The corrupter served corrupt pieces: ${by.join(' and ')} banned it, and every leecher is complete all the same.`
  return isWatched ? seen : `${seen} With --inspect a page shows it live.`
}

/** A row of the demo's table. */
export function summaryRow(name: string, summary: SummaryEvent): readonly string[] {
  return [
    name,
    `${summary.pieces}/${summary.total}`,
    formatRate(summary.rateDown),
    formatRate(summary.rateUp),
    summary.reputation.join(', ') || '-',
    summary.encrypted ? 'yes' : 'no',
    summary.state,
  ]
}
