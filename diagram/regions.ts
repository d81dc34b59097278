import { arrowsOf } from './arrows.ts'
import { type Chart, type ChartState, type ChartTransition, statesWithin } from './model.ts'

/**
 * The regions of a chart that can be drawn alone, those of nested parallel states too, as paths of keys: `life`, `life.active.listening`.
 */
export function regionPaths({ root, transitions }: Chart): string[] {
  const below = (state: ChartState, path: readonly string[]): string[] =>
    state.states.flatMap((child) => {
      const own = [...path, child.key]
      return [...(hasSeparateRegions(state, transitions) ? [own.join('.')] : []), ...below(child, own)]
    })
  return hasSeparateRegions(root, transitions) ? below(root, []) : []
}

/** The state at a path of keys. Throws when there is none. */
export function stateAt({ root }: Chart, path: string): ChartState {
  return path.split('.').reduce((state, key) => {
    const child = state.states.find((one) => one.key === key)
    if (child === undefined) throw new Error(`the statechart ${root.key} has no region ${path}`)
    return child
  }, root)
}

/** Whether each region of a state can be drawn alone: the state is parallel, and no arrow crosses the border of a region. */
export function hasSeparateRegions(state: ChartState, transitions: readonly ChartTransition[]): boolean {
  if (state.type !== 'parallel') return false
  const regionOf = new Map(
    state.states.flatMap((region) => statesWithin(region).map(({ id }) => [id, region] as const)),
  )
  return arrowsOf(transitions).every(({ from, to }) => regionOf.get(from) === regionOf.get(to))
}

/** A state in which each nested state with separate regions is one box that names them. */
export function withBoxes(state: ChartState, transitions: readonly ChartTransition[]): ChartState {
  const states = state.states.map((child) =>
    hasSeparateRegions(child, transitions)
      ? { ...child, states: [], regions: child.states.map(({ key }) => key) }
      : withBoxes(child, transitions),
  )
  return { ...state, states }
}
