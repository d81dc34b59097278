import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Moment } from '../../inspector/protocol/protocol.ts'
import { firstBatch, ids, linesOf, peerActor, peerId, peerRow, saidRows, statesOf } from '../inspector/page/made-up.ts'
import { shower } from './swarm.ts'

const show = shower()
const hash = `#actor=${peerId(0)}&view=timeline`
const then = peerRow(0, { peerChoking: false })

/** Before the event of number 10 it did not choke us; now it does. */
const moment = (actor: number, seq: number): Moment | undefined =>
  seq < 4
    ? undefined
    : {
        actor,
        seq,
        at: 745_000 + seq,
        states: statesOf(then),
        context: { outstanding: [{ index: 3, begin: 0 }], at: seq },
      }

const lines = (page: Page, part: string): Promise<string[]> =>
  page.locator(`.event ${part}`).evaluateAll((found) => found.map(({ textContent }) => textContent ?? ''))
const counts = (page: Page): Promise<string | null> => page.textContent('.timeline-list [role=status]')

test('scrolling back and choosing an event shows the states, the chart and the context as they were then, and live goes back', async () => {
  const { page } = await show({ first: firstBatch(4), moment, hash })
  expect(await page.locator(`#peer-${peerId(0)} .peer_choking`).textContent()).toContain('yes')
  const list = page.locator('.events')
  await list.evaluate((box) => box.scrollTo(0, 0))
  await expect.poll(() => page.textContent('.live')).toContain('Live')
  await list.locator('[data-seq="5"]').click()
  await page.waitForSelector('.moment .drawing svg')
  expect(await page.textContent('.moment .strip')).toContain('peer_choking not_choking')
  const active = page.locator('.moment .drawing g.active > title')
  await expect.poll(() => active.allTextContents()).toContain('peer.peer_choking.not_choking')
  await page.locator('.tree summary', { hasText: 'outstanding' }).click()
  expect(await page.textContent('.moment .tree')).toContain('{ index, begin }')

  await page.getByRole('tab', { name: 'Chart' }).click()
  expect(await page.textContent('.past')).toContain('as it stood at')
  await page.getByRole('button', { name: 'Back to live' }).click()
  expect(await page.textContent('.strip')).toContain('peer_choking choking')
})

test('the arrow keys go from event to event, and Escape back to the present', async () => {
  const { page } = await show({ first: firstBatch(4), moment, hash })
  await page.focus('.events')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.waitForSelector('.moment .strip')
  const chosen = await page.getAttribute('.event.chosen', 'id')
  expect(await page.getAttribute('.events', 'aria-activedescendant')).toBe(chosen)
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('.moment').count()).toBe(0)
})

test('what an actor said shows how it stood when it said it; one that is no statechart says that it is none', async () => {
  const { page } = await show({ first: firstBatch(4), moment, hash })
  await page.locator('.events').evaluate((box) => box.scrollTo(0, 0))
  await page.locator('.events [data-seq="4"]').click()
  await expect.poll(() => page.textContent('.moment .tree')).toContain('at 4')
  await page.locator('.actors button', { hasText: 'core of' }).click()
  await page.focus('.events')
  await page.keyboard.press('End')
  await expect.poll(() => page.textContent('.moment')).toContain('It is no statechart')
})

test('a peer that was silent while others spoke has what the server remembers of it', async () => {
  const { page } = await show({
    first: { ...firstBatch(10), oldest: 1 },
    said: (actor) => (actor === peerId(7) ? saidRows(linesOf(7), -100, 700_000) : []),
    hash: `#actor=${peerId(7)}&view=timeline`,
  })
  await expect.poll(() => counts(page)).toBe('13 of 13')
  expect((await lines(page, '.type'))[0]).toBe('wire.unchoke')
  await page.locator('#tab-sequence').click()
  await expect
    .poll(() => page.locator('.lane small').allTextContents())
    .toEqual(['transport', 'peer', 'torrent', 'core'])
})

test('a moment that the server has forgotten is said to be', async () => {
  const { page } = await show({ first: { ...firstBatch(4), oldest: 10_000 }, hash })
  await page.focus('.events')
  await page.keyboard.press('Home')
  await expect.poll(() => page.textContent('.moment')).toContain('forgotten')
  expect(await page.locator('.moment .strip').count()).toBe(0)
})

test('types, words and words with a minus leave events out; heard and said are told apart', async () => {
  const { page } = await show({ first: firstBatch(4), moment, hash })
  const search = page.getByRole('searchbox', { name: 'Search the events' })
  await search.fill('unchoke')
  await expect.poll(async () => new Set(await lines(page, '.type'))).toEqual(new Set(['wire.unchoke', 'peer.unchoked']))
  await search.fill('unchoke -peer')
  await expect.poll(async () => new Set(await lines(page, '.type'))).toEqual(new Set(['wire.unchoke']))
  await search.fill('')
  await page.locator('.types summary').click()
  await page.getByRole('button', { name: 'None' }).click()
  await page.getByRole('checkbox', { name: /torrent\.request/ }).check()
  await expect.poll(async () => new Set(await lines(page, '.type'))).toEqual(new Set(['torrent.request']))
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByRole('checkbox', { name: 'heard' }).uncheck()
  await expect.poll(async () => new Set(await lines(page, '.way .hidden'))).toEqual(new Set(['said to']))
})

test('a paused list stands still while events come, and goes on when live', async () => {
  const { page, server } = await show({ first: firstBatch(4), hash })
  const before = await counts(page)
  await page.getByRole('button', { name: 'Pause' }).click()
  server.push({ now: 756_000, said: saidRows(linesOf(0), 9000, 755_000), actors: [peerActor(0, then)], peers: [then] })
  await expect.poll(() => page.textContent('.totals dd')).toBe('12:36')
  expect(await counts(page)).toBe(before)
  await page.getByRole('button', { name: 'Live' }).click()
  await expect.poll(() => counts(page)).not.toBe(before)
  expect((await lines(page, '.type')).at(-1)).toBe('wire.choke')
})

test('what was said is shown whole when it is chosen, by the mouse or the arrow keys, also where the lanes are narrow', async () => {
  const { page } = await show({ first: firstBatch(4), hash: `#actor=${peerId(0)}&view=sequence` })
  await page.setViewportSize({ width: 400, height: 800 })
  const whole = page.locator('.whole')
  await page.locator('.message').last().click()
  const [from, said] = [await whole.textContent(), await page.locator('.message.chosen .message-text').textContent()]
  expect(from).toContain(said)
  const { right } = await whole.evaluate((one) => ({ right: one.scrollWidth - one.clientWidth }))
  expect(right).toBe(0)
  await page.keyboard.press('ArrowUp')
  expect(await whole.textContent()).not.toBe(from)
  expect(await whole.textContent()).toContain(await page.locator('.message.chosen .message-text').textContent())
  await page.keyboard.press('Escape')
  expect(await whole.textContent()).toBe('')
})

test('the sequence has a lane for each that the peer talks with, from the wire inwards, and one for many of a role', async () => {
  const { page } = await show({ first: firstBatch(4), hash: `#actor=${peerId(0)}&view=sequence` })
  expect(await page.locator('.lane small').allTextContents()).toEqual(['transport', 'peer', 'torrent', 'core'])
  await page.locator('.actors button', { hasText: 'core of' }).click()
  expect(await page.locator('.lane b').allTextContents()).toEqual([
    '4 peers',
    'core of 1846bf65',
    'storage of 1846bf65',
  ])
  expect(ids.core).toBe(3)
})
