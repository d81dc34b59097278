import type { Chart } from './model.ts'
import { drawInside, type Picture } from './picture.ts'
import { hasSeparateRegions, stateAt, withBoxes } from './regions.ts'
import { framed, inColumns } from './sheet.ts'

/**
 * A chart as one SVG document that needs nothing else: no font, script or link. The same chart gives the same bytes. The `<g>`
 * of a state has the class `state` and the state's id as its `<title>`. Regions of a parallel root stand in columns.
 */
export async function chartToSvg(chart: Chart): Promise<string> {
  const { root, transitions } = chart
  if (!hasSeparateRegions(root, transitions))
    return toDocument(`statechart ${root.key}`, framed(root, transitions, await drawInside(root, transitions)))
  const regions = root.states.map(async (state) => ({ state, inside: await drawInside(state, transitions) }))
  return toDocument(
    `statechart ${root.key}`,
    framed(root, transitions, inColumns(await Promise.all(regions), transitions)),
  )
}

/**
 * One region of a chart as a document of its own, which a page of text can show at its size. A parallel state in it is one box, as
 * its regions have documents of their own; what is wider than a page is drawn narrow. Throws for a region that the chart has not.
 */
export async function regionToSvg(chart: Chart, path: string): Promise<string> {
  const { root, transitions } = chart
  const region = withBoxes(stateAt(chart, path), transitions)
  let inside = await drawInside(region, transitions)
  for (const written of ['across borders', 'to ends'] as const) {
    if (inside.width > pageWidth) inside = await drawInside(region, transitions, written)
  }
  return toDocument(`region ${path} of the statechart ${root.key}`, framed(region, transitions, inside))
}

function toDocument(name: string, { width, height, body }: Picture): string {
  const [fullWidth, fullHeight] = [Math.ceil(width) + 2 * margin, Math.ceil(height) + 2 * margin]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${fullWidth}" height="${fullHeight}" viewBox="0 0 ${fullWidth} ${fullHeight}">`,
    `<title>The ${name}</title>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${fullWidth}" height="${fullHeight}"/>`,
    `<g transform="translate(${margin} ${margin})">`,
    body,
    '</g>',
    '</svg>\n',
  ].join('\n')
}

/** Fonts of Helvetica's widths, by which Graphviz measures. White paper: the ink is dark in a dark page too. */
const style = [
  "text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;fill:#1f2328}",
  '.paper{fill:#fff}',
  '.frame>rect{fill:none;stroke:#8c959f;stroke-dasharray:5 3}',
  '.frame.parallel>rect{stroke:#1f2328;stroke-width:2;stroke-dasharray:none}',
  '.name,.cluster>text:first-of-type,.node>text:first-of-type{font-weight:bold}',
  '.transition>text{fill:#0a4fa3}',
].join('')

const margin = 4
/** What a page of text shows at its size. */
const pageWidth = 830
