import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { firstBatch, ids, peerActor, peerId, peerRow, saidRows, transportId } from '../inspector/page/made-up.ts'
import { shower } from './swarm.ts'

const show = shower()
const hash = `#actor=${peerId(0)}&view=chart`

/** The titles of what has a class, in all pictures. */
const titles = (page: Page, kind: string): Promise<string[]> =>
  page
    .locator(`.drawing g.${kind} > title`)
    .evaluateAll((found) => found.map(({ textContent }) => textContent ?? '').sort())

test('each region of a peer is a picture, side by side, with the state it is in lit', async () => {
  const { page } = await show({ first: firstBatch(5), hash })
  await page.waitForSelector('.drawing svg')
  const names = await page.locator('.pictures figcaption').allTextContents()
  expect(names).toContain('am_choking')
  expect(names).toHaveLength(12)
  const active = await titles(page, 'node.active')
  expect(active).toContain('peer.handshake.open')
  expect(active).toContain('peer.am_choking.choking')
  expect(active).toHaveLength(12)
  const tops = await page
    .locator('.pictures figure')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top))
  expect(new Set(tops).size).toBeLessThan(tops.length)
})

test('a chart that is still being drawn says so', async () => {
  const { page } = await show({ first: firstBatch(5) })
  let answer = () => {}
  const isWanted = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/chart/*.json', async (route) => {
    await isWanted
    await route.continue()
  })
  await page.locator('tbody tr').first().click()
  await page.locator('#tab-chart').click()
  await expect.poll(() => page.locator('.pictures').innerText()).toBe('The chart is being drawn.')
  answer()
  await page.waitForSelector('.drawing svg')
  expect(await page.locator('.pictures .waiting').count()).toBe(0)
})

test('a batch that changes states lights the new ones, and the transition that was taken', async () => {
  const { page, server } = await show({ first: firstBatch(5), hash })
  await page.waitForSelector('.drawing svg')
  const peer = peerRow(0, { amChoking: false })
  const took = ['peer.am_choking.choking|torrent.unchoke|peer.am_choking.not_choking|isOpen']
  server.push({
    now: 755_000,
    actors: [peerActor(0, peer)],
    peers: [peer],
    said: saidRows([[ids.torrent, peerId(0), 'torrent.unchoke', '', took]], 9000, 754_900),
  })
  await expect.poll(() => titles(page, 'active')).toContain('peer.am_choking.not_choking')
  expect(await titles(page, 'active')).not.toContain('peer.am_choking.choking')
  expect(await titles(page, 'taken.flash')).toEqual(['peer.am_choking.choking->peer.am_choking.not_choking'])
  expect(await page.locator('.strip').textContent()).toContain('am_choking not_choking')
})

test('of an arrow with several labels the one is lit that names the event', async () => {
  const { page, server } = await show({ first: firstBatch(5), hash })
  await page.waitForSelector('.drawing svg')
  const took = ['peer.availability.awaiting_first|wire.have|peer.availability.partial']
  server.push({
    now: 755_000,
    said: saidRows([[transportId(0), peerId(0), 'wire.have', 'index 4', took]], 9000, 754_900),
  })
  await expect
    .poll(() => titles(page, 'taken.flash'))
    .toEqual(['peer.availability.awaiting_first->peer.availability.partial'])
  const lit = await page.locator('.drawing g.taken.flash > text.taken').allTextContents()
  expect(lit.map((line) => line.trim()).join(' ')).toBe('3 wire.have / tellPieces, notePiece')
})

test('a transition without an arrow is lit as the line of its state that names the event', async () => {
  const { page, server } = await show({ first: firstBatch(5), hash })
  await page.waitForSelector('.drawing svg')
  const took = ['peer.talk.heard|wire.have||isKnownPiece']
  server.push({
    now: 755_000,
    said: saidRows([[transportId(0), peerId(0), 'wire.have', 'index 4', took]], 9000, 754_900),
  })
  await expect
    .poll(() => page.locator('.drawing g.state > text.taken').allTextContents())
    .toEqual([expect.stringContaining('wire.have')])
})

test('a torrent and a session have their charts too, named as they are', async () => {
  const { page } = await show({ first: firstBatch(5) })
  await page.getByRole('button', { name: 'torrent 1846bf65' }).click()
  await expect.poll(() => titles(page, 'active')).toContain('torrent.content.fetching.rarest_first')
  expect(await page.textContent('.detail h2')).toBe('torrent 1846bf65')
  await page.getByRole('button', { name: 'session', exact: true }).first().click()
  await expect.poll(() => titles(page, 'active')).toEqual(['session.running.listening'])
})
