import type { ComponentChildren } from 'preact'
import type { PeerRow } from '../protocol/protocol.ts'
import type { ColumnKey } from './order.ts'
import { count, percent, rate } from './words.ts'

/** A column of the table of peers. */
export interface Column {
  readonly key: ColumnKey
  /** The head of the column, its name where there is room, and what it means. */
  readonly head: string
  readonly name: string
  readonly title: string
  /** The class of its cells. */
  readonly class: string
  readonly cell: (peer: PeerRow, pieces: number) => ComponentChildren
}

/** The columns of the table of peers, in their order. */
export const columns: readonly Column[] = [
  {
    key: 'address',
    head: 'Address',
    name: 'Address',
    title: 'Address and port of the peer',
    class: 'mono address',
    cell: ({ address, attempts, transport }) => (
      <>
        {address}
        {transport !== 'tcp' && (
          <span class="muted" title={attempts}>
            {' '}
            {transport}
          </span>
        )}
      </>
    ),
  },
  {
    key: 'client',
    head: 'Client',
    name: 'Client',
    title: 'Client, as its peer id says',
    class: 'client',
    cell: ({ client }) => client || <span class="muted">–</span>,
  },
  {
    key: 'direction',
    head: 'Dir',
    name: 'Direction',
    title: 'Direction: it dialled us (in), or we dialled it (out)',
    class: 'direction',
    cell: ({ direction }) => direction,
  },
  flag('amChoking', 'ac', 'am_choking', 'We choke the peer', 'bad'),
  flag('amInterested', 'ai', 'am_interested', 'We are interested in the peer', 'good'),
  flag('peerChoking', 'pc', 'peer_choking', 'The peer chokes us', 'bad'),
  flag('peerInterested', 'pi', 'peer_interested', 'The peer is interested in us', 'good'),
  {
    key: 'handshake',
    head: 'Handshake',
    name: 'Handshake',
    title: 'State of the region handshake',
    class: 'handshake',
    cell: ({ handshake }) => <span class={`state-word ${handshake}`}>{handshake}</span>,
  },
  {
    key: 'encryption',
    head: 'Encryption',
    name: 'Encryption',
    title: 'State of the region encryption',
    class: 'encryption',
    cell: ({ encryption }) => encryption,
  },
  {
    key: 'reputation',
    head: 'Rep',
    name: 'Reputation',
    title: 'Reputation: 100 at first, banned at 50 or below',
    class: 'number reputation',
    cell: ({ reputation, reputationState }) => (
      <span class={reputationState === 'banned' ? 'bad' : reputation < 80 ? 'warn' : ''} title={reputationState}>
        {reputation}
        {reputationState === 'banned' && <span class="hidden"> banned</span>}
      </span>
    ),
  },
  {
    key: 'rateDown',
    head: 'Down',
    name: 'Down',
    title: 'Payload it sends us, over the last ten seconds',
    class: 'number down',
    cell: ({ rateDown }) => rate(rateDown),
  },
  {
    key: 'rateUp',
    head: 'Up',
    name: 'Up',
    title: 'Payload we send it, over the last ten seconds',
    class: 'number up',
    cell: ({ rateUp }) => rate(rateUp),
  },
  {
    key: 'inFlight',
    head: 'In flight',
    name: 'In flight',
    title: 'Blocks asked for and not answered yet',
    class: 'number in-flight',
    cell: ({ inFlight }) => (inFlight === 0 ? '–' : count(inFlight)),
  },
  {
    key: 'pieces',
    head: 'Has',
    name: 'Has',
    title: 'Pieces the peer has',
    class: 'number has',
    cell: ({ pieces }, all) => (all === 0 ? count(pieces) : percent(pieces, all)),
  },
  {
    key: 'why',
    head: 'Why nothing flows',
    name: 'Why nothing flows',
    title: 'Why nothing comes (↓), and goes (↑), or neither (no arrow); empty when data flows both ways',
    class: 'why',
    cell: ({ attempts, closed, why }) =>
      closed === undefined ? (
        why
      ) : (
        <span class="bad">
          closed: {closed}
          {attempts !== undefined && ` (${attempts})`}
        </span>
      ),
  },
]

function flag(
  key: 'amChoking' | 'amInterested' | 'peerChoking' | 'peerInterested',
  head: string,
  name: string,
  title: string,
  kind: 'good' | 'bad',
): Column {
  return {
    key,
    head,
    name,
    title: `${name}: ${title}`,
    class: `flag ${name}`,
    cell: (peer) => (
      <span class={peer[key] ? `flag-on ${kind}` : 'flag-off'}>
        <span class="flag-name">{head}</span>
        <span class="hidden">{peer[key] ? 'yes' : 'no'}</span>
      </span>
    ),
  }
}
