import { type IState, type IStateMachine, type ITransition, render } from 'state-machine-cat'
import { type Arrow, arrowsOf, reactionsOf, type WrittenArrow } from './arrows.ts'
import { type ChartState, type ChartTransition, statesWithin } from './model.ts'
import { wrapLabel } from './wrap.ts'

/** A piece of SVG without its frame: `body` stands in a box of `width` by `height` user units, from the origin. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly body: string
}

/** The picture of what is inside a state. */
export interface Inside extends Picture {
  /** The arrows from the state itself that are not drawn: where it is framed, they are written out. */
  readonly leaving: readonly WrittenArrow[]
}

/**
 * Draws what is inside a state, laid out by Graphviz top down. Every `<g>` of a state has the state's id as its `<title>` and
 * the class `state`. The picture of a state without states is empty. An arrow from the state itself starts at a box `in any state`.
 * Arrows make a picture wide: as far as it would be wider than `width`, some are written out in their source, as `event → id`.
 */
export async function drawInside(
  state: ChartState,
  transitions: readonly ChartTransition[],
  width: number,
): Promise<Inside> {
  if (state.states.length === 0) return { width: 0, height: 0, body: '', leaving: leavingOf(state, transitions) }
  let inside: Inside = { width: Number.POSITIVE_INFINITY, height: 0, body: '', leaving: [] }
  for (const layout of layouts) {
    if (inside.width > width) inside = await drawn(state, transitions, layout)
  }
  return inside
}

/**
 * The arrows that are written out: none, those that cross the border of a nested state, or these and those to an end of the region that
 * many states lead to.
 */
type WrittenArrows = 'none' | 'across borders' | 'to ends'

/** What of a drawing may be done in another way, so that it is narrower. */
interface Layout {
  readonly written: WrittenArrows
  /** Characters a line of an arrow's label. */
  readonly columns: number
  /** Whether the box for any state stands before the states beside it, or after them. */
  readonly boxes: 'first' | 'last'
}

/** The layouts there are, the one that shows most as an arrow at first. The last is taken when none is narrow enough. */
const layouts = (['none', 'across borders', 'to ends'] as const).flatMap((written) =>
  [26, 20].flatMap((columns) => (['first', 'last'] as const).map((boxes): Layout => ({ written, columns, boxes }))),
)

async function drawn(state: ChartState, transitions: readonly ChartTransition[], layout: Layout): Promise<Inside> {
  const { machine, leaving } = stateMachine(state, transitions, layout)
  const svg = await render(machine, {
    inputType: 'json',
    outputType: 'svg',
    dotGraphAttrs: [
      { name: 'bgcolor', value: 'transparent' },
      { name: 'nodesep', value: '0.08' },
    ],
    dotEdgeAttrs: [{ name: 'fontsize', value: '11' }],
  })
  return { ...picture(svg, state.id), leaving }
}

function stateMachine(
  state: ChartState,
  transitions: readonly ChartTransition[],
  layout: Layout,
): { readonly machine: IStateMachine; readonly leaving: readonly WrittenArrow[] } {
  const parents = parentsWithin(state)
  const arrows = arrowsOf(transitions)
  const ends = layout.written === 'to ends' ? endsOfMany(arrows) : new Set<string>()
  const isBeside = ({ from, to }: Arrow) =>
    parents.has(to) && (from === state.id || parents.get(from) === parents.get(to))
  const isDrawn = (arrow: Arrow) =>
    parents.has(arrow.to) &&
    (parents.has(arrow.from) || arrow.from === state.id) &&
    (layout.written === 'none' || isBeside(arrow)) &&
    (!ends.has(arrow.to) || arrow.from === arrow.to || arrow.from === state.id)
  const shown = arrows.filter(isDrawn)
  const written = arrows
    .filter((arrow) => !isDrawn(arrow))
    .map((arrow) => ({ ...arrow, name: isBeside(arrow) ? lastKey(arrow.to) : arrow.to }))
  const led = new Set([...initialArrows(state), ...shown].map(({ to }) => to))
  const unled = arrows.filter((arrow) => !isDrawn(arrow) && !led.has(arrow.to) && arrow.from !== state.id)
  const sourceOf = ({ from, to }: Arrow) => (from === state.id ? anyId(parents.get(to) ?? state.id) : from)
  const boxed = new Set(shown.filter(({ from }) => from === state.id).map(({ to }) => parents.get(to)))
  return {
    leaving: written.filter(({ from }) => from === state.id),
    machine: {
      states: statesInside(state, { transitions, written, unled, boxed, frame: state, boxes: layout.boxes }),
      transitions: [...initialArrows(state), ...shown].map((arrow, id): ITransition => {
        const { to, labels } = arrow
        const from = sourceOf(arrow)
        const label = labels
          .flatMap((line) => wrapLabel(line, layout.columns))
          .map(besideArrow)
          .join('\n')
        return label === '' ? { id, from, to } : { id, from, to, label }
      }),
    },
  }
}

/** What a drawing of a framed state needs to know of it everywhere in it. */
interface Drawn {
  readonly frame: ChartState
  readonly transitions: readonly ChartTransition[]
  /** The arrows that are not drawn. */
  readonly written: readonly WrittenArrow[]
  /** Those of them to states that no arrow leads to: these say where they come from. */
  readonly unled: readonly Arrow[]
  /** The states, by id, with a box beside the targets inside them of arrows from the frame. */
  readonly boxed: ReadonlySet<string | undefined>
  readonly boxes: Layout['boxes']
}

function leavingOf(state: ChartState, transitions: readonly ChartTransition[]): WrittenArrow[] {
  return arrowsOf(transitions)
    .filter(({ from }) => from === state.id)
    .map((arrow) => ({ ...arrow, name: arrow.to }))
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

function smcatState(state: ChartState, drawn: Drawn): IState {
  const sources = drawn.unled.filter(({ to }) => to === state.id).map(({ from }) => lastKey(from))
  const origin = sources.length === 0 ? [] : [`from / ${sources.join(', ')}`]
  const lines = [...origin, ...reactionsOf(state, drawn.transitions, drawn.written)]
  const rows = lines.flatMap((line) => wrapLabel(line, stateColumns))
  const nested = statesInside(state, drawn)
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

function statesInside(state: ChartState, drawn: Drawn): IState[] {
  const dot: IState[] = state.initial === undefined ? [] : [{ name: initialId(state), type: 'initial' }]
  const box = drawn.boxed.has(state.id) ? [anyBox(state, drawn.frame)] : []
  const states = state.states.map((child) => smcatState(child, drawn))
  return drawn.boxes === 'first' ? [...box, ...dot, ...states] : [...dot, ...states, ...box]
}

/** Where arrows from the frame start: they are taken in every state within it. */
function anyBox({ id }: ChartState, frame: ChartState): IState {
  const label = id === frame.id ? 'in any state' : `in any state of ${frame.key}`
  return { name: anyId(id), label, type: 'regular', class: 'any' }
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

/** The name of a state among those beside it, from its id. */
function lastKey(id: string): string {
  return id.split('.').at(-1) ?? id
}

/** No state has this id either. */
function anyId(id: string): string {
  return `${id}.(any)`
}

/** Graphviz's document as a picture: what only makes it longer, or would clash beside another, is dropped. */
function picture(svg: string, frame: string): Picture {
  const [, width, height, body] = /<svg width="(\d+)pt" height="(\d+)pt"[^>]*>(.*)<\/svg>/s.exec(svg) ?? []
  if (width === undefined || height === undefined || body === undefined) throw new Error('Graphviz drew no SVG')
  const clean = body
    .replace('<title>state transitions</title>\n', '')
    .replaceAll(/<g id="[^"]*" class="node">\n<title>[^<]*<\/title>\n<\/g>\n/g, '')
    .replaceAll('<title>cluster_', '<title>')
    .replaceAll(/<title>[^<]*\.\(any\)(?=&#45;&gt;)/g, `<title>${frame.replaceAll('-', '&#45;')}`)
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

/** Characters a line of a row inside a state. */
const stateColumns = 38
