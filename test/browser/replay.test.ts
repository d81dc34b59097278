import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Inspector, openRecorder, replayRecord, startInspector } from '../../index.ts'
import { createSwarm } from '../swarm/swarm.ts'
import { launch, type Visit, visit } from './browser.ts'

/** The page on a record that was replayed before it was opened. */

let folder: string
let browser: Awaited<ReturnType<typeof launch>>
let inspector: Inspector
let shown: Visit

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peerchart-replay-'))
  const path = join(folder, 'swarm.record')
  const record = await openRecorder(path, { keepAddresses: true })
  const swarm = createSwarm({ pieces: 40, encryption: 'none' })
  swarm.add('10.0.0.1', { has: 'all' })
  const leecher = swarm.add('10.0.0.2', { knows: ['10.0.0.1'], record })
  swarm.start()
  await swarm.until(() => leecher.state === 'seeding')
  await swarm.stop()
  await record.close()
  inspector = await startInspector()
  const { divergences } = await replayRecord(path, { inspect: inspector.inspect })
  expect(divergences).toEqual([])
  browser = await launch()
  shown = await visit(browser, inspector.url)
}, 60_000)

afterAll(async () => {
  await browser.close()
  await Promise.all([inspector.stop(), rm(folder, { recursive: true })])
  expect(shown.faults).toEqual([])
})

test('its connection is in the table as it ended', async () => {
  const row = shown.page.locator('tbody tr').first()
  await expect.poll(() => row.textContent(), { timeout: 15_000 }).toContain('10.0.0.1:6881')
  expect(await row.textContent()).toContain('closed')
})

test('the timeline goes back to its first event, and shows how the peer stood then', async () => {
  const { page } = shown
  await page.locator('tbody tr').first().click()
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await page.focus('.events')
  await page.keyboard.press('Home')
  await page.waitForSelector('.moment .strip', { timeout: 15_000 })
  expect(await page.textContent('.moment .strip')).toContain('handshake connecting')
  expect(await page.textContent('.moment .strip')).toContain('am_interested not_interested')

  await page.getByPlaceholder(/^Search; -word/).fill('torrent.interested')
  await page.locator('.events [role=option]').first().click()
  await expect.poll(() => page.textContent('.moment .strip'), { timeout: 15_000 }).toContain('am_interested interested')
})
