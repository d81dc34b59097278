import { useEffect, useRef, useState } from 'preact/hooks'
import type { ActorRow, SaidRow } from '../protocol/protocol.ts'
import type { Chooser } from './choice.ts'
import { type EventFilter, eventsOf, speakerOf, typesOf } from './events.ts'
import { useKnown } from './known.ts'
import { nameOf, shortTitleOf } from './lanes.ts'
import { takenBy } from './lighting.ts'
import { LiveButton } from './live-button.tsx'
import { MomentPane } from './moment.tsx'
import { TypeFilter } from './type-filter.tsx'
import { useFollowing } from './use-following.ts'
import { useFrozen } from './use-frozen.ts'
import { useOwnRows } from './use-own-rows.ts'
import { movedBy, useWindow } from './windowed.ts'
import { clock, count } from './words.ts'

const rowHeight = 26

/** Every event of an actor. One that is chosen stops the list and shows how the actor stood after it. */
export function Timeline({ actor, choice }: { readonly actor: ActorRow; readonly choice: Chooser }) {
  const { said, actors, oldest } = useKnown('said', 'actors')
  const [seq, setSeq] = useState<number | undefined>(choice.past?.seq)
  const [isLive, setLiveOnly] = useState(choice.past === undefined)
  const [filter, setFilter] = useState<EventFilter>({ heard: true, said: true, without: new Set(), search: '' })
  const all = useFrozen(useOwnRows(actor.id, said), !isLive)
  const rows = eventsOf(actor.id, all, filter, (id) => nameOf(id, actors))
  const { box, first, end, onScroll, scrollTo } = useWindow(rows.length, rowHeight)
  const isAway = useFollowing(box, isLive)
  const at = rows.findIndex((row) => row.seq === seq)
  const chosen = all.find((row) => row.seq === seq)

  const reveal = useRef(scrollTo)
  reveal.current = scrollTo
  useEffect(() => {
    // What the moment needs of the height is known only now.
    if (seq !== undefined && at >= 0) reveal.current(at)
  }, [seq, at])

  const setLive = (live: boolean): void => {
    setLiveOnly(live)
    if (!live) return
    setSeq(undefined)
    choice.choosePast(undefined)
  }
  const choose = (row: SaidRow): void => {
    setLiveOnly(false)
    setSeq(row.seq)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setLive(true)
    const to = movedBy(event.key, at < 0 ? rows.length : at, rows.length)
    const row = to === undefined ? undefined : rows[to]
    if (to === undefined || row === undefined) return
    event.preventDefault()
    choose(row)
    scrollTo(to)
  }
  const onClick = ({ target }: MouseEvent): void => {
    const line = target instanceof Element ? target.closest<HTMLElement>('[data-seq]') : null
    const row = rows.find((one) => String(one.seq) === line?.dataset.seq)
    if (row === undefined) return
    // The line may leave the window, and would take the focus along.
    box.current?.focus({ preventScroll: true })
    choose(row)
  }

  return (
    <div class={chosen ? 'timeline-panes has-moment' : 'timeline-panes'}>
      <div class="timeline-list">
        <div class="bar">
          <LiveButton isLive={isLive} setLive={setLive} />
          <input
            type="search"
            placeholder="Search; -word leaves out"
            aria-label="Search the events"
            value={filter.search}
            onInput={({ currentTarget }) => setFilter({ ...filter, search: currentTarget.value })}
          />
          <TypeFilter
            types={typesOf(all)}
            without={filter.without}
            setWithout={(without) => setFilter({ ...filter, without })}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={filter.heard}
              onChange={() => setFilter({ ...filter, heard: !filter.heard })}
            />
            heard
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={filter.said}
              onChange={() => setFilter({ ...filter, said: !filter.said })}
            />
            said
          </label>
          <span class="muted" role="status">
            {count(rows.length)} of {count(all.length)}
          </span>
        </div>
        <div
          ref={box}
          class="scroll events"
          role="listbox"
          tabIndex={0}
          aria-label="Events, oldest first"
          aria-activedescendant={at >= first && at < end ? `event-${seq}` : undefined}
          onKeyDown={onKeyDown}
          onClick={onClick}
          onScroll={() => {
            onScroll()
            if (isLive && isAway()) setLiveOnly(false)
          }}
        >
          <div class="rows" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
            {rows.slice(first, end).map((row, i) => (
              <EventLine
                key={row.seq}
                row={row}
                top={(first + i) * rowHeight}
                isChosen={row.seq === seq}
                isForgotten={row.seq < oldest}
                isHeard={row.to === actor.id}
                other={shortTitleOf(row.to === actor.id ? row.from : row.to, actor, actors)}
              />
            ))}
          </div>
        </div>
        {rows.length === 0 && (
          <p class="empty">{all.length === 0 ? 'No event that is remembered.' : 'No event matches.'}</p>
        )}
      </div>
      {chosen && <MomentPane actor={actor} row={chosen} choice={choice} back={() => setLive(true)} />}
    </div>
  )
}

interface EventLineProps {
  readonly row: SaidRow
  readonly top: number
  readonly isChosen: boolean
  readonly isForgotten: boolean
  readonly isHeard: boolean
  readonly other: string
}

function EventLine({ row, top, isChosen, isForgotten, isHeard, other }: EventLineProps) {
  return (
    <div
      id={`event-${row.seq}`}
      class={`event${isChosen ? ' chosen' : ''}${isForgotten ? ' forgotten' : ''}`}
      role="option"
      data-seq={row.seq}
      tabIndex={-1}
      aria-selected={isChosen}
      style={{ transform: `translateY(${top}px)` }}
    >
      <time class="mono muted">{clock(row.at)}</time>
      <span class="way" title={isHeard ? 'heard' : 'said'}>
        <span aria-hidden="true">{isHeard ? '←' : '→'}</span>
        <span class="hidden">{isHeard ? 'heard from' : 'said to'}</span>
      </span>
      <span class="other" title={other}>
        {other}
      </span>
      <b class={`type mono ${speakerOf(row.type)}`}>{row.type}</b>
      <span class="text" title={row.text}>
        {row.text}
      </span>
      <span class="took mono">{isHeard ? tookInShort(row) : ''}</span>
    </div>
  )
}

/** The states that an event led to: `am_choking → choking`. */
function tookInShort(row: SaidRow): string {
  return takenBy(row)
    .filter(({ source, target }) => target !== '' && target !== source)
    .map(({ target }) =>
      target
        .split('.')
        .slice(1)
        .join('.')
        .replace(/\.([^.]*)$/, ' → $1'),
    )
    .join(', ')
}
