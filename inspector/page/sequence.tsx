import { useState } from 'preact/hooks'
import type { ActorRow, SaidRow } from '../protocol/protocol.ts'
import { eventsOf, speakerOf } from './events.ts'
import { useKnown } from './known.ts'
import { type Lane, lanesOf, nameOf, titleOf } from './lanes.ts'
import { LiveButton } from './live-button.tsx'
import { useFollowing } from './use-following.ts'
import { useFrozen } from './use-frozen.ts'
import { useOwnRows } from './use-own-rows.ts'
import { movedBy, useWindow } from './windowed.ts'
import { clock, counted } from './words.ts'

const rowHeight = 36

/** What an actor and those around it said to each other, a lane each. What is chosen is said whole below: a lane may be narrow. */
export function Sequence({ actor }: { readonly actor: ActorRow }) {
  const { said, actors } = useKnown('said', 'actors')
  const [isLive, setLive] = useState(true)
  const [search, setSearch] = useState('')
  const shown = useFrozen(useOwnRows(actor.id, said), !isLive)
  const filter = { heard: true, said: true, without: none, search }
  const rows = eventsOf(actor.id, shown, filter, (id) => nameOf(id, actors))
  const lanes = lanesOf(actor.id, rows, actors)
  const { box, first, end, onScroll, scrollTo } = useWindow(rows.length, rowHeight)
  const isAway = useFollowing(box, isLive)
  const [seq, setSeq] = useState<number | undefined>(undefined)
  const at = rows.findIndex((row) => row.seq === seq)
  const chosen = rows[at]
  const choose = (row: SaidRow | undefined): void => {
    setSeq(row?.seq)
    if (row !== undefined) setLive(false)
  }
  const onClick = ({ target }: MouseEvent): void => {
    const line = target instanceof Element ? target.closest<HTMLElement>('[data-seq]') : null
    const row = rows.find((one) => String(one.seq) === line?.dataset.seq)
    if (row === undefined) return
    // The line may leave the window, and would take the focus along.
    box.current?.focus({ preventScroll: true })
    choose(row)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') choose(undefined)
    const to = movedBy(event.key, at < 0 ? rows.length : at, rows.length)
    if (to === undefined) return
    event.preventDefault()
    choose(rows[to])
    scrollTo(to)
  }
  return (
    <>
      <div class="bar">
        <LiveButton isLive={isLive} setLive={setLive} />
        <input
          type="search"
          placeholder="Search; -word leaves out"
          aria-label="Search what was said"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <span class="muted">{counted(rows.length, 'event')}</span>
      </div>
      <Heads lanes={lanes} actor={actor.id} />
      <div
        ref={box}
        class="scroll lanes"
        role="listbox"
        tabIndex={0}
        aria-label="What was said, oldest first"
        aria-activedescendant={at >= first && at < end ? `message-${seq}` : undefined}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onScroll={() => {
          onScroll()
          if (isLive && isAway()) setLive(false)
        }}
      >
        <div class="lane-lines" aria-hidden="true" style={{ height: `${rows.length * rowHeight}px` }}>
          {(rows.length === 0 ? [] : lanes).map(({ key }, i) => (
            <i key={key} class="lane-line" style={{ '--lane': middle(i, lanes.length) }} />
          ))}
        </div>
        <div class="rows" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(first, end).map((row, i) => (
            <Message
              key={row.seq}
              row={row}
              lanes={lanes}
              top={(first + i) * rowHeight}
              isChosen={row.seq === seq}
              titleOf={(id) => titleOf(id, actors)}
            />
          ))}
        </div>
        {rows.length === 0 && (
          <p class="empty">{search === '' ? 'Nothing was said that is remembered.' : 'Nothing matches.'}</p>
        )}
      </div>
      <p class="whole" role="status">
        {chosen && (
          <>
            <time class="mono muted">{clock(chosen.at)}</time> {titleOf(chosen.from, actors)} →{' '}
            {titleOf(chosen.to, actors)}: <b class={`type ${speakerOf(chosen.type)}`}>{chosen.type}</b> {chosen.text}
          </>
        )}
      </p>
    </>
  )
}

const none: ReadonlySet<string> = new Set()

function Heads({ lanes, actor }: { readonly lanes: readonly Lane[]; readonly actor: number }) {
  return (
    <div class="lane-heads">
      <span class="lane-time muted">Time</span>
      <div class="lane-names" aria-hidden="true">
        {lanes.map(({ key, name, role, actors }, i) => (
          <span
            key={key}
            class={actors.has(actor) ? 'lane own' : 'lane'}
            style={{ '--lane': middle(i, lanes.length), '--share': `${100 / lanes.length}%` }}
          >
            <small>{role}</small>
            <b>{name}</b>
          </span>
        ))}
      </div>
    </div>
  )
}

interface MessageProps {
  readonly row: SaidRow
  readonly lanes: readonly Lane[]
  readonly top: number
  readonly isChosen: boolean
  readonly titleOf: (id: number) => string
}

function Message({ row, lanes, top, isChosen, titleOf }: MessageProps) {
  const [from, to] = [row.from, row.to].map((id) => lanes.findIndex(({ actors }) => actors.has(id)))
  if (from === undefined || to === undefined) return null
  const direction = from === to ? 'self' : from < to ? 'right' : 'left'
  const [left, right] = [Math.min(from, to), Math.max(from, to)]
  return (
    <div
      id={`message-${row.seq}`}
      role="option"
      data-seq={row.seq}
      tabIndex={-1}
      aria-selected={isChosen}
      class={`message ${direction}${left + right + 1 > lanes.length ? ' late' : ''}${isChosen ? ' chosen' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <time class="mono muted">{clock(row.at)}</time>
      <div class="message-lanes" title={`${titleOf(row.from)} → ${titleOf(row.to)}: ${row.type} ${row.text}`}>
        <span class="hidden">
          {titleOf(row.from)} to {titleOf(row.to)}:
        </span>
        <span
          class="message-arrow"
          style={{ '--lane': middle(left, lanes.length), '--span': `${(100 * (right - left)) / lanes.length}%` }}
        >
          <span class="message-text">
            <b class={`type ${speakerOf(row.type)}`}>{row.type}</b> {row.text}
          </span>
        </span>
      </div>
    </div>
  )
}

const middle = (lane: number, lanes: number): string => `${(100 * (lane + 0.5)) / lanes}%`
