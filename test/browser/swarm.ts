import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type FakeOptions, type FakeServer, startFakeServer } from '../inspector/page/fake-server.ts'
import { firstBatch } from '../inspector/page/made-up.ts'
import { launch, type Visit, visit } from './browser.ts'

export interface Shown extends Visit {
  readonly server: FakeServer
}

export interface ShowOptions extends Partial<FakeOptions> {
  /** What follows the address: `#actor=100&view=chart`. */
  readonly hash?: string
  readonly context?: BrowserContextOptions
  /** What is there when the page is. Default: a peer. */
  readonly waitsFor?: string
}

/**
 * What opens the page on a made-up swarm of 200 peers, in one browser for the file. After each test the page is closed; it must not have
 * done anything wrong.
 */
export function shower(): (options?: ShowOptions) => Promise<Shown> {
  let browser: Browser
  const open: Shown[] = []
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())
  afterEach(async () => {
    for (const { faults, end, server } of open.splice(0)) {
      await end()
      await server.close()
      expect(faults).toEqual([])
    }
  })
  return async ({ first = firstBatch(200), moment, said, hash = '', context, waitsFor = 'tbody tr' } = {}) => {
    const server = await startFakeServer({ first, ...(moment && { moment }), ...(said && { said }) })
    const shown = { ...(await visit(browser, server.url + hash, context)), server }
    open.push(shown)
    await shown.page.waitForSelector(waitsFor)
    return shown
  }
}
