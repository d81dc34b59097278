import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { hintIfTooDeep } from '../../../cli/torrent/too-deep.ts'
import { createMetainfo } from '../../../storage/create.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

/** A folder `album` with two files, and its torrent. */
async function album() {
  const folder = await temporaryFolder()
  const own = join(folder, 'album')
  await mkdir(join(own, 'sub'), { recursive: true })
  await writeFile(join(own, 'a'), 'a')
  await writeFile(join(own, 'sub', 'b'), 'b')
  const file = join(folder, 'x.torrent')
  const bytes = await createMetainfo(own)
  await writeFile(file, bytes)
  return { file, folder, metainfo: parseMetainfo(bytes), own }
}

test('it is told where files were looked for only where they stand in the folder itself', async () => {
  const { folder, metainfo, own } = await album()
  expect(await hintIfTooDeep(metainfo, own)).toBe(
    `; looked for ${join(own, 'album')}: the files stand in ${own} itself, and --data is the folder that holds that one`,
  )
  for (const place of [folder, join(own, 'sub'), '/nowhere']) expect(await hintIfTooDeep(metainfo, place)).toBe('')
})

test('of a torrent of one file nothing is told', async () => {
  const { folder, own } = await album()
  const metainfo = parseMetainfo(await createMetainfo(join(own, 'a')))
  for (const place of [folder, own]) expect(await hintIfTooDeep(metainfo, place)).toBe('')
})

test('a seed that is given the folder itself fails with where it looked', async () => {
  const { file, own } = await album()
  const { io, stderr, torrent } = fakeIo()
  const code = run(['seed', file, '--data', own], io)
  await torrent.started
  torrent.emit({ type: 'verified', pieces: 0, total: 1 })
  expect(await code).toBe(1)
  expect(stderr.text).toContain(`none of the 1 pieces of album verifies in ${own}; looked for ${join(own, 'album')}`)
})
