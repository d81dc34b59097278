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

describe('from a disk that is full', () => {
  /** There is no room for a note until a file has gone. */
  const whileFull =
    (reason: string): typeof noteMove =>
    async (infoHash, move) => {
      const there = (await filesIn(move.from)).filter((path) => all.includes(path))
      if (there.length === all.length) throw Object.assign(new Error('full'), { code: reason })
      await noteMove(infoHash, move)
    }

  test.each(['ENOSPC', 'EDQUOT'])('all is copied, and that is noted as soon as there is room: %s', async (reason) => {
    const way = await folders()
    const note = whileFull(reason)
    await copyFiles(moving, way, never, note)
    await placeCopies(moving, way, note)
    expect(await filesIn(way.to)).toEqual(all)
    expect(await settleMove(moving, way.from)).toBe(way.to)
  })

  test('what is killed before the copies take their places is where it was', async () => {
    const way = await folders()
    await copyFiles(moving, way, never, whileFull('ENOSPC'))
    expect(await settleMove(moving, way.to)).toBe(way.from)
    expect(await filesIn(way.from)).toEqual(all)
  })

  test('any other failure of a note ends the move, and leaves no copy', async () => {
    const way = await folders()
    await expect(copyFiles(moving, way, never, whileFull('EIO'))).rejects.toMatchObject({ name: 'StorageError' })
    expect(await filesIn(way.from)).toEqual(all)
    expect(await filesIn(way.to)).toEqual([])
  })
})

test('where two files would be one in the new folder nothing is moved', async () => {
  const way = await folders()
  // The same name twice does on any disk what `A` and `a` do on some.
  const merged: Moving = { ...moving, paths: [...paths, 'c'] }
  await expect(copyFiles(merged, way, never)).rejects.toMatchObject({ code: 'EEXIST', path: join(way.to, 'c') })
  expect(await filesIn(way.from)).toEqual(all)
  expect(await filesIn(way.to)).toEqual([])
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
