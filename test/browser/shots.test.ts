import { mkdir, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Moment } from '../../inspector/protocol/protocol.ts'
import { firstBatch, peerActor, peerId, peerRow, saidRows, statesOf, transportId } from '../inspector/page/made-up.ts'
import { shower } from './swarm.ts'

/** The pictures of the manual: where `SHOTS` names a folder they are written to it (`npm run shots`). */
const folder = process.env.SHOTS

const show = shower()
const allow = ['torrent.choke', 'torrent.close', 'torrent.adjust_reputation']
const kibibytesMax = 150

/** What is in sight, as WebP. */
async function shot(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
  const picture = Buffer.from(data, 'base64')
  expect(picture.subarray(8, 12).toString()).toBe('WEBP')
  expect(picture.length).toBeGreaterThan(8 * 1024)
  expect(picture.length).toBeLessThan(kibibytesMax * 1024)
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}/${name}.webp`, picture)
}

const row = peerRow(0, { amChoking: false, peerChoking: false, why: '', reasons: [] })
const moment = (actor: number, seq: number): Moment => ({
  actor,
  seq,
  at: 745_000,
  states: statesOf(row),
  context: {
    link: { address: { host: '10.1.0.0', port: 6881 }, direction: 'in' },
    outstanding: [],
    downloaded: 262_144,
  },
})

test('the chart of a peer, live', async () => {
  const { page, server } = await show({
    first: firstBatch(200, allow),
    hash: `#actor=${peerId(0)}&view=chart`,
    context: { viewport: { width: 1400, height: 900 }, colorScheme: 'dark' },
  })
  await page.waitForSelector('.drawing svg')
  const took = ['peer.peer_choking.choking|wire.unchoke|peer.peer_choking.not_choking|isOpen']
  server.push({
    now: 755_000,
    actors: [peerActor(0, row)],
    peers: [row],
    said: saidRows([[transportId(0), peerId(0), 'wire.unchoke', '', took]], 9000, 754_900),
  })
  await page.waitForSelector('.drawing .taken')
  await page.getByRole('button', { name: /^peer_choking/ }).click()
  await page.locator('body').click({ position: { x: 400, y: 20 } })
  await shot(page, 'chart')
})

test('a moment of the past, in the timeline', async () => {
  const { page } = await show({
    first: firstBatch(200, allow),
    moment,
    hash: `#actor=${peerId(0)}&view=timeline`,
    context: { viewport: { width: 1400, height: 900 }, colorScheme: 'light' },
  })
  await page.focus('.events')
  for (let nth = 0; nth < 6; nth++) await page.keyboard.press('ArrowUp')
  await page.waitForSelector('.moment .drawing svg')
  await page.locator('.moment summary').first().click()
  await shot(page, 'timeline')
})

test.each(['light', 'dark'] as const)('a narrow page, %s', async (colorScheme) => {
  const { page } = await show({ context: { viewport: { width: 400, height: 720 }, colorScheme } })
  await shot(page, `narrow-${colorScheme}`)
})
