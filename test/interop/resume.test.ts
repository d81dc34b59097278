import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digest, singleFile, temporaryFolder } from './fixtures.ts'
import { seedWithLibtorrent } from './libtorrent.ts'
import { startPeerchart, succeeded } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

/** Slow enough that 64 MiB take some five seconds, so that the kill falls in the middle. */
const uploadLimit = 12 * 1024 * 1024

test('after a SIGKILL in mid-download a second run keeps every piece reported and fetches only the others', async () => {
  const { path: work, remove: stop } = await temporaryFolder()
  untilTestEnds({ stop })
  const fixture = await singleFile(join(work, 'fixture'))
  const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { uploadLimit }))
  const out = join(work, 'out')
  const args = [fixture.torrent, '--out', out, '--peer', seeder.address]

  const first = untilTestEnds(startPeerchart('download', ...args))
  await first.waitFor('progress', ({ pieces, total }) => pieces >= total / 3)
  expect(await first.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
  const reported = first.all('progress').at(-1)?.pieces ?? 0
  expect(reported).toBeLessThan(fixture.pieces)

  const second = untilTestEnds(startPeerchart('download', ...args))
  const { pieces } = await second.waitFor('verified')
  expect(pieces).toBeGreaterThanOrEqual(reported)
  const { bytes, downloaded } = await second.waitFor('done')
  await succeeded(second)
  expect(downloaded).toBeLessThanOrEqual((fixture.pieces - pieces) * fixture.pieceLength)
  expect(bytes).toBe(fixture.size)
  expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
})
