import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { PeerRow, TorrentRow } from '../protocol/protocol.ts'
import type { Chooser } from './choice.ts'
import { columns } from './columns.tsx'
import { useKnown } from './known.ts'
import type { Order } from './order.ts'
import { Heads, SortChoice } from './sorting.tsx'
import { useNarrow } from './use-narrow.ts'
import { useSettled } from './use-settled.ts'
import { movedBy, useWindow } from './windowed.ts'
import { counted } from './words.ts'

/** Pixels: a line of the table, a card of a narrow page, and the head; `css/table.css` and `css/narrow.css` have the same. */
const [rowHeight, cardHeight, headHeight] = [26, 112, 28]

/** All peers, hundreds at once: sorted by any column, filtered by a search. One is chosen by the mouse or the arrow keys. */
export function PeerTable({ choice }: { readonly choice: Chooser }) {
  const { peers, torrents } = useKnown('peers', 'torrents')
  const [search, setSearch] = useState('')
  const [order, setOrder] = useState<Order>({ by: 'address', descending: false })
  const rows = useSettled(peers, search, order)
  const isNarrow = useNarrow()
  const height = isNarrow ? cardHeight : rowHeight
  const { box, first, end, onScroll, scrollTo } = useWindow(rows.length, height, isNarrow ? 0 : headHeight)
  const at = rows.findIndex(({ id }) => id === choice.actor)
  const isInSight = at >= first && at < end

  useRevealed(choice.actor, () => at >= 0 && scrollTo(at))
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter' && at >= 0) {
      event.preventDefault()
      document.querySelector<HTMLElement>('.detail [role=tab][aria-selected=true]')?.focus()
      return
    }
    const to = movedBy(event.key, at, rows.length)
    const row = to === undefined ? undefined : rows[to]
    if (row === undefined) return
    event.preventDefault()
    choice.chooseActor(row.id)
  }
  const onClick = ({ target }: MouseEvent): void => {
    const row = target instanceof Element ? target.closest<HTMLElement>('tr[data-actor]') : null
    if (row) choice.chooseActor(Number(row.dataset.actor))
  }

  return (
    <section class="peers" aria-label="Peers">
      <div class="bar">
        <h2>Peers</h2>
        <input
          id="search"
          type="search"
          placeholder="Search address, client, state, why"
          aria-label="Search the peers"
          aria-keyshortcuts="/"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          onKeyDown={({ key }) => key === 'ArrowDown' && document.getElementById('peers')?.focus()}
        />
        <kbd>/</kbd>
        <span class="muted" role="status">
          {rows.length === peers.size
            ? counted(rows.length, 'peer')
            : `${rows.length} of ${counted(peers.size, 'peer')}`}
        </span>
        <SortChoice order={order} setOrder={setOrder} />
      </div>
      <div ref={box} class="grid" onScroll={onScroll}>
        <table
          id="peers"
          {...grid(rows.length, isInSight ? `peer-${choice.actor}` : undefined)}
          onKeyDown={onKeyDown}
          onClick={onClick}
        >
          <Heads order={order} setOrder={setOrder} />
          <tbody class="rows" style={{ height: `${rows.length * height}px` }}>
            {rows.slice(first, end).map((peer, i) => (
              <Row
                key={peer.id}
                peer={peer}
                index={first + i}
                top={(first + i) * height}
                pieces={torrents.get(peer.torrent)?.total ?? 0}
                isChosen={peer.id === choice.actor}
              />
            ))}
          </tbody>
        </table>
        {peers.size === 0 && <NoPeer torrents={[...torrents.values()]} />}
        {peers.size > 0 && rows.length === 0 && <p class="empty">No peer matches the search.</p>}
      </div>
    </section>
  )
}

/** At most so many torrents say why they have no peer. */
const torrentsMax = 8

/** Before the first peer comes, each torrent says what it waits for. */
function NoPeer({ torrents }: { readonly torrents: readonly TorrentRow[] }) {
  const waiting = torrents.filter(({ reasons }) => reasons.length > 0)
  return (
    <div class="empty">
      <p>No peer has come yet.</p>
      {waiting.slice(0, torrentsMax).map(({ id, name, reasons }) => (
        <p key={id}>{`${name}: ${reasons.map(({ text }) => text).join('; ')}`}</p>
      ))}
    </div>
  )
}

/** Has `reveal` called when another is chosen, once the page is laid out: what is shown of the first one takes room from the table. */
function useRevealed(chosen: number | undefined, reveal: () => void): void {
  const last = useRef<number | undefined>(undefined)
  useLayoutEffect(() => {
    if (chosen !== last.current) reveal()
    last.current = chosen
  })
}

/** A table that takes the keys for its rows, one of which is active. */
const grid = (rows: number, active: string | undefined) =>
  ({
    role: 'grid',
    tabIndex: 0,
    'aria-label': 'Peers',
    'aria-rowcount': rows + 1,
    'aria-colcount': columns.length,
    'aria-activedescendant': active,
  }) as const

interface RowProps {
  readonly peer: PeerRow
  readonly index: number
  readonly top: number
  readonly pieces: number
  readonly isChosen: boolean
}

function Row({ peer, index, top, pieces, isChosen }: RowProps) {
  return (
    <tr
      id={`peer-${peer.id}`}
      data-actor={peer.id}
      class={`row${isChosen ? ' chosen' : ''}${peer.closed === undefined ? '' : ' closed'}`}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      style={{ transform: `translateY(${top}px)` }}
    >
      {columns.map(({ key, class: kind, title, cell }) => (
        <td key={key} class={`cell ${kind}`} title={key === 'why' ? peer.why : title}>
          {cell(peer, pieces)}
        </td>
      ))}
    </tr>
  )
}
