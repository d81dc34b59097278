import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { type Metainfo, parseMetainfo } from '../../storage/metainfo.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { parseAddress } from '../../transport/address.ts'
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts'
import { type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { listeningAddress, type Peerchart, startPeerchart } from './peerchart.ts'
import { processorSeconds } from './processor-time.ts'
import { untilTestEnds } from './until-test-ends.ts'

/**
 * Limits as others see them: bytes on loopback TCP, counted between the limited process and four remotes without a limit. The sum is
 * looked at from the first second on; the shares and the processor in the ten seconds behind, when all have connected and the code is
 * compiled.
 */

const mebibyte = 1024 * 1024
const seconds = 10

/** What passed in ten seconds, and how much of a core the limited process took for it. */
interface Measured {
  /** Bytes a second by remote. */
  readonly rates: readonly number[]
  readonly total: number
  readonly core: number
}

async function measure(run: Peerchart, bytesOf: readonly (() => number)[]): Promise<Measured> {
  const startedAt = performance.now()
  const before = bytesOf.map((bytes) => bytes())
  const processorBefore = await processorSeconds(run.pid)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const processor = (await processorSeconds(run.pid)) - processorBefore
  const took = (performance.now() - startedAt) / 1000
  const rates = bytesOf.map((bytes, i) => (bytes() - (before[i] ?? 0)) / took)
  const measured = { rates, total: rates.reduce((sum, rate) => sum + rate), core: processor / took }
  console.log(
    `${(measured.total / mebibyte).toFixed(3)} MiB/s of ${rates.map((rate) => (rate / mebibyte).toFixed(3)).join(', ')};`,
    `${(measured.core * 100).toFixed(1)} % of a core`,
  )
  return measured
}

const within = (share: number, value: number, of: number): void => {
  expect(value / of).toBeGreaterThan(1 - share)
  expect(value / of).toBeLessThan(1 + share)
}

async function sample(): Promise<{ readonly fixture: Fixture; readonly metainfo: Metainfo; readonly out: string }> {
  const { path: work, remove: stop } = await temporaryFolder()
  untilTestEnds({ stop })
  const fixture = await singleFile(join(work, 'fixture'))
  return { fixture, metainfo: parseMetainfo(await readFile(fixture.torrent)), out: join(work, 'out') }
}

/** Once it listens, its port. */
async function started(torrent: Torrent): Promise<number> {
  untilTestEnds(torrent)
  const listening = new Promise<number>((resolve) => torrent.on('listening', ({ address }) => resolve(address.port)))
  torrent.start()
  return listening
}

// Measured anew, twice at most, where other processes took the machine meanwhile: the bounds stay as they are.
describe.each(['none', 'required'] as const)('encryption %s', { retry: 2 }, (encryption) => {
  test('2 MiB/s down of four seeders, from the first second on, then in equal shares', async () => {
    const { fixture, metainfo, out } = await sample()
    const listen = { host: '127.0.0.1', port: 0 }
    const proxies: CountingProxy[] = []
    for (let i = 0; i < 4; i++) {
      const store = await openFileStore(metainfo, fixture.dir, { readOnly: true })
      const port = await started(createTorrent({ metainfo, store, listen, encryption }))
      proxies.push(untilTestEnds(await startCountingProxy(port)))
    }
    const peers = proxies.flatMap(({ address }) => ['--peer', address])
    const limit = ['--download-limit', '2M', '--encryption', encryption]
    const run = untilTestEnds(startPeerchart('download', fixture.torrent, '--out', out, ...limit, ...peers))
    await run.waitFor('progress', ({ downloaded }) => downloaded > 0)
    const sent = proxies.map((proxy) => () => proxy.sent.byAccepter)
    within(0.05, (await measure(run, sent)).total, 2 * mebibyte)
    const { rates, total, core } = await measure(run, sent)
    within(0.05, total, 2 * mebibyte)
    for (const rate of rates) within(0.1, rate, mebibyte / 2)
    expect(core).toBeLessThan(0.1)
  })

  test('1 MiB/s up to four leechers, from the first second on, then in equal shares', async () => {
    const { fixture, metainfo } = await sample()
    const limit = ['--upload-limit', '1M', '--encryption', encryption]
    const run = untilTestEnds(startPeerchart('seed', fixture.torrent, '--data', fixture.dir, '--listen', '0', ...limit))
    const { port } = parseAddress(await listeningAddress(run))
    const proxies: CountingProxy[] = []
    for (let i = 0; i < 4; i++) {
      const proxy = untilTestEnds(await startCountingProxy(port))
      const store = openMemoryStore(metainfo)
      const leecher = untilTestEnds(
        createTorrent({ metainfo, store, peers: [parseAddress(proxy.address)], encryption }),
      )
      leecher.start()
      proxies.push(proxy)
    }
    await run.waitFor('progress', ({ uploaded }) => uploaded > 0)
    const sent = proxies.map((proxy) => () => proxy.sent.byAccepter)
    within(0.05, (await measure(run, sent)).total, mebibyte)
    const { rates, total, core } = await measure(run, sent)
    within(0.05, total, mebibyte)
    for (const rate of rates) within(0.1, rate, mebibyte / 4)
    expect(core).toBeLessThan(0.1)
  })
})
