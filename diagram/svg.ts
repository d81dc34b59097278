import type { Chart } from './model.ts'
import { drawInside, type Picture } from './picture.ts'
import { hasSeparateRegions, regionPaths, stateAt, withBoxes } from './regions.ts'
import { framed, packed } from './sheet.ts'

/**
 * A chart as one SVG document that needs nothing else: no font, script or link. The same chart gives the same bytes. The `<g>`
 * of a state has the class `state` and the state's id as its `<title>`. Regions stand beside and below each other, as many beside
 * each other as a page of text is wide; so do the regions of a state within a region, which is one box there.
 */
export async function chartToSvg(chart: Chart): Promise<string> {
  const { root, transitions } = chart
  const name = `statechart ${root.key}`
  if (!hasSeparateRegions(root, transitions))
    return toDocument(name, framed(root, transitions, await drawInside(root, transitions, pageWidth)))
  const regions = await Promise.all(regionPaths(chart).map((path) => regionPicture(chart, path, path)))
  return toDocument(name, framed(root, transitions, { ...packed(regions, sheetWidth), leaving: [] }))
}

/**
 * One region of a chart as a document of its own, which a page of text can show at its size. A parallel state in it is one box, as
 * its regions have documents of their own; what is wider than a page is drawn narrow. Throws for a region that the chart has not.
 */
export async function regionToSvg(chart: Chart, path: string): Promise<string> {
  return toDocument(`region ${path} of the statechart ${chart.root.key}`, await regionPicture(chart, path))
}

async function regionPicture(chart: Chart, path: string, name?: string): Promise<Picture> {
  const region = withBoxes(stateAt(chart, path), chart.transitions)
  return framed(region, chart.transitions, await drawInside(region, chart.transitions, pageWidth), name)
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

/**
 * Fonts of Helvetica's widths, by which Graphviz measures. It measures names as if they were plain, so a bold one is smaller by as much
 * as bold is wider. White paper: the ink is dark in a dark page too, and a line that a label lies on ends around it.
 */
const style = [
  "text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;fill:#1f2328}",
  '.paper{fill:#fff}',
  '.frame>rect{fill:none;stroke:#8c959f;stroke-dasharray:5 3}',
  '.frame.parallel>rect{stroke:#1f2328;stroke-width:2;stroke-dasharray:none}',
  '.name{font-weight:bold}',
  '.cluster>text:first-of-type,.node:not(.any)>text:first-of-type{font-weight:bold;font-size:11px}',
  '.any>text{font-style:italic}',
  '.transition>text{fill:#0a4fa3;paint-order:stroke;stroke:#fff;stroke-width:3px}',
].join('')

const margin = 4
/** What a page of text shows at its size, and what a sheet of framed regions may have within it. */
const pageWidth = 860
const sheetWidth = 876
