import { useMemo, useRef, useState } from 'preact/hooks'
import type { ActorRow, SaidRow } from '../protocol/protocol.ts'
import { Chart, type Marks } from './chart.tsx'
import type { Chooser, Past } from './choice.ts'
import { useKnown } from './known.ts'
import { takenBy } from './lighting.ts'
import { StateStrip } from './state-strip.tsx'
import { clock } from './words.ts'

const scales = [0.6, 0.8, 1.1, 1.4, 1.8] as const

/** The chart of an actor, now or as it stood then. */
export function ChartView({ actor, choice }: { readonly actor: ActorRow; readonly choice: Chooser }) {
  const { said } = useKnown('said', 'actors')
  const [zoom, setZoom] = useState(2)
  const live = useTaken(actor.id, said)
  const { past } = choice
  const then = useMemo(() => marksOf(past), [past])
  if (actor.chart === undefined) return null
  const states = past?.states ?? actor.states
  return (
    <>
      <div class="bar chart-bar">
        <PastNote past={past} back={() => choice.choosePast(undefined)} />
        <StateStrip states={states} />
        <span class="zoom">
          <button type="button" aria-label="Smaller" disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
            −
          </button>
          <button
            type="button"
            aria-label="Larger"
            disabled={zoom === scales.length - 1}
            onClick={() => setZoom(zoom + 1)}
          >
            +
          </button>
        </span>
      </div>
      <div class="scroll">
        <Chart name={actor.chart} states={states} taken={past ? then : live} scale={scales[zoom] ?? 1.1} />
      </div>
    </>
  )
}

/** The transitions of the event that led to an earlier moment. */
export const marksOf = (past: Past | undefined): Marks =>
  past === undefined ? nothing : { groups: [takenBy(past)], isPast: true, flash: false }

/** Says that the past is shown, and goes back. */
export function PastNote({ past, back }: { readonly past: Past | undefined; readonly back: () => void }) {
  if (past === undefined) return null
  return (
    <p class="past" role="status">
      <span>
        as it stood at <b class="mono">{clock(past.at)}</b>, after <code>{past.type}</code>
      </span>
      <button type="button" onClick={back}>
        Back to live
      </button>
    </p>
  )
}

/** What an actor took with the events that came since the last drawing, which flashes up; at first, what it took before. */
function useTaken(actor: number, said: readonly SaidRow[]): Marks {
  const shown = useRef({ seq: -1, marks: nothing })
  const { seq, marks } = shown.current
  const last = said.at(-1)?.seq ?? -1
  if (last > seq) {
    const from = seq < 0 ? 0 : said.findLastIndex((row) => row.seq <= seq) + 1
    const groups = said
      .slice(from)
      .filter((row) => row.to === actor && row.took.length > 0)
      .map(takenBy)
    const more = { groups: groups.slice(-groupsMax), isPast: false, flash: seq >= 0 }
    shown.current = { seq: last, marks: groups.length > 0 ? more : marks }
  }
  return shown.current.marks
}

const nothing: Marks = { groups: [], isPast: false, flash: false }

/** A picture shows its last transition alone; more events than these in one frame are passed over. */
const groupsMax = 64
