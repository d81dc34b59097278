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

/** An arrow that is written out in its source, and how its end is named there. */
export interface WrittenArrow extends Pick<Arrow, 'from' | 'to'> {
  readonly name: string
}

/**
 * What a state does by itself, a line each: on entry, on exit, while it is active, and for events: those that it stays in for, and those
 * that lead along arrows which are written out, as `torrent.close → peer.handshake.closed`.
 */
export function reactionsOf(
  state: ChartState,
  transitions: readonly ChartTransition[],
  written: readonly WrittenArrow[],
): string[] {
  const ends = new Map(written.filter(({ from }) => from === state.id).map(({ to, name }) => [to, ` → ${name}`]))
  const endsOf = (transition: ChartTransition): readonly string[] =>
    isReaction(transition) ? [''] : transition.to.flatMap((to) => ends.get(to) ?? [])
  return [
    ...(state.entry.length === 0 ? [] : [`entry / ${state.entry.join(', ')}`]),
    ...(state.exit.length === 0 ? [] : [`exit / ${state.exit.join(', ')}`]),
    ...state.invokes.map((actor) => `do / ${actor}`),
    ...(state.regions === undefined ? [] : [`regions / ${state.regions.join(', ')}`]),
    ...labelsOf(
      transitions.filter(({ from }) => from === state.id),
      endsOf,
    ),
  ]
}

interface Label {
  readonly deed: string
  readonly end: string
  readonly first: ChartTransition
  readonly triggers: Set<string>
}

/**
 * One label for all events that do the same: `error(storage), error(ticker) / noteError`. The first of them gives the place, as far as the
 * transitions of each event keep the order in which their guards are asked. `endsOf`: what is written behind, a label each.
 */
function labelsOf(
  transitions: readonly ChartTransition[],
  endsOf: (transition: ChartTransition) => readonly string[] = () => [''],
): string[] {
  const labels: Label[] = []
  const last = new Map<string, number>()
  for (const first of transitions) {
    const { trigger } = first
    for (const end of endsOf(first)) {
      const deed = transitionLabel({ ...first, trigger: '' }) + end
      const behind = last.get(trigger) ?? -1
      const same = labels.findIndex((label, at) => at >= behind && label.deed === deed)
      if (same === -1) labels.push({ deed, end, first, triggers: new Set([trigger]) })
      else labels[same]?.triggers.add(trigger)
      last.set(trigger, same === -1 ? labels.length - 1 : same)
    }
  }
  return labels.map(
    ({ end, first, triggers }) => transitionLabel({ ...first, trigger: [...triggers].join(', ') }) + end,
  )
}
