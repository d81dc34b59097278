import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { launch, visit } from './browser.ts'

const program = new URL('../../dist/cli/main.js', import.meta.url).pathname

/** `peerchart demo --inspect --json`, and the address of its page. */
async function demo() {
  const child = spawn(process.execPath, [program, 'demo', '--inspect', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const ended = once(child, 'exit')
  const events: { readonly event: string; readonly url?: string }[] = []
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line)))
  await expect.poll(() => events.length, { timeout: 20_000 }).toBeGreaterThan(0)
  return { ended, events, url: events.find(({ event }) => event === 'inspector')?.url ?? '' }
}

const statesOf = (page: Page): Promise<string | null> => page.textContent('.strip')

test('the swarm of the demo is seen from its begin, the liar is banned with its evidence, and the demo ends with the page', async () => {
  const { ended, events, url } = await demo()
  const browser = await launch()
  onTestFinished(() => browser.close())
  const { page, faults, end } = await visit(browser, url)
  await expect.poll(() => page.locator('.actors .torrent').count(), { timeout: 20_000 }).toBe(5)
  const names = await page.locator('.actors .actor-name').allTextContents()
  expect(new Set(names).size).toBe(names.length)
  const bar = page.locator('.actors')
  expect(await bar.evaluate(({ clientWidth, scrollWidth }) => scrollWidth - clientWidth)).toBe(0)
  await page.locator('tbody tr').first().click()
  const early = await statesOf(page)
  await page.fill('#search', 'local.banned')
  const banned = page.locator('tbody tr.closed').first()
  await banned.waitFor({ timeout: 30_000 })
  await expect.poll(() => statesOf(page), { timeout: 20_000 }).not.toBe(early)
  await banned.click()
  await page.locator('#tab-reputation').click()
  expect(await page.textContent('.reputation-now')).toContain('banned')
  expect(await page.locator('.view tbody tr').first().textContent()).toContain('corrupt')
  await expect.poll(() => events.filter(({ event }) => event === 'summary').length, { timeout: 90_000 }).toBe(5)
  expect(await page.textContent('.link')).toBe('live')
  expect(faults).toEqual([])
  await end()
  expect(await ended).toEqual([0, null])
}, 180_000)
