import type { AnyStateMachine } from 'xstate'
import { requireMethods } from '../transport/require.ts'
import { chartOf } from './edges.ts'
import { chartToJson } from './json.ts'
import { chartToMermaid } from './mermaid.ts'
import type { Chart } from './model.ts'
import { chartToSvg } from './svg.ts'

/** What a machine can be drawn as. */
export type DrawingFormat = 'mermaid' | 'svg' | 'json'

/** The formats by name, for command lines. */
export const drawingFormats: readonly DrawingFormat[] = ['mermaid', 'svg', 'json']

/**
 * Draws a machine from its running definition, nothing started and nothing called: Mermaid text for Markdown, an SVG document,
 * or the chart as JSON. The same machine gives the same text. Ends in a newline.
 */
export async function drawMachine(machine: AnyStateMachine, format: DrawingFormat): Promise<string> {
  requireMethods('a machine of XState', machine, ['getInitialSnapshot', 'provide'])
  if (!drawingFormats.includes(format)) throw new RangeError(`a format is ${drawingFormats.join(', ')}, not ${format}`)
  return writers[format](chartOf(machine))
}

const writers: Record<DrawingFormat, (chart: Chart) => string | Promise<string>> = {
  mermaid: chartToMermaid,
  svg: chartToSvg,
  json: chartToJson,
}
