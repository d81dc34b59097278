import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTorrent, type Inspector, openMemoryStore, startInspector, type Torrent } from '../../index.ts'
import { sampleTorrent } from '../swarm/sample.ts'
import { launch, type Visit, visit } from './browser.ts'

/** The page on a swarm of this process, over TCP: a seed, and a leecher whose torrent is looked at and slowed down. */

let browser: Awaited<ReturnType<typeof launch>>
let inspector: Inspector
let seed: Torrent
let leecher: Torrent
let shown: Visit

beforeAll(async () => {
  const { data, metainfo } = sampleTorrent({ pieces: 64, blocksPerPiece: 4 })
  const listen = { host: '127.0.0.1', port: 0 }
  const full = openMemoryStore(metainfo)
  for (let index = 0; index < 64; index++)
    await new Promise<void>((resolve, reject) => {
      const piece = data.subarray(index * metainfo.pieceLength, (index + 1) * metainfo.pieceLength)
      full.put(index, piece, (error) => (error ? reject(error) : resolve()))
    })
  inspector = await startInspector({ allow: ['torrent.choke', 'torrent.unchoke', 'torrent.close'] })
  seed = createTorrent({ metainfo, store: full, listen, inspect: inspector.inspect, uploadLimit: 200_000 })
  const listening = new Promise<number>((resolve) => seed.on('listening', ({ address }) => resolve(address.port)))
  seed.start()
  leecher = createTorrent({
    metainfo,
    store: openMemoryStore(metainfo),
    peers: [{ host: '127.0.0.1', port: await listening }],
  })
  leecher.start()
  browser = await launch()
  shown = await visit(browser, inspector.url)
}, 60_000)

afterAll(async () => {
  await browser.close()
  await Promise.all([seed.stop(), leecher.stop(), inspector.stop()])
})

test('the peer of the swarm is in the table, with its client, its flags and its rates', async () => {
  const row = shown.page.locator('tbody tr').first()
  await expect.poll(() => row.textContent(), { timeout: 15_000 }).toContain('open')
  expect(await row.textContent()).toContain('peerchart')
  await expect.poll(() => row.textContent(), { timeout: 15_000 }).toContain('KiB/s')
})

test('its chart lights the states it is in, and choke from the page is seen by the remote', async () => {
  const { page } = shown
  await page.locator('tbody tr').first().click()
  await page.waitForSelector('.drawing svg', { timeout: 30_000 })
  const active = () => page.locator('.drawing g.state.active > title').allTextContents()
  await expect.poll(active, { timeout: 15_000 }).toContain('peer.am_choking.not_choking')
  expect(leecher.peers[0]?.peerChoking).toBe(false)
  await page.getByRole('button', { name: 'Choke', exact: true }).click()
  await expect.poll(active, { timeout: 15_000 }).toContain('peer.am_choking.choking')
  await expect.poll(() => leecher.peers[0]?.peerChoking, { timeout: 15_000 }).toBe(true)
})

test('scrolling back shows how the peer stood before it was choked', async () => {
  const { page } = shown
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await page.getByPlaceholder(/^Search; -word/).fill('wire.interested')
  await page.locator('.events [role=option], .events li, .events tr').first().click()
  await page.waitForSelector('.moment .drawing svg', { timeout: 15_000 })
  const then = await page.locator('.moment g.state.active > title').allTextContents()
  expect(then).toContain('peer.peer_interested.interested')
})

test('the page said nothing wrong, and asked nobody else', () => {
  expect(shown.faults).toEqual([])
})
