import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { digest, type Fixture, manyFiles, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, startPeerchart, succeeded } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

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
  { shape: 'a file of 64 MiB', fixture: 'single', host: '127.0.0.1' },
  { shape: 'many files, empty ones among them,', fixture: 'many', host: '127.0.0.1' },
  { shape: 'a file of 64 MiB over IPv6', fixture: 'single', host: '::1' },
]

for (const { shape, fixture: key, host } of cases) {
  describe(shape, () => {
    test('is downloaded from libtorrent byte for byte', async () => {
      const fixture = pick(key)
      const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { host }))
      const out = join(work, `download ${key} ${host}`)
      const args = ['--out', out, '--host', host, '--peer', seeder.address]
      const run = untilTestEnds(startPeerchart('download', fixture.torrent, ...args))
      const done = await run.waitFor('done')
      await succeeded(run)
      expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
      expect(done.bytes).toBe(fixture.size)
      expect(done.downloaded).toBeGreaterThanOrEqual(fixture.size)
      expect(run.all('verified')).toMatchObject([{ pieces: 0, total: fixture.pieces }])
      expect(run.all('corrupt')).toEqual([])
      const peer = await run.waitFor('peer', ({ state }) => state === 'open')
      expect(peer).toMatchObject({
        address: seeder.address,
        direction: 'out',
        client: expect.stringMatching(/libtorrent/i),
      })
    })

    test('is seeded to libtorrent, which knows peerchart by name', async () => {
      const fixture = pick(key)
      const args = ['--data', fixture.dir, '--host', host, '--listen', '0', '--transport', 'tcp']
      const run = untilTestEnds(startPeerchart('seed', fixture.torrent, ...args))
      const peers = [await listeningAddress(run)]
      const out = join(work, `seed ${key} ${host}`)
      const leech = untilTestEnds(await leechWithLibtorrent(fixture.torrent, out, { host, peers }))
      await leech.process.waitFor('flushed')
      expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
      expect(leech.process.all('corrupt')).toEqual([])
      expect(await leech.peers()).toMatchObject([{ address: peers[0], client: expect.stringMatching(/peerchart/i) }])
      expect(run.all('verified')).toMatchObject([{ pieces: fixture.pieces, total: fixture.pieces }])
      expect(await run.stop('SIGINT')).toEqual({ code: 130, signal: null })
    })
  })
}

function pick(key: string): Fixture {
  const fixture = fixtures[key]
  if (fixture === undefined) throw new Error(`no fixture ${key}`)
  return fixture
}
