import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corruptCopy, digest, singleFile, temporaryFolder } from './fixtures.ts'
import { seedWithLibtorrent } from './libtorrent.ts'
import { startPeerchart, succeeded } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

/** Slows the good seeder down, so that the corrupt one has its share. */
const uploadLimit = 4 * 1024 * 1024

test('a seeder of wrong bytes is banned, the good one beside it is not, and the download is right', async () => {
  const { path: work, remove: stop } = await temporaryFolder()
  untilTestEnds({ stop })
  const fixture = await singleFile(join(work, 'fixture'), 16 * 1024 * 1024)
  const wrong = await corruptCopy(fixture, join(work, 'wrong'))
  const good = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { uploadLimit }))
  const corrupter = untilTestEnds(
    await seedWithLibtorrent(fixture.torrent, wrong, { host: '127.0.0.2', unchecked: true }),
  )
  const out = join(work, 'out')
  const args = ['--out', out, '--peer', good.address, '--peer', corrupter.address]
  // Listening where neither can dial us: on loopback a banned seeder that comes back from another port is another address.
  const run = untilTestEnds(startPeerchart('download', fixture.torrent, '--host', '::1', ...args))
  await run.waitFor('done')
  await succeeded(run)

  expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
  const banned = run.all('banned')
  expect(banned.map(({ address }) => address)).toEqual([corrupter.address])
  expect(banned[0]?.reputation).toBeLessThanOrEqual(50)
  const corrupt = run.all('corrupt')
  expect(corrupt.length).toBeGreaterThan(0)
  for (const { addresses } of corrupt) expect(addresses).toContain(corrupter.address)
})
