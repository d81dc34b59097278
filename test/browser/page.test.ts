import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Moment } from '../../inspector/protocol/protocol.ts'
import { firstBatch, ids, peerId, peerRow, statesOf } from '../inspector/page/made-up.ts'
import { seriousFaults } from './axe.ts'
import { shower } from './swarm.ts'

const show = shower()
const allow = ['torrent.choke', 'torrent.close', 'torrent.adjust_reputation', 'torrent.pause']
const views = ['chart', 'sequence', 'timeline', 'pieces', 'choker', 'reputation', 'rates', 'send'] as const
const moment = (actor: number, seq: number): Moment => ({
  actor,
  seq,
  at: 745_000 + seq,
  states: statesOf(peerRow(0)),
  context: { address: { host: '10.1.0.0', port: 6881 }, closeReason: null },
})

async function open(page: Page, view: string): Promise<void> {
  await page.locator(`#tab-${view}`).click()
  await page.waitForSelector(`#panel-${view}`)
  if (view === 'chart') await page.waitForSelector('.drawing svg')
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each([400, 1400])(
    'at %i pixels each view passes axe-core, has no text below 12 pixels and does not scroll sideways',
    async (width) => {
      const { page } = await show({
        first: firstBatch(40, allow),
        moment,
        hash: `#actor=${peerId(0)}`,
        context: { viewport: { width, height: 900 }, colorScheme },
      })
      for (const view of views) {
        await open(page, view)
        if (view === 'timeline') {
          await page.focus('.events')
          await page.keyboard.press('ArrowUp')
          await page.waitForSelector('.moment .drawing svg')
        }
        expect([view, await seriousFaults(page)]).toEqual([view, []])
        expect([view, await smallTexts(page)]).toEqual([view, []])
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      }
    },
    120_000,
  )

  test('the ground is as the system wants it, and as the switch says', async () => {
    const { page } = await show({ first: firstBatch(5), context: { colorScheme } })
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const [light, dark] = ['rgb(243, 245, 247)', 'rgb(14, 17, 22)']
    expect(await ground()).toBe(colorScheme === 'dark' ? dark : light)
    await page.getByLabel('Theme').selectOption('dark')
    expect(await ground()).toBe(dark)
    await page.reload()
    await page.waitForSelector('tbody tr')
    expect(await ground()).toBe(dark)
    await page.getByLabel('Theme').selectOption('light')
    expect(await ground()).toBe(light)
  })
})

test('the content security policy of the server is held: nothing inline, nothing from elsewhere', async () => {
  const { page } = await show({ first: firstBatch(5, allow), hash: `#actor=${peerId(0)}` })
  await page.evaluate(() => {
    document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => {
      document.body.dataset.breach = `${effectiveDirective} ${blockedURI}`
    })
  })
  for (const view of views) await open(page, view)
  expect(await page.getAttribute('body', 'data-breach')).toBe(null)
  expect(await page.locator('.drawing style, .drawing script').count()).toBe(0)
})

test('a banned peer shows its evidence', async () => {
  const { page } = await show({ hash: `#actor=${peerId(3)}&view=reputation` })
  expect(await page.textContent('.reputation-now')).toContain('42banned')
  expect(await page.locator('.view tbody tr').count()).toBe(5)
  expect(await page.locator('.view tbody tr').first().textContent()).toContain('corrupt−20it alone gave piece 31')
  expect(await page.textContent('.detail-head')).toContain('closed: local.banned')
})

test('the choker shows each peer of a round with slot, score and why, and earlier rounds', async () => {
  const { page } = await show({ hash: `#actor=${peerId(0)}&view=choker` })
  expect(await page.textContent('.view.choker .bar')).toContain('Round 75')
  expect(await page.locator('.view tbody tr').count()).toBe(60)
  expect(await page.locator('.view tbody tr').first().textContent()).toContain('rate')
  await page.getByRole('button', { name: 'Earlier round' }).click()
  expect(await page.textContent('.view.choker .bar')).toContain('Round 74')
})

test('the pieces are counted and drawn in the colors of the legend', async () => {
  const { page } = await show({ hash: `#actor=${ids.torrent}&view=pieces` })
  const map = page.getByRole('img', { name: /^What we have: missing \d+, some blocks \d+, whole \d+$/ })
  const pixel = await map.evaluate((canvas) =>
    canvas instanceof HTMLCanvasElement ? [...(canvas.getContext('2d')?.getImageData(2, 2, 1, 1).data ?? [])] : [],
  )
  expect(pixel).toEqual([47, 158, 91, 255])
})

test('only what the program allows can be sent, and it says what became of it', async () => {
  const { page, server } = await show({ first: firstBatch(5, allow), hash: `#actor=${peerId(0)}` })
  const quick = page.locator('.quick button')
  expect(await quick.allTextContents()).toEqual(['Choke', 'Close connection', 'Ban'])
  await quick.first().click()
  await expect.poll(() => page.textContent('.quick [role=status]')).toBe('torrent.choke sent')
  expect(server.wishes).toEqual([{ to: peerId(0), event: { type: 'torrent.choke' } }])

  await open(page, 'send')
  await page.locator('.send-form select').selectOption('torrent.close')
  await page.getByRole('button', { name: /^Send to/ }).click()
  await expect
    .poll(() => server.wishes.at(-1))
    .toEqual({ to: peerId(0), event: { type: 'torrent.close', code: 'requested' } })
  await page.locator('.send-form textarea').fill('{')
  await page.getByRole('button', { name: /^Send to/ }).click()
  await expect.poll(() => page.textContent('.send-form [role=status]')).toMatch(/JSON/)

  await page.locator('.actors button', { hasText: 'torrent 1846bf65' }).first().click()
  expect(await quick.allTextContents()).toEqual(['Pause'])
})

test('where the program allows nothing, nothing offers to send', async () => {
  const { page } = await show({ first: firstBatch(5), hash: `#actor=${peerId(0)}` })
  expect(await page.locator('.quick, #tab-send').count()).toBe(0)
})

test('a feed that ends is said to be lost, and comes again by itself', async () => {
  const { page, server } = await show({ first: firstBatch(5) })
  expect(await page.textContent('.link')).toBe('live')
  server.hangUp()
  await expect.poll(() => page.textContent('.link')).toContain('lost')
  await expect.poll(() => page.textContent('.link'), { timeout: 10_000 }).toBe('live')
  expect(server.feeds()).toBe(1)
})

test('a page that is hidden rests after half a minute, stays connected, and goes on when it is seen again', async () => {
  const { page, server } = await show({ first: firstBatch(5) })
  const seen = (state: 'hidden' | 'visible'): Promise<void> =>
    page.evaluate((visibility) => {
      Object.defineProperty(document, 'hidden', { value: visibility === 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  await page.clock.install()
  await seen('hidden')
  await page.clock.fastForward(29_000)
  expect([server.feeds(), server.resting()]).toEqual([1, 0])
  await page.clock.fastForward(2_000)
  await expect.poll(() => [server.feeds(), server.resting()]).toEqual([0, 1])
  await expect.poll(() => page.textContent('.link')).toBe('resting')
  await seen('visible')
  await expect.poll(() => [server.feeds(), server.resting()]).toEqual([1, 0])
  await expect.poll(() => page.textContent('.link')).toBe('live')
})

test('when the program ends the page says so, shows how it stood, and asks no more', async () => {
  const { page, server } = await show({ first: firstBatch(5), hash: `#actor=${peerId(0)}` })
  server.say('event: over\ndata: {}\n\n')
  await expect.poll(() => page.textContent('.link')).toBe('ended')
  expect(await page.textContent('.notice')).toBe('The program has ended. This is how it stood at 12:34.')
  server.hangUp()
  expect(await page.locator('tbody tr').count()).toBe(5)
  expect(await seriousFaults(page)).toEqual([])
  await expect.poll(() => server.feeds()).toBe(0)
})

test('with no peer and no actor yet the page says so', async () => {
  const { page } = await show({ first: { now: 0, hello: { startedAt: 1, allow: [] } }, waitsFor: '.grid .empty' })
  expect(await page.textContent('.grid .empty')).toBe('No peer has come yet.')
  expect(await page.textContent('.link')).toBe('live')
})

test('before a peer has come each torrent says why', async () => {
  const { torrents = [] } = firstBatch(0)
  const reasons = [
    { code: 'no_addresses', text: 'no address of a peer is known', since: 0 },
    { code: 'nothing_to_offer', text: 'nothing is there yet that a peer could want', since: 0 },
  ]
  const first = {
    now: 0,
    hello: { startedAt: 1, allow: [] },
    torrents: torrents.map((torrent) => ({ ...torrent, name: 'sample.iso', reasons })),
  }
  const { page, server } = await show({ first, waitsFor: '.grid .empty' })
  const lines = page.locator('.grid .empty p')
  expect(await lines.allTextContents()).toEqual([
    'No peer has come yet.',
    'sample.iso: no address of a peer is known; nothing is there yet that a peer could want',
  ])
  server.push({ now: 1_000, peers: [peerRow(0)] })
  await expect.poll(() => page.locator('.grid .empty').count()).toBe(0)
})

test('a page that is loaded again shows the same actor and view', async () => {
  const { page } = await show({ first: firstBatch(5), hash: `#actor=${peerId(1)}` })
  await open(page, 'rates')
  await page.reload()
  await page.waitForSelector('.view.rates')
  expect(await page.textContent('.detail h2')).toBe(peerRow(1).address)
})

/** Texts in sight that are written smaller than 12 pixels, as they are on the screen. */
const smallTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: string[] = []
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement
      if (parent === null || node.textContent?.trim() === '' || parent.closest('title')) continue
      const svg = parent.closest('svg')
      const scale = svg?.viewBox.baseVal.width ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1
      if (Number.parseFloat(getComputedStyle(parent).fontSize) * scale < 12) found.push(node.textContent ?? '')
    }
    return found
  })
