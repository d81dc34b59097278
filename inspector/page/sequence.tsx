import { useState } from 'preact/hooks'
import type { ActorRow, SaidRow } from '../protocol.ts'
import { eventsOf, speakerOf } from './events.ts'
import { useKnown } from './known.ts'
import { type Lane, lanesOf, nameOf, titleOf } from './lanes.ts'
import { LiveButton } from './live-button.tsx'
import { scrolling } from './scrolling.ts'
import { useFollowing } from './use-following.ts'
import { useFrozen } from './use-frozen.ts'
import { useOwnRows } from './use-own-rows.ts'
import { useWindow } from './windowed.ts'
import { clock, counted } from './words.ts'

const rowHeight = 36

/** What an actor and those around it said to each other, a lane each. */
export function Sequence({ actor }: { readonly actor: ActorRow }) {
  const { said, actors } = useKnown('said', 'actors')
  const [isLive, setLive] = useState(true)
  const [search, setSearch] = useState('')
  const shown = useFrozen(useOwnRows(actor.id, said), !isLive)
  const filter = { heard: true, said: true, without: none, search }
  const rows = eventsOf(actor.id, shown, filter, (id) => nameOf(id, actors))
  const lanes = lanesOf(actor.id, rows, actors)
  const { box, first, end, onScroll } = useWindow(rows.length, rowHeight)
  const isAway = useFollowing(box, isLive)
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
        {...scrolling('What was said, oldest first')}
        onScroll={() => {
          onScroll()
          if (isLive && isAway()) setLive(false)
        }}
      >
        <div class="lane-lines" style={{ height: `${rows.length * rowHeight}px` }}>
          {(rows.length === 0 ? [] : lanes).map(({ key }, i) => (
            <i key={key} class="lane-line" style={{ '--lane': middle(i, lanes.length) }} />
          ))}
        </div>
        <ol class="rows" style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(first, end).map((row, i) => (
            <Message
              key={row.seq}
              row={row}
              lanes={lanes}
              top={(first + i) * rowHeight}
              titleOf={(id) => titleOf(id, actors)}
            />
          ))}
        </ol>
        {rows.length === 0 && (
          <p class="empty">{search === '' ? 'Nothing was said that is remembered.' : 'Nothing matches.'}</p>
        )}
      </div>
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
  readonly titleOf: (id: number) => string
}

function Message({ row, lanes, top, titleOf }: MessageProps) {
  const [from, to] = [row.from, row.to].map((id) => lanes.findIndex(({ actors }) => actors.has(id)))
  if (from === undefined || to === undefined) return null
  const direction = from === to ? 'self' : from < to ? 'right' : 'left'
  const [left, right] = [Math.min(from, to), Math.max(from, to)]
  return (
    <li
      class={`message ${direction}${left + right + 1 > lanes.length ? ' late' : ''}`}
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
    </li>
  )
}

const middle = (lane: number, lanes: number): string => `${(100 * (lane + 0.5)) / lanes}%`
