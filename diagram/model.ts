/** A statechart as plain data: what a drawing shows of a machine, and what `JSON.stringify` keeps whole. */
export interface Chart {
  /** The machine's id. */
  readonly id: string
  readonly root: ChartState
  /** Every transition, in document order: states outside in, then the order of their definition. */
  readonly transitions: readonly ChartTransition[]
}

/** One state. Actions and invoked actors stand as they read in a drawing: `send(choke)`. */
export interface ChartState {
  /** The state node's id, `peer.am_choking.choking`: unique, and what a snapshot's nodes are called too. */
  readonly id: string
  /** Its name among its siblings. */
  readonly key: string
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly description?: string
  /** Id of the state a compound state starts in. */
  readonly initial?: string
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  readonly invokes: readonly string[]
  readonly tags: readonly string[]
  readonly states: readonly ChartState[]
  /** Of a parallel state that is drawn as one box: the names of its regions. */
  readonly regions?: readonly string[]
}

/** One transition definition: of several candidates for the same event, each is one. */
export interface ChartTransition {
  /** Id of the state that defines it. */
  readonly from: string
  /** Ids of its targets; empty when it has none and only acts. */
  readonly to: readonly string[]
  /** What sets it off: an event type or wildcard, `always`, `after …`, `done`, `done(actor)`, `error(actor)`. */
  readonly trigger: string
  /** The condition, composed of guard names: `isOpen and not in(peer_choking.choking)`. */
  readonly guard?: string
  /** Of several transitions of its state for the same trigger, as which of them it is asked whether it is taken: from 1. */
  readonly turn?: number
  readonly actions: readonly string[]
  /** Whether it leaves and enters its source again, entry and exit actions included. */
  readonly reenter: boolean
  readonly description?: string
}

/**
 * A transition in one line, without its ends: `wire.request [inRange] / queue`, with `↻` when it re-enters its source. One of several for
 * the same trigger begins with its turn: `1 wire.request [inRange] / queue`, `2 wire.request / refuse`.
 */
export function transitionLabel({ trigger, guard, turn, actions, reenter }: ChartTransition): string {
  const numbered = turn === undefined ? trigger : `${turn} ${trigger}`
  const when = guard === undefined ? numbered : `${numbered} [${guard}]`
  const what = actions.length === 0 ? when : `${when} / ${actions.join(', ')}`
  return reenter ? `↻ ${what}` : what
}

/** Whether a transition stays in its source, so that it is drawn inside the state and not as an arrow. */
export function isReaction({ from, to }: ChartTransition): boolean {
  return to.every((target) => target === from)
}

/** A state and all states below it, outside in. */
export function statesWithin(state: ChartState): ChartState[] {
  return [state, ...state.states.flatMap(statesWithin)]
}
