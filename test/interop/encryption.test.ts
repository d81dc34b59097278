import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, startPeerchart, succeeded } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

let fixture: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'fixture'), 1024 * 1024)
  return folder.remove
})

/**
 * Our policy, libtorrent's, and what comes of it: `refused` where the two exclude each other. We speak plaintext alone, which
 * `required` forbids and libtorrent's `forced` does not take.
 */
const cases = [
  { ours: 'none', theirs: 'disabled', outcome: 'plaintext' },
  { ours: 'none', theirs: 'enabled', outcome: 'plaintext' },
  { ours: 'none', theirs: 'forced', outcome: 'refused' },
  { ours: 'preferred', theirs: 'disabled', outcome: 'plaintext' },
  { ours: 'preferred', theirs: 'enabled', outcome: 'plaintext' },
  { ours: 'preferred', theirs: 'forced', outcome: 'refused' },
  { ours: 'required', theirs: 'disabled', outcome: 'refused' },
  { ours: 'required', theirs: 'enabled', outcome: 'refused' },
  { ours: 'required', theirs: 'forced', outcome: 'refused' },
] as const

/** Long enough for a refused peer to be dialled again in plaintext, and far shorter than a test. */
const refusedAfterSeconds = '5'

for (const { ours, theirs, outcome } of cases) {
  describe(`our ${ours} against libtorrent's ${theirs} gives ${outcome}`, () => {
    test('when we dial', async () => {
      const seeder = untilTestEnds(
        await seedWithLibtorrent(fixture.torrent, fixture.dir, { encryption: theirs, cipher: 'rc4' }),
      )
      const out = join(work, `dial ${ours} ${theirs}`)
      const args = ['--out', out, '--peer', seeder.address, '--encryption', ours, '--timeout', refusedAfterSeconds]
      const run = untilTestEnds(startPeerchart('download', fixture.torrent, ...args))
      if (outcome === 'refused') {
        expect(await run.ended()).toEqual({ code: 1, signal: null })
        expect(run.all('error')).toHaveLength(1)
        expect(run.all('peer').every(({ state }) => state !== 'open')).toBe(true)
        return
      }
      await succeeded(run)
      expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
      const open = await run.waitFor('peer', ({ state }) => state === 'open')
      expect(open.encrypted).toBe(false)
    })

    // libtorrent offers both ways in turn, so that an `enabled` dial ends as we want it.
    test('when libtorrent dials', async () => {
      const args = ['--data', fixture.dir, '--listen', '0', '--encryption', ours]
      const run = untilTestEnds(startPeerchart('seed', fixture.torrent, ...args))
      const peers = [await listeningAddress(run)]
      const out = join(work, `dialled ${ours} ${theirs}`)
      const leech = untilTestEnds(
        await leechWithLibtorrent(fixture.torrent, out, { peers, encryption: theirs, cipher: 'rc4' }),
      )
      if (outcome === 'refused') {
        await run.waitFor('peer', ({ state }) => state === 'closed')
        expect(run.all('peer').every(({ state }) => state !== 'open')).toBe(true)
        expect(leech.process.all('done')).toEqual([])
        return
      }
      await leech.process.waitFor('done')
      const open = await run.waitFor('peer', ({ state }) => state === 'open')
      expect(open.encrypted).toBe(false)
    })
  })
}
