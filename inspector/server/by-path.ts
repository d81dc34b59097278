import type { Chart, ChartState } from '../../diagram/model.ts'

/**
 * A chart whose states are called by their paths from the machine's id on, as the page is told of active states; in a machine a state may
 * have an id of its own.
 */
export function byPath({ id, root, transitions }: Chart): Chart {
  const paths = new Map<string, string>()
  const note = (state: ChartState, path: string): void => {
    paths.set(state.id, path)
    for (const child of state.states) note(child, `${path}.${child.key}`)
  }
  note(root, id)
  const pathOf = (state: string): string => paths.get(state) ?? state
  const renamed = (state: ChartState): ChartState => ({
    ...state,
    id: pathOf(state.id),
    ...(state.initial !== undefined && { initial: pathOf(state.initial) }),
    states: state.states.map(renamed),
  })
  return {
    id,
    root: renamed(root),
    transitions: transitions.map((transition) => ({
      ...transition,
      from: pathOf(transition.from),
      to: transition.to.map(pathOf),
    })),
  }
}
