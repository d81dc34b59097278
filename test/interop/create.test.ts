import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type Fixture, manyFiles, temporaryFolder } from './fixtures.ts'
import { readWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { startPeerchart, succeeded } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

let fixture: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await manyFiles(join(work, 'many'))
  return folder.remove
})

test('a torrent made by peerchart create is one that libtorrent reads and seeds', async () => {
  await mkdir(join(work, 'created'))
  const torrent = join(work, 'created', 'made.torrent')
  const args = [join(fixture.dir, fixture.name), '--out', torrent, '--piece-length', String(fixture.pieceLength)]
  await succeeded(untilTestEnds(startPeerchart('create', ...args)))
  const { pieces, pieceLength, size, files } = fixture
  expect(await readWithLibtorrent(torrent)).toMatchObject({ pieces, pieceLength, size, files })
  untilTestEnds(await seedWithLibtorrent(torrent, fixture.dir))
})
