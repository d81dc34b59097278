import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Debian's Chromium, or another that `CHROMIUM` names; undefined when there is none. */
export const launchBrowser = async () =>
  existsSync(executablePath) ? await chromium.launch({ executablePath, args: ['--no-sandbox'] }) : undefined

/** Opens an inspector's page; resolves when it is live. `figures()` collects garbage, and answers the bytes of its heap, and nodes. */
export async function openPage(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } })
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForSelector('.link.open')
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  return {
    page,
    figures: async () => {
      await session.send('HeapProfiler.collectGarbage')
      const { metrics } = await session.send('Performance.getMetrics')
      const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0
      return { heap: of('JSHeapUsedSize'), nodes: of('Nodes') }
    },
    close: () => context.close(),
  }
}
