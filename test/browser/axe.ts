import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

/** A drawing is an image with a name to a reader; what is inside is left out, as it is large. */
const scope = "{ exclude: ['.drawing svg'] }, { resultTypes: ['violations'] }"

/** The serious and critical faults of accessibility that axe-core finds in what a page shows now, each as one line. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${scope})`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    )
}
