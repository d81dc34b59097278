import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ownAddress } from './addresses.ts'
import { digest, type Fixture, manyFiles, singleFile, temporaryFolder } from './fixtures.ts'
import { listeningAddress, startPeerchart, succeeded } from './peerchart.ts'
import { startTracker } from './tracker.ts'
import { startTransmission } from './transmission.ts'
import { untilTestEnds } from './until-test-ends.ts'

// Transmission chokes and unchokes every 10 s: the first block may take that long, and that is no fault.

const fixtures: Record<string, Fixture> = {}
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixtures.single = await singleFile(join(work, 'single'))
  fixtures.many = await manyFiles(join(work, 'many'))
  return folder.remove
})

const cases = [
  { shape: 'a file of 64 MiB', fixture: 'single' },
  { shape: 'many files, empty ones among them,', fixture: 'many' },
]

for (const { shape, fixture: key } of cases) {
  describe(shape, () => {
    test('is downloaded from transmission byte for byte', async () => {
      const fixture = pick(key)
      const seeder = untilTestEnds(await startTransmission())
      await seeder.seed(fixture.torrent, fixture.dir)
      const out = join(work, `download ${key}`)
      const run = untilTestEnds(startPeerchart('download', fixture.torrent, '--out', out, '--peer', seeder.address))
      const done = await run.waitFor('done')
      await succeeded(run)
      expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
      expect(done.bytes).toBe(fixture.size)
      expect(run.all('corrupt')).toEqual([])
      const peer = await run.waitFor('peer', ({ state }) => state === 'open')
      expect(peer).toMatchObject({ address: seeder.address, client: expect.stringMatching(/transmission/i) })
    })

    test('is seeded to a transmission that we dial', async () => {
      const fixture = pick(key)
      const leech = untilTestEnds(await startTransmission())
      const out = join(work, `seed ${key}`)
      await leech.leech(fixture.torrent, out)
      const args = ['--data', fixture.dir, '--listen', '0', '--peer', leech.address]
      const run = untilTestEnds(startPeerchart('seed', fixture.torrent, ...args))
      await leech.complete()
      await leech.stop()
      const expected = withoutEmptyFiles(await digest(join(fixture.dir, fixture.name)))
      expect(withoutEmptyFiles(await digest(join(out, fixture.name)))).toEqual(expected)
      expect(await run.stop('SIGINT')).toEqual({ code: 130, signal: null })
    })
  })
}

test('a transmission that a tracker sent to us dials us and completes', async () => {
  const fixture = pick('single')
  const host = ownAddress()
  const args = ['--data', fixture.dir, '--host', host, '--listen', '0']
  const run = untilTestEnds(startPeerchart('seed', fixture.torrent, ...args))
  const tracker = untilTestEnds(await startTracker([await listeningAddress(run)]))
  const leech = untilTestEnds(await startTransmission({ host }))
  const out = join(work, 'dialled')
  await leech.leech(fixture.torrent, out, tracker.announceUrl)
  await leech.complete()
  await leech.stop()
  expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
  const peer = await run.waitFor('peer', ({ state }) => state === 'open')
  expect(peer).toMatchObject({ direction: 'in', client: expect.stringMatching(/transmission/i) })
})

/** Transmission 3 does not make the empty files of a torrent. */
function withoutEmptyFiles(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([, content]) => !content.startsWith('0 ')))
}

function pick(key: string): Fixture {
  const fixture = fixtures[key]
  if (fixture === undefined) throw new Error(`no fixture ${key}`)
  return fixture
}
