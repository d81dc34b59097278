import { type ChartState, type ChartTransition, isReaction, transitionLabel } from './model.ts'

/** What a drawing shows as one arrow: all transitions from one state to another. */
export interface Arrow {
  readonly from: string
  readonly to: string
  /** In order of definition; transitions that differ by their events alone have one label. */
  readonly labels: readonly string[]
}

/** The arrows among transitions, in order of the first of each; several targets make an arrow to each. */
export function arrowsOf(transitions: readonly ChartTransition[]): Arrow[] {
  const arrows = new Map<string, { from: string; to: string; along: ChartTransition[] }>()
  for (const transition of transitions) {
    if (isReaction(transition)) continue
    for (const to of transition.to) {
      const ends = JSON.stringify([transition.from, to])
      const arrow = arrows.get(ends) ?? { from: transition.from, to, along: [] }
      arrow.along.push(transition)
      arrows.set(ends, arrow)
    }
  }
  return [...arrows.values()].map(({ from, to, along }) => ({ from, to, labels: labelsOf(along) }))
}

/** One label for all events that do the same: `error(storage), error(ticker) / noteError`. The first of them gives the place. */
function labelsOf(transitions: readonly ChartTransition[]): string[] {
  const alike = new Map<string, ChartTransition[]>()
  for (const transition of transitions) {
    const deed = transitionLabel({ ...transition, trigger: '' })
    alike.set(deed, [...(alike.get(deed) ?? []), transition])
  }
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const triggers = new Set([first, ...others].map(({ trigger }) => trigger))
    return [transitionLabel({ ...first, trigger: [...triggers].join(', ') })]
  })
}

/** What a state does by itself, a line each: on entry, on exit, while it is active, and for events it stays in for. */
export function reactionsOf(state: ChartState, transitions: readonly ChartTransition[]): string[] {
  return [
    ...(state.entry.length === 0 ? [] : [`entry / ${state.entry.join(', ')}`]),
    ...(state.exit.length === 0 ? [] : [`exit / ${state.exit.join(', ')}`]),
    ...state.invokes.map((actor) => `do / ${actor}`),
    ...(state.regions === undefined ? [] : [`regions / ${state.regions.join(', ')}`]),
    ...labelsOf(transitions.filter((transition) => transition.from === state.id && isReaction(transition))),
  ]
}

/** An arrow written out, where it cannot be drawn: `torrent.close → peer.handshake.closed`, a line a transition. */
export function arrowRows({ labels, to }: Arrow): string[] {
  return labels.map((label) => `${label} → ${to}`)
}
