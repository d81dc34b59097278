import { arrowsOf, reactionsOf } from './arrows.ts'
import { type Chart, type ChartState, statesWithin } from './model.ts'

/**
 * A chart as the text of a Mermaid `stateDiagram-v2`, as GitHub renders it in a Markdown block. Regions are divided by `--`.
 * What a state does by itself stands in the state; of a composite state, where Mermaid has no place for it, in a note. So does
 * a transition to a state elsewhere, as `event → id`: Mermaid would move that state to where the arrow is.
 */
export function chartToMermaid({ root, transitions }: Chart): string {
  const names = safeNames(root)
  const name = (id: string) => names.get(id) ?? id
  const arrows = arrowsOf(transitions)

  const stateLines = (state: ChartState, siblings: ReadonlySet<string>): string[] => {
    const id = name(state.id)
    const head = `state "${escaped(state.key)}" as ${id}`
    const elsewhere = arrows.filter(({ to }) => !siblings.has(to)).map((arrow) => ({ ...arrow, name: arrow.to }))
    const rows = reactionsOf(state, transitions, elsewhere).map(escaped)
    if (state.states.length === 0) {
      const end = state.type === 'final' ? [`${id} --> [*]`] : []
      return [head, ...rows.map((row) => `${id} : ${row}`), ...end]
    }
    const note = rows.length === 0 ? [] : [`note right of ${id}`, ...indented(rows), 'end note']
    return [`${head} {`, ...indented(insideLines(state)), '}', ...note]
  }

  const insideLines = (state: ChartState): string[] => {
    const siblings = new Set(state.type === 'compound' ? state.states.map(({ id }) => id) : [])
    const initial = state.initial === undefined ? [] : [`[*] --> ${name(state.initial)}`]
    const divider = state.type === 'parallel' ? ['--'] : []
    const states = state.states.map((child) => stateLines(child, siblings))
    const arrowLines = arrows
      .filter(({ from, to }) => siblings.has(from) && siblings.has(to))
      .map(({ from, to, labels }) => `${name(from)} --> ${name(to)} : ${labels.map(escaped).join('<br/>')}`)
    return [
      ...initial,
      ...states.flatMap((lines, index) => (index === 0 ? lines : [...divider, ...lines])),
      ...arrowLines,
    ]
  }

  return `${['stateDiagram-v2', ...indented(stateLines(root, new Set()))].join('\n')}\n`
}

/** Ids of letters, digits and `_`, none of them a word of Mermaid's; two ids never become one. */
function safeNames(root: ChartState): Map<string, string> {
  const names = new Map<string, string>()
  const taken = new Set(keywords)
  for (const { id } of statesWithin(root)) {
    const plain = id.replaceAll(/\W/g, '_')
    let safe = plain
    for (let number = 2; taken.has(safe.toLowerCase()); number++) safe = `${plain}_${number}`
    taken.add(safe.toLowerCase())
    names.set(id, safe)
  }
  return names
}

/** Look-alikes for what ends a label or is taken for markup: in state diagrams Mermaid shows its own entity codes raw. */
function escaped(label: string): string {
  return label.replaceAll(/[#;:"<>%{}]/g, (sign) => lookAlikes[sign] ?? sign)
}

const lookAlikes: Readonly<Record<string, string>> = {
  '#': '＃',
  ';': '；',
  ':': '∶',
  '"': '″',
  '<': '‹',
  '>': '›',
  '%': '％',
  '{': '❴',
  '}': '❵',
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

const keywords = [
  'state',
  'note',
  'end',
  'direction',
  'class',
  'classdef',
  'style',
  'click',
  'as',
  'default',
  'scale',
  'hide',
]
