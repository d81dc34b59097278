import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ActorRow, Moment, SaidRow } from '../protocol/protocol.ts'
import { Chart } from './chart.tsx'
import { marksOf, PastNote } from './chart-view.tsx'
import type { Chooser } from './choice.ts'
import { useKnown } from './known.ts'
import { scrolling } from './scrolling.ts'
import { StateStrip } from './state-strip.tsx'
import { Tree } from './tree.tsx'

/** Fetched only when a choice stays so long, in milliseconds: the arrow keys pass over many. */
const settleMs = 60

interface MomentPaneProps {
  readonly actor: ActorRow
  readonly row: SaidRow
  readonly choice: Chooser
  readonly back: () => void
}

/** How an actor stood behind an event that it heard or said: its states, its context, its chart. */
export function MomentPane({ actor, row, choice, back }: MomentPaneProps) {
  const [fault, setFault] = useState('')
  const { past, choosePast } = choice
  const { oldest } = useKnown('said')
  const { seq, type } = row
  const took = row.to === actor.id ? row.took : nothing
  const unknown = actor.chart === undefined ? noChart : seq < oldest ? forgotten : ''
  useEffect(() => {
    if (unknown !== '') {
      choosePast(undefined)
      setFault(unknown)
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      fetchMoment(actor.id, seq, abort.signal)
        .then((moment) => {
          setFault('')
          choosePast({ ...moment, seq, type, took })
        })
        .catch((error: unknown) => {
          if (abort.signal.aborted) return
          choosePast(undefined)
          setFault(error instanceof Error ? error.message : String(error))
        })
    }, settleMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [actor.id, unknown, seq, type, took, choosePast])
  const shown = past?.seq === seq ? past : undefined
  const marks = useMemo(() => marksOf(shown), [shown])
  return (
    <div class="moment" {...scrolling('The chosen moment')}>
      {fault !== '' && <p class="empty">{fault}</p>}
      {shown && (
        <>
          <PastNote past={shown} back={back} />
          <StateStrip states={shown.states} />
          <h3>Context</h3>
          <Tree value={shown.context} />
          {actor.chart !== undefined && (
            <>
              <h3>Chart</h3>
              <Chart name={actor.chart} states={shown.states} taken={marks} scale={1.1} />
            </>
          )}
        </>
      )}
    </div>
  )
}

const nothing: readonly string[] = []

const noChart = 'It is no statechart: it has no states to go back to.'
const forgotten = 'How it stood then is forgotten: the history is bounded.'

async function fetchMoment(actor: number, seq: number, signal: AbortSignal): Promise<Moment> {
  const answer = await fetch(`moment/${actor}/${seq}`, { signal })
  if (answer.status === 404) throw new Error(forgotten)
  if (!answer.ok) throw new Error(`The server gave no moment (${answer.status}).`)
  return answer.json()
}
