import { type ChartState, type ChartTransition, isReaction, transitionLabel } from './model.ts'

/** What a drawing shows as one arrow: all transitions from one state to another. */
export interface Arrow {
  readonly from: string
  readonly to: string
  /** One a transition, in order of definition. */
  readonly labels: readonly string[]
}

/** The arrows among transitions, in order of the first of each; several targets make an arrow to each. */
export function arrowsOf(transitions: readonly ChartTransition[]): Arrow[] {
  const arrows = new Map<string, Arrow & { labels: string[] }>()
  for (const transition of transitions) {
    if (isReaction(transition)) continue
    for (const to of transition.to) {
      const ends = JSON.stringify([transition.from, to])
      const arrow = arrows.get(ends) ?? { from: transition.from, to, labels: [] }
      arrow.labels.push(transitionLabel(transition))
      arrows.set(ends, arrow)
    }
  }
  return [...arrows.values()]
}

/** What a state does by itself, a line each: on entry, on exit, while it is active, and for events it stays in for. */
export function reactionsOf(state: ChartState, transitions: readonly ChartTransition[]): string[] {
  return [
    ...(state.entry.length === 0 ? [] : [`entry / ${state.entry.join(', ')}`]),
    ...(state.exit.length === 0 ? [] : [`exit / ${state.exit.join(', ')}`]),
    ...state.invokes.map((actor) => `do / ${actor}`),
    ...transitions.filter((transition) => transition.from === state.id && isReaction(transition)).map(transitionLabel),
  ]
}

/** An arrow written out, where it cannot be drawn: `torrent.close → peer.handshake.closed`, a line a transition. */
export function arrowRows({ labels, to }: Arrow): string[] {
  return labels.map((label) => `${label} → ${to}`)
}
