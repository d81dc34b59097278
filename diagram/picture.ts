import { type IState, type IStateMachine, type ITransition, render } from 'state-machine-cat'
import { type Arrow, arrowRows, arrowsOf, reactionsOf } from './arrows.ts'
import { type ChartState, type ChartTransition, statesWithin } from './model.ts'
import { wrapLabel } from './wrap.ts'

/** A piece of SVG without its frame: `body` stands in a box of `width` by `height` user units, from the origin. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly body: string
}

/**
 * The arrows that are written out: none, those that cross the border of a nested state, or these and those to an end of the region that
 * many states lead to.
 */
export type WrittenArrows = 'none' | 'across borders' | 'to ends'

/**
 * Draws what is inside a state, laid out by Graphviz top down. Every `<g>` of a state has the state's id as its `<title>` and
 * the class `state`. The picture of a state without states is empty. Some arrows make a picture wide: `written` has them written out in
 * their source, as `event → id`.
 */
export async function drawInside(
  state: ChartState,
  transitions: readonly ChartTransition[],
  written: WrittenArrows = 'none',
): Promise<Picture> {
  if (state.states.length === 0) return { width: 0, height: 0, body: '' }
  const svg = await render(stateMachine(state, transitions, written), {
    inputType: 'json',
    outputType: 'svg',
    dotGraphAttrs: [
      { name: 'bgcolor', value: 'transparent' },
      { name: 'nodesep', value: '0.1' },
    ],
    dotEdgeAttrs: [{ name: 'fontsize', value: '11' }],
  })
  return picture(svg)
}

function stateMachine(state: ChartState, transitions: readonly ChartTransition[], mode: WrittenArrows): IStateMachine {
  const parents = parentsWithin(state)
  const arrows = arrowsOf(transitions)
  const ends = mode === 'to ends' ? endsOfMany(arrows) : new Set<string>()
  const isDrawn = ({ from, to }: Arrow) =>
    parents.has(from) &&
    parents.has(to) &&
    (mode === 'none' || parents.get(from) === parents.get(to)) &&
    (!ends.has(to) || from === to)
  const isBeside = ({ from, to }: Arrow) => parents.has(to) && parents.get(from) === parents.get(to)
  const written = arrows
    .filter((arrow) => !isDrawn(arrow))
    .map((arrow) => (isBeside(arrow) ? { ...arrow, to: arrow.to.split('.').at(-1) ?? arrow.to } : arrow))
  return {
    states: statesInside(state, transitions, written),
    transitions: [...initialArrows(state), ...arrows.filter(isDrawn)].map(({ from, to, labels }, id): ITransition => {
      const label = labels
        .flatMap((line) => wrapLabel(line, arrowLabelColumns))
        .map(besideArrow)
        .join('\n')
      return label === '' ? { id, from, to } : { id, from, to, label }
    }),
  }
}

/** The states that no arrow leaves and that more than `arrowsToEndMax` arrows lead to, by id. */
function endsOfMany(arrows: readonly Arrow[]): Set<string> {
  const left = new Set(arrows.filter(({ from, to }) => from !== to).map(({ from }) => from))
  const counts = new Map<string, number>()
  for (const { from, to } of arrows) if (from !== to && !left.has(to)) counts.set(to, (counts.get(to) ?? 0) + 1)
  return new Set([...counts].filter(([, count]) => count > arrowsToEndMax).map(([id]) => id))
}

/** The id of the parent of every state inside a state, by id. */
function parentsWithin(state: ChartState): Map<string, string> {
  return new Map(statesWithin(state).flatMap(({ id, states }) => states.map((child) => [child.id, id] as const)))
}

function smcatState(state: ChartState, transitions: readonly ChartTransition[], written: readonly Arrow[]): IState {
  const leaving = written.filter(({ from }) => from === state.id)
  const lines = [...reactionsOf(state, transitions), ...leaving.flatMap(arrowRows)]
  const rows = lines.flatMap((line) => wrapLabel(line, stateColumns))
  const nested = statesInside(state, transitions, written)
  return {
    name: state.id,
    label: state.type === 'final' ? `${state.key} (final)` : state.key,
    type: smcatType(state),
    class: state.type,
    actions: rows.map((body) => ({ type: 'activity', body })),
    ...(nested.length === 0 ? {} : { statemachine: { states: nested } }),
  }
}

/** A line a little apart from the arrow that it stands beside; the zero-width space keeps smcat from trimming it. */
function besideArrow(line: string): string {
  return `\u200b\u00a0${line}`
}

/** A final state is drawn with its name and actions, as smcat draws a regular one: its own sign for it has neither. */
function smcatType({ type, states }: ChartState): IState['type'] {
  return (type === 'parallel' && states.length > 0) || type === 'history' ? type : 'regular'
}

function statesInside(state: ChartState, transitions: readonly ChartTransition[], written: readonly Arrow[]): IState[] {
  const dot: IState[] = state.initial === undefined ? [] : [{ name: initialId(state), type: 'initial' }]
  return [...dot, ...state.states.map((child) => smcatState(child, transitions, written))]
}

function initialArrows(state: ChartState) {
  return statesWithin(state).flatMap((inner) =>
    inner.initial === undefined ? [] : [{ from: initialId(inner), to: inner.initial, labels: [] }],
  )
}

/** No state has this id: XState splits keys at the dot, and `(` is no BEP word. */
function initialId({ id }: ChartState): string {
  return `${id}.(initial)`
}

/** Graphviz's document as a picture: what only makes it longer, or would clash beside another, is dropped. */
function picture(svg: string): Picture {
  const [, width, height, body] = /<svg width="(\d+)pt" height="(\d+)pt"[^>]*>(.*)<\/svg>/s.exec(svg) ?? []
  if (width === undefined || height === undefined || body === undefined) throw new Error('Graphviz drew no SVG')
  const clean = body
    .replace('<title>state transitions</title>\n', '')
    .replaceAll(/<g id="[^"]*" class="node">\n<title>[^<]*<\/title>\n<\/g>\n/g, '')
    .replaceAll('<title>cluster_', '<title>')
    .replaceAll(/<g id="[^"]*"/g, '<g')
    .replaceAll(/ (?:font-family|text-anchor)="(?:start|Helvetica,sans-Serif)"/g, '')
    .replaceAll(/<!-- .* -->\n|<text [^>]*>(?: |&#160;)*<\/text>\n/g, '')
    .replaceAll(/(?: |&#160;)+<\/text>/g, '</text>')
    .replaceAll('\u200b', '')
    .trim()
  return { width: Number(width), height: Number(height), body: clean }
}

/** Arrows that are drawn to one end; where more lead there, they go all across a picture. */
const arrowsToEndMax = 3

/** Characters a line: an arrow's label, and a row inside a state. */
const arrowLabelColumns = 26
const stateColumns = 38
