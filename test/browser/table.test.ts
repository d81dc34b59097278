import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { addressOf, firstBatch, peerId, peerRow } from '../inspector/page/made-up.ts'
import { shower } from './swarm.ts'

const show = shower()
const firstCells = (page: Page, column: string): Promise<string[]> =>
  page.locator(`tbody tr td.${column}`).evaluateAll((cells) =>
    cells
      .map((cell) => ({ text: cell.textContent ?? '', top: cell.getBoundingClientRect().top }))
      .sort((a, b) => a.top - b.top)
      .slice(0, 5)
      .map(({ text }) => text),
  )
const status = (page: Page): Promise<string | null> => page.textContent('.peers .bar [role=status]')

test('200 peers are in the table, but only those in sight are drawn', async () => {
  const { page } = await show()
  expect(await status(page)).toBe('200 peers')
  expect(await page.getAttribute('#peers', 'aria-rowcount')).toBe('201')
  expect(await page.locator('tbody tr').count()).toBeLessThan(60)
  await page.locator('.grid').evaluate((grid) => grid.scrollTo(0, grid.scrollHeight))
  await expect.poll(() => page.locator('tbody tr').last().getAttribute('aria-rowindex')).toBe('201')
})

test('a head sorts by its column, the most first where that is what one looks for, and the other way round with the next click', async () => {
  const { page } = await show()
  const down = page.locator('th.down')
  await down.getByRole('button').click()
  expect(await down.getAttribute('aria-sort')).toBe('descending')
  const rates = Array.from({ length: 200 }, (_, i) => (i === 3 ? 0 : peerRow(i).rateDown)).sort((a, b) => b - a)
  const [most = ''] = await firstCells(page, 'down')
  expect(most).toBe(`${Math.round((rates[0] ?? 0) / 1024)} KiB/s`)
  await down.getByRole('button').click()
  expect(await down.getAttribute('aria-sort')).toBe('ascending')
  expect(await firstCells(page, 'down')).toEqual(['–', '–', '–', '–', '–'])
})

test('every column sorts', async () => {
  const { page } = await show()
  const heads = page.locator('th')
  for (let i = 0; i < (await heads.count()); i++) {
    await heads.nth(i).getByRole('button').click()
    expect(await heads.nth(i).getAttribute('aria-sort')).not.toBe('none')
  }
})

test('the search goes over address, client, states and why, all words of it', async () => {
  const { page } = await show()
  const finds = async (words: string, expected: RegExp): Promise<void> => {
    await page.fill('#search', words)
    await expect.poll(() => status(page)).toMatch(expected)
  }
  await finds('192.0.2.66', /^1 of 200 peers$/)
  await finds('deluge', /^33 of 200 peers$/)
  await finds('negotiating', /^4 of 200 peers$/)
  await finds('local.banned µtorrent', /^1 of 200 peers$/)
  await finds('nobody at all', /^0 of 200 peers$/)
  expect(await page.textContent('.grid .empty')).toContain('No peer matches')
})

test('the keyboard alone finds a peer, chooses it and goes through its views', async () => {
  const { page } = await show()
  await page.keyboard.press('/')
  await page.keyboard.type('deluge')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  const chosen = page.locator('tr[aria-selected=true]')
  expect(await chosen.locator('.client').textContent()).toBe('Deluge 2.1.1')
  expect(await page.getAttribute('#peers', 'aria-activedescendant')).toBe(await chosen.getAttribute('id'))
  const address = await chosen.locator('.address').textContent()
  expect(await page.textContent('.detail h2')).toBe(address)
  await page.keyboard.press('Enter')
  const views: (string | null)[] = []
  for (let i = 0; i < 7; i++) {
    views.push(await page.evaluate(() => document.activeElement?.textContent ?? null))
    await page.keyboard.press('ArrowRight')
  }
  expect(views).toEqual(['Chart', 'Sequence', 'Timeline', 'Pieces', 'Choker', 'Reputation', 'Rates'])
})

test('the End key goes to the last peer and brings it into sight', async () => {
  const { page } = await show()
  await page.focus('#peers')
  await page.keyboard.press('End')
  await expect.poll(() => page.locator('tr[aria-selected=true]').getAttribute('aria-rowindex')).toBe('201')
  const [row, box] = await Promise.all([
    page.locator('tr[aria-selected=true]').boundingBox(),
    page.locator('.grid').boundingBox(),
  ])
  expect((row?.y ?? 0) + (row?.height ?? 0)).toBeLessThanOrEqual((box?.y ?? 0) + (box?.height ?? 0) + 1)
})

test('a row follows its peer: what a batch changes is shown, and who is forgotten goes', async () => {
  const { page, server } = await show({ first: firstBatch(10) })
  const row = page.locator(`#peer-${peerId(0)}`)
  server.push({ now: 755_000, peers: [peerRow(0, { rateDown: 2_097_152, why: 'a new reason' })] })
  await expect.poll(() => row.locator('.down').textContent()).toBe('2.00 MiB/s')
  expect(await row.locator('.why').textContent()).toBe('a new reason')
  expect(await row.locator('.address').textContent()).toBe(addressOf(0))
  server.push({ now: 756_000, forgotten: [peerId(0)] })
  await expect.poll(() => row.count()).toBe(0)
  expect(await status(page)).toBe('9 peers')
})
