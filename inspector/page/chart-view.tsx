import { useRef, useState } from 'preact/hooks'
import type { ActorRow, SaidRow } from '../protocol.ts'
import { Chart } from './chart.tsx'
import type { Chooser, Past } from './choice.ts'
import { useKnown } from './known.ts'
import { type Taken, takenBy } from './lighting.ts'
import { StateStrip } from './state-strip.tsx'
import { clock } from './words.ts'

const scales = [0.6, 0.8, 1.1, 1.4, 1.8] as const

/** The chart of an actor, now or as it stood then. */
export function ChartView({ actor, choice }: { readonly actor: ActorRow; readonly choice: Chooser }) {
  const { said } = useKnown('said', 'actors')
  const [zoom, setZoom] = useState(2)
  const live = useTaken(actor.id, said)
  const { past } = choice
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
        <Chart
          name={actor.chart}
          states={states}
          taken={past ? [takenBy(past)] : live}
          isLive={past === undefined}
          scale={scales[zoom] ?? 1.1}
        />
      </div>
    </>
  )
}

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

/** What an actor took with the events that came since the last drawing; with the first, what it took last. */
function useTaken(actor: number, said: readonly SaidRow[]): readonly (readonly Taken[])[] {
  const shown = useRef({ seq: -1, taken: [] as readonly (readonly Taken[])[] })
  const last = said.at(-1)?.seq ?? -1
  if (last > shown.current.seq) {
    const from = shown.current.seq < 0 ? 0 : said.findLastIndex(({ seq }) => seq <= shown.current.seq) + 1
    const taken = said
      .slice(from)
      .filter((row) => row.to === actor && row.took.length > 0)
      .map(takenBy)
    shown.current = { seq: last, taken: taken.length > 0 ? taken.slice(-marksMax) : shown.current.taken }
  }
  return shown.current.taken
}

/** A picture shows its last transition alone; more events than these in one frame are passed over. */
const marksMax = 64
