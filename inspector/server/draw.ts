import type { Chart } from '../../diagram/model.ts'
import { regionPaths } from '../../diagram/regions.ts'
import { chartToSvg, regionToSvg } from '../../diagram/svg.ts'
import type { Drawn } from '../protocol/protocol.ts'

/** Draws a chart for the page, region by region. */
export async function draw(chart: Chart): Promise<Drawn> {
  const regions = regionPaths(chart)
  if (regions.length === 0)
    return { name: chart.id, pictures: [{ region: chart.id, svg: plain(await chartToSvg(chart)) }] }
  const pictures: Drawn['pictures'][number][] = []
  for (const region of regions) pictures.push({ region, svg: plain(await regionToSvg(chart, region)) })
  return { name: chart.id, pictures }
}

/** The page has a style of its own, which its policy allows; one within the picture it would not. */
const plain = (svg: string): string =>
  svg.replace(/<style>[^<]*<\/style>\n?/, '').replace(/<rect class="paper"[^>]*\/>\n?/, '')
