import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { copyFiles, type Moving, placeCopies, refuseClashes, renameAll, renameRest } from '../../storage/move-files.ts'
import { makeStaging, moveFrom, noteMove, originOf, stagingIn } from '../../storage/move-journal.ts'
import { settleMove } from '../../storage/settle-move.ts'
import { temporaryFolder } from './support.ts'

const paths = [join('album', 'a'), join('album', 'sub', 'b'), 'c', 'absent']
const moving: Moving = { infoHash: 'ab'.repeat(20), paths, links: [] }
const never = new AbortController().signal

/** Files, each with its own name in it, or that in the folder. */
async function folders() {
  const work = await temporaryFolder()
  const way = { from: join(work, 'from'), to: join(work, 'to') }
  await mkdir(way.to)
  for (const path of paths.slice(0, 3)) {
    await mkdir(dirname(join(way.from, path)), { recursive: true })
    await writeFile(join(way.from, path), path)
  }
  return way
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files) {
    const path = file.slice(folder.length + 1)
    if (!path.startsWith('.')) expect(await readFile(file, 'utf8')).toBe(path)
  }
  return files.map((file) => file.slice(folder.length + 1)).sort()
}

const all = paths.slice(0, 3).sort()
const staging = `.peerchart-${moving.infoHash}.moving`
const note = `.peerchart-${moving.infoHash}.move`

/** What a process leaves that is killed, and where the files are to be found. */
const crashes: Readonly<Record<string, (way: { from: string; to: string }) => Promise<'from' | 'to'>>> = {
  'before the first note of it': async (way) => {
    await makeStaging(moving.infoHash, way)
    return 'from'
  },
  'amid the copies': async (way) => {
    await makeStaging(moving.infoHash, way)
    await noteMove(moving.infoHash, { ...way, stage: 'copying' })
    await writeFile(join(stagingIn(way.to, moving.infoHash), '0'), 'hal')
    return 'from'
  },
  'when all copies are made': async (way) => {
    await copyFiles(moving, way, never)
    return 'from'
  },
  'before the first copy is in its place': async (way) => {
    await copyFiles(moving, way, never)
    await noteMove(moving.infoHash, { ...way, stage: 'placing' })
    return 'to'
  },
  'when some copies are in their places, and some old files gone': async (way) => {
    await copyFiles(moving, way, never)
    await noteMove(moving.infoHash, { ...way, stage: 'placing' })
    await mkdir(join(way.to, 'album'))
    await rename(join(stagingIn(way.to, moving.infoHash), '0'), join(way.to, paths[0] ?? ''))
    await rm(join(way.from, paths[0] ?? ''))
    return 'to'
  },
  'amid the renaming': async (way) => {
    await makeStaging(moving.infoHash, way)
    await noteMove(moving.infoHash, { ...way, stage: 'renaming' })
    await rename(join(way.from, 'c'), join(way.to, 'c'))
    return 'to'
  },
  'when all is renamed': async (way) => {
    expect(await renameAll(moving, way)).toBe(true)
    return 'to'
  },
  'when all is copied': async (way) => {
    await copyFiles(moving, way, never)
    await placeCopies(moving, way)
    return 'to'
  },
}

describe.each(Object.entries(crashes))('killed %s', (_, crash) => {
  for (const asked of ['from', 'to'] as const) {
    test(`the files are found whole in one folder, asked for in '${asked}', and again`, async () => {
      const way = await folders()
      const expected = await crash(way)
      for (let time = 0; time < 2; time++) {
        const found = await settleMove(moving, way[asked])
        const isUntouched = asked === 'to' && expected === 'from' && time > 0
        // What was undone is as if it had never begun: the new folder leads nowhere any more.
        expect(found).toBe(way[isUntouched ? 'to' : expected])
        expect((await filesIn(way[expected])).filter((path) => path !== note)).toEqual(all)
        // Without a note the old folder does not know where copies were to be: that they were goes with the next look there.
        const left = expected === 'from' && asked === 'from' ? [note, join(staging, 'from')] : [note]
        const other = await filesIn(way[expected === 'to' ? 'from' : 'to'])
        expect(other.filter((path) => !left.includes(path))).toEqual([])
      }
      await settleMove(moving, way.to)
      expect(await originOf(moving.infoHash, way.to)).toBeUndefined()
    })
  }
})

test('without a move a folder is what it is, also one that is not there', async () => {
  const { from } = await folders()
  expect(await settleMove(moving, from)).toBe(from)
  expect(await settleMove(moving, join(from, 'absent'))).toBe(join(from, 'absent'))
})

test('a note is followed from folder to folder, and not where files are back, or gone from where it leads to', async () => {
  const { from, to } = await folders()
  const third = join(dirname(to), 'third')
  await mkdir(third)
  await renameAll(moving, { from, to })
  await renameAll(moving, { from: to, to: third })
  expect(await settleMove(moving, from)).toBe(third)
  await writeFile(join(from, 'c'), 'c')
  expect(await settleMove(moving, from)).toBe(from)
  expect(await moveFrom(moving.infoHash, from)).toBeUndefined()
  await rm(third, { recursive: true })
  expect(await settleMove(moving, to)).toBe(to)
})

test.each(Object.entries(crashes))(
  'who knows the first folder alone finds files that were killed on their way back to the second: %s',
  async (_, crash) => {
    const { from: first, to: second } = await folders()
    const third = join(dirname(second), 'third')
    await mkdir(third)
    await renameAll(moving, { from: first, to: second })
    await renameAll(moving, { from: second, to: third })
    const expected = { from: third, to: second }[await crash({ from: third, to: second })]
    for (let time = 0; time < 2; time++) {
      expect(await settleMove(moving, first)).toBe(expected)
      expect((await filesIn(expected)).filter((path) => path !== note)).toEqual(all)
    }
    expect(await settleMove(moving, expected)).toBe(expected)
  },
)

describe('a symbolic link of the torrent (BEP 47)', () => {
  const linked: Moving = { ...moving, links: [{ path: join('album', 'link'), target: 'c' }] }
  const link = (folder: string) => join(folder, 'album', 'link')

  test.each(['the link', 'the empty file in its place'])('goes with the files: %s', async (what) => {
    const way = await folders()
    if (what === 'the link') await symlink(join('..', 'c'), link(way.from))
    else await writeFile(link(way.from), '')
    expect(await renameAll(linked, way)).toBe(true)
    expect(await readdir(way.from)).toEqual([note])
  })

  test.each(['a file', 'a folder', 'a link elsewhere'])('stays where it is somebody’s own: %s', async (what) => {
    const way = await folders()
    const place = link(way.from)
    if (what === 'a file') await writeFile(place, 'notes')
    else if (what === 'a folder') await mkdir(join(place, 'deep'), { recursive: true })
    else await symlink(join('sub', 'b'), place)
    expect(await renameAll(linked, way)).toBe(true)
    expect(await filesIn(way.to)).toEqual(all)
    expect((await readdir(join(way.from, 'album'))).sort()).toEqual(['link'])
    expect(await settleMove(linked, way.from)).toBe(way.to)
  })
})

test('a move that cannot be noted, as on a full disk, moves nothing and leaves nothing', async () => {
  const way = await folders()
  const note = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
  const told = { name: 'StorageError', code: 'ENOSPC', message: expect.stringContaining(`noted in ${way.from}`) }
  await expect(renameAll(moving, way, note)).rejects.toMatchObject(told)
  await expect(copyFiles(moving, way, never, note)).rejects.toMatchObject(told)
  expect(await filesIn(way.from)).toEqual(all)
  expect(await readdir(way.to)).toEqual([])
})

test.each([
  ['a file and a file', ['c', 'C'], 'C'],
  ['a file and a folder', ['album', join('Album', 'a')], 'Album'],
])('where two would be one in the new folder nothing is moved: %s', async (_, alike, merged) => {
  const way = await folders()
  const names = join(stagingIn(way.to, moving.infoHash), 'names')
  await mkdir(names, { recursive: true })
  // The first of them, by the name of the second, as on a disk that does not tell them apart.
  await writeFile(join(names, merged), '')
  const both: Moving = { ...moving, paths: alike }
  await expect(copyFiles(both, way, never)).rejects.toMatchObject({ name: 'StorageError' })
  expect(await filesIn(way.from)).toEqual(all)
  expect(await filesIn(way.to)).toEqual([])
})

test('names alike that are two in the new folder are moved', async () => {
  const way = await folders()
  await writeFile(join(way.from, 'C'), 'C')
  await copyFiles({ ...moving, paths: [...paths, 'C'] }, way, never)
})

test('notes that we did not write are passed over', async () => {
  const { from } = await folders()
  for (const text of [
    '',
    '[]',
    'null',
    '{"version":2,"to":"/x","stage":"moved"}',
    '{"version":1,"to":5,"stage":"moved"}',
  ]) {
    await writeFile(join(from, note), text)
    expect(await settleMove(moving, from)).toBe(from)
  }
})

test('where a file stands in both folders nothing is overwritten: that is told', async () => {
  const { from, to } = await folders()
  await writeFile(join(to, 'c'), 'mine')
  await expect(refuseClashes(moving, to)).rejects.toMatchObject({ code: 'EEXIST', path: join(to, 'c') })
  await expect(renameRest(moving, { from, to })).rejects.toMatchObject({ code: 'EEXIST', path: join(to, 'c') })
  expect([await readFile(join(from, 'c'), 'utf8'), await readFile(join(to, 'c'), 'utf8')]).toEqual(['c', 'mine'])
})

test('when one file cannot be renamed all go back', async () => {
  const { from, to } = await folders()
  await mkdir(join(to, 'c', 'in the way'), { recursive: true })
  await expect(renameAll(moving, { from, to })).rejects.toMatchObject({ name: 'StorageError' })
  expect(await filesIn(from)).toEqual(all)
  expect(await filesIn(to)).toEqual([])
})
