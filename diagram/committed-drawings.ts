import { charts } from './charts.ts'
import type { Drawing } from './drawings.ts'
import { chartOf } from './edges.ts'
import { regionPaths } from './regions.ts'

/** The drawings that are committed; `npm run draw` makes them anew. A region that can be drawn alone has a drawing of its own. */
export const drawings: readonly Drawing[] = Object.entries(charts).flatMap(([name, machine]) => {
  const regions = regionPaths(chartOf(machine))
  return [
    { machine, file: `docs/${name}.svg` },
    { machine, file: `docs/${name}.mmd` },
    ...(regions.length === 0 ? [] : [{ machine, outline: true, file: `docs/${name}-outline.svg` }]),
    ...regions.map((region) => ({ machine, region, file: `docs/${name}/${region.replaceAll('.', '/')}.svg` })),
  ]
})
