import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** Debian's; `CHROMIUM` names another. */
export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** One browser for all tests of a file. */
export function launch(): Promise<Browser> {
  if (!existsSync(executablePath)) throw new Error(missing)
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

export const missing = `the browser tests need Chromium: apt-get install chromium, or set CHROMIUM (looked for ${executablePath})`

/** A page of the inspector, and all that it did wrong meanwhile. */
export interface Visit {
  readonly page: Page
  /** Errors of the console, exceptions, breaches of the content security policy, requests that went elsewhere or failed. */
  readonly faults: readonly string[]
  readonly end: () => Promise<void>
}

/** Opens an address in a window of its own. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options })
  const page = await context.newPage()
  const faults: string[] = []
  const [base = ''] = url.split('#')
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:')) faults.push(`asked ${request.url()}`)
  })
  await page.goto(url)
  return { page, faults, end: () => context.close() }
}
