import type { Chart } from './model.ts'

/** A chart as indented JSON text, in the shape of `Chart`. */
export function chartToJson(chart: Chart): string {
  return `${JSON.stringify(chart, null, 2)}\n`
}
