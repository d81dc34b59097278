import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digest, temporaryFolder, twoFiles } from './fixtures.ts'
import { leechWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, startPeerchart } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

const pieces = 8

test('a file that is deleted while it is seeded costs libtorrent its pieces alone; who is connected stays, and the seed goes on', async () => {
  const { path: work, remove: stop } = await temporaryFolder()
  untilTestEnds({ stop })
  const fixture = await twoFiles(join(work, 'fixture'), pieces)
  const args = ['--data', fixture.dir, '--host', '127.0.0.1', '--listen', '0', '--transport', 'tcp']
  const run = untilTestEnds(startPeerchart('seed', fixture.torrent, ...args))
  const peers = [await listeningAddress(run)]
  await run.waitFor('verified', ({ pieces: verified, total }) => verified === total)
  const lost = join(fixture.dir, fixture.name, 'lost.bin')
  await rm(lost)

  // One that is so slow that it still downloads when the loss is noticed: the seed looks at a file that it serves every ten seconds.
  const slow = untilTestEnds(
    await leechWithLibtorrent(fixture.torrent, join(work, 'slow'), { peers, downloadLimit: 200_000 }),
  )
  const { message } = await run.waitFor('warning')
  expect(message).toContain(lost)

  const before = slow.process.all('progress').at(-1)?.pieces ?? 0
  expect(before).toBeLessThan(2 * pieces)

  const quick = untilTestEnds(await leechWithLibtorrent(fixture.torrent, join(work, 'quick'), { peers }))
  await quick.process.waitFor('progress', ({ pieces: got }) => got === pieces)
  await slow.process.waitFor('progress', ({ pieces: got }) => got >= Math.max(pieces, before + 1))
  for (const { process } of [quick, slow]) expect([process.all('corrupt'), process.all('done')]).toEqual([[], []])
  expect(quick.process.all('progress').at(-1)?.pieces).toBe(pieces)
  expect(await quick.peers()).toMatchObject([{ address: peers[0], seed: false }])
  expect((await run.waitFor('progress', ({ pieces: have }) => have === pieces)).total).toBe(2 * pieces)
  expect(run.all('warning')).toHaveLength(1)
  expect(run.all('error')).toEqual([])
  expect(run.all('peer').filter(({ state }) => state === 'closed')).toEqual([])
  expect(await run.stop('SIGINT')).toEqual({ code: 130, signal: null })

  await Promise.all([quick.stop(), slow.stop()])
  const [right, got] = await Promise.all(
    [fixture.dir, join(work, 'quick')].map((dir) => digest(join(dir, fixture.name))),
  )
  expect(got?.['kept.bin']).toBe(right?.['kept.bin'])
})
