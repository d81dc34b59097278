import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { createMetainfo } from '../../../storage/create.ts'
import { openFileStore } from '../../../storage/open-file-store.ts'
import { findWrongFiles } from '../../../storage/wrong-files.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

/** An album of three files and an empty one, verified after `harm` has done its own. */
async function verified(harm: (folder: string) => Promise<void>, ...options: readonly string[]) {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'album'))
  for (const name of ['a', 'b', 'c']) await writeFile(join(folder, 'album', name), Buffer.alloc(40_000, name))
  await writeFile(join(folder, 'album', 'empty'), '')
  const torrent = join(folder, 'x.torrent')
  await writeFile(torrent, await createMetainfo(join(folder, 'album'), { pieceLength: 16_384 }))
  await harm(folder)
  const world = fakeIo({ api: { findWrongFiles, openFileStore } })
  return { ...world, folder, code: await run(['verify', torrent, '--data', folder, ...options], world.io) }
}

test('verify is exit 0 when all of it verifies', async () => {
  const { code, stdout, stderr } = await verified(async () => {})
  expect({ code, out: stdout.text, err: stderr.text }).toEqual({ code: 0, out: 'verified 8 of 8 pieces\n', err: '' })
})

test('verify is exit 1 when some of it does not, and names the files', async () => {
  const { code, events, stderr, folder } = await verified(
    (here) => writeFile(join(here, 'album', 'c'), Buffer.alloc(40_000, 'x')),
    '--json',
  )
  expect(code).toBe(1)
  const message = `4 of 8 pieces do not verify in ${folder}: album/b, album/c`
  expect(stderr.text).toBe(`peerchart: ${message}\n`)
  expect(events()).toEqual([
    { event: 'verified', time: 0, pieces: 4, total: 8 },
    { event: 'error', time: 0, message },
  ])
})

test('verify of what is not there at all is exit 1', async () => {
  const folder = await temporaryFolder()
  const { code, stderr } = await verified(async () => {}, '--data', folder)
  expect(code).toBe(1)
  expect(stderr.text).toContain('8 of 8 pieces do not verify')
})

test('verify warns of files that are missing or have another length though every piece verifies, and is exit 0', async () => {
  const harm = async (here: string) => {
    await rm(join(here, 'album', 'empty'))
    await appendFile(join(here, 'album', 'b'), 'more')
  }
  const { code, stdout, stderr } = await verified(harm)
  const message =
    'not all files are as the torrent has them: album/b has 40004 bytes, not 40000, album/empty is missing'
  expect(code).toBe(0)
  expect(stdout.text).toBe('verified 8 of 8 pieces\n')
  expect(stderr.text).toBe(`peerchart: warning: ${message}\n`)
  expect((await verified(harm, '--json')).events()).toEqual([
    { event: 'verified', time: 0, pieces: 8, total: 8 },
    { event: 'warning', time: 0, message },
  ])
})

test('verify warns of files that no piece tells of beside the failure, which names those whose pieces do not verify', async () => {
  const { stderr, folder } = await verified(async (here) => {
    await rm(join(here, 'album', 'c'))
    await writeFile(join(here, 'album', 'empty'), 'x')
  })
  expect(stderr.text).toBe(
    'peerchart: warning: not all files are as the torrent has them: album/empty has 1 byte, not 0\n' +
      `peerchart: 4 of 8 pieces do not verify in ${folder}: album/b, album/c\n`,
  )
})

test('verify of the folder itself, in place of the one that holds it, says where it was looked for', async () => {
  const album = join(await temporaryFolder(), 'album')
  await mkdir(album)
  await writeFile(join(album, 'b'), 'there')
  const { code, stderr } = await verified(async () => {}, '--data', album)
  expect(code).toBe(1)
  expect(stderr.text).toContain(`; looked for ${join(album, 'album')}: the files stand in ${album} itself`)
})
