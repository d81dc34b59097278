import { execFileSync } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { resumeBytesMax } from '../../storage/resume-data.ts'
import { resumeFile } from '../../storage/resume-file.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { temporaryFolder } from './support.ts'

test('what was saved last is loaded; before, there is nothing', async () => {
  const folder = await temporaryFolder()
  const store = resumeFile(join(folder, 'made', 'when', 'needed', 'a.resume'))
  expect(await store.load()).toBeUndefined()
  await store.save(Buffer.from('first and longer'))
  await store.save(Buffer.from('second'))
  expect(Buffer.from((await store.load()) ?? []).toString()).toBe('second')
})

test('nothing but the file is left, and only its owner can read it', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'a.resume')
  await resumeFile(path).save(Buffer.from('x'))
  expect(await readdir(folder)).toEqual(['a.resume'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('what a crashed process has left half written is removed, what others write is not', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'a.resume')
  await writeFile(path, 'whole')
  // No process has a number this large.
  await writeFile(`${path}.99999999.tmp`, 'ha')
  const kept = [
    `a.resume.${process.pid}.tmp`,
    'b.resume.99999999.tmp',
    'a.resume.tmp',
    'a.resume.txt',
    'a.resume.b.99999999.tmp',
  ]
  for (const name of kept) await writeFile(join(folder, name), '')
  expect(Buffer.from((await resumeFile(path).load()) ?? []).toString()).toBe('whole')
  expect((await readdir(folder)).sort()).toEqual(['a.resume', ...kept].sort())
})

test('a save that fails is told, leaves what was saved before, and nothing half written', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'a.resume')
  await mkdir(path)
  await expect(resumeFile(path).save(Buffer.from('x'))).rejects.toThrow(StorageError)
  expect(await readdir(folder)).toEqual(['a.resume'])
  await writeFile(join(folder, 'file'), 'kept')
  await expect(resumeFile(join(folder, 'file', 'a.resume')).save(Buffer.from('x'))).rejects.toThrow(StorageError)
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('kept')
})

test('a file that cannot be read, or is too large to be resume data, is told', async () => {
  const folder = await temporaryFolder()
  await expect(resumeFile(folder).load()).rejects.toThrow(StorageError)
  const path = join(folder, 'a.resume')
  await writeFile(path, '')
  await truncate(path, resumeBytesMax + 1)
  await expect(resumeFile(path).load()).rejects.toThrow('too large')
  await chmod(path, 0o600)
})

describe('what is no file is refused by name, not waited for, and left as it is:', () => {
  const kinds: readonly (readonly [kind: string, make: (path: string) => unknown])[] = [
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a folder', (path) => mkdir(path)],
    ['a device', (path) => symlink('/dev/zero', path)],
    ['a socket', socketAt],
  ]
  test.each(kinds)('%s', async (kind, make) => {
    const path = join(await temporaryFolder(), 'a.resume')
    await make(path)
    const { ino } = await lstat(path)
    const refusal = new StorageError(`resume data is kept in a file, but ${path} is ${kind}`, { path })
    await expect(resumeFile(path).load()).rejects.toThrow(refusal)
    await expect(resumeFile(path).save(Buffer.from('x'))).rejects.toThrow(refusal)
    expect((await lstat(path)).ino).toBe(ino)
  })
})

test.each<[string, (path: string, other: string) => unknown]>([
  ['a link', (path, other) => symlink(other, path)],
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
])('%s where the new data is written first is not written through, but replaced', async (_, put) => {
  const folder = await temporaryFolder()
  const [path, other] = [join(folder, 'a.resume'), join(folder, 'other')]
  await writeFile(other, 'precious')
  await put(`${path}.${process.pid}.tmp`, other)
  await resumeFile(path).save(Buffer.from('x'))
  expect(await readFile(other, 'utf8')).toBe('precious')
  expect(await readFile(path, 'utf8')).toBe('x')
  expect((await lstat(path)).isFile()).toBe(true)
  expect((await readdir(folder)).sort()).toEqual(['a.resume', 'other'])
})

/** A socket of the file system, until the test is over. */
async function socketAt(path: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => void server.close())
}
