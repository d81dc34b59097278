import type { Chart, ChartState } from './model.ts'

/**
 * A chart in outline: its states and what leads from one to another. What a state does by itself is left out, and of transitions what
 * they do, and under which condition, except where the condition alone sets them off.
 */
export function outlineOf(chart: Chart): Chart {
  const arrows = chart.transitions.filter(({ from, to }) => to.some((target) => target !== from))
  return {
    ...chart,
    root: statesOnly(chart.root),
    transitions: arrows.map(({ from, to, trigger, guard }) => ({
      from,
      to,
      trigger,
      ...(guard === undefined || trigger !== 'always' ? {} : { guard }),
      actions: [],
      reenter: false,
    })),
  }
}

function statesOnly(state: ChartState): ChartState {
  return { ...state, entry: [], exit: [], invokes: [], states: state.states.map(statesOnly) }
}
