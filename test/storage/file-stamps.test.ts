import { appendFile, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type FileStamp, isUnchanged, stampOf } from '../../storage/file-stamps.ts'
import { temporaryFolder } from './support.ts'

/** A file that stood for long enough that the next change gets another time of the file system. */
async function aFile(): Promise<{ path: string; before: FileStamp }> {
  const path = join(await temporaryFolder(), 'file')
  await writeFile(path, 'data')
  const before = await stampOf(path)
  for (let again = before; isUnchanged(before, again); again = await stampOf(path)) await utimes(path, 1, 1)
  return { path, before: await stampOf(path) }
}

/** Makes the change until the file system has a later time for it: its clock may stand still for some milliseconds. */
async function changed(path: string, before: FileStamp, change: () => Promise<void>): Promise<FileStamp> {
  for (;;) {
    await change()
    const now = await stampOf(path)
    if (!isUnchanged(before, now)) return now
  }
}

describe('a file', () => {
  test('that nobody touched is unchanged', async () => {
    const { path, before } = await aFile()
    expect(isUnchanged(before, await stampOf(path))).toBe(true)
  })

  test('changed in place and set back to its size and times shows by its ctime', async () => {
    const { path, before } = await aFile()
    const { atime, mtime } = await stat(path)
    const now = await changed(path, before, async () => {
      await writeFile(path, 'atad', { flag: 'r+' })
      await utimes(path, atime, mtime)
    })
    expect(now).toMatchObject({ size: 4n, mtimeNs: typeof before === 'string' ? 0n : before.mtimeNs })
  })

  test('replaced by another of the same times shows by its inode', async () => {
    const { path, before } = await aFile()
    await writeFile(`${path}.new`, 'atad')
    await rename(`${path}.new`, path)
    const now = await stampOf(path)
    expect(typeof now === 'object' && typeof before === 'object' && now.inode !== before.inode).toBe(true)
    expect(isUnchanged(before, now)).toBe(false)
  })

  test('that grew shows by its size', async () => {
    const { path, before } = await aFile()
    await appendFile(path, 'x')
    expect(isUnchanged(before, await stampOf(path))).toBe(false)
  })

  test('that is not there is absent, and unchanged as long as it is not there', async () => {
    const path = join(await temporaryFolder(), 'none')
    expect(await stampOf(path)).toBe('absent')
    expect(await stampOf(join((await aFile()).path, 'below a file'))).toBe('absent')
    expect(isUnchanged('absent', await stampOf(path))).toBe(true)
    await writeFile(path, '')
    expect(isUnchanged('absent', await stampOf(path))).toBe(false)
  })

  test('that cannot be looked at is unknown, which is never unchanged', async () => {
    const { path, before } = await aFile()
    const loop = `${path}.link`
    await symlink(loop, loop)
    expect(await stampOf(loop)).toBe('unknown')
    expect(await stampOf(`${path}${'x'.repeat(300)}`)).toBe('unknown')
    expect(isUnchanged('unknown', 'unknown')).toBe(false)
    expect(isUnchanged('unknown', before)).toBe(false)
    expect(isUnchanged(before, 'unknown')).toBe(false)
  })
})
