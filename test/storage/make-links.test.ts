import { lstat, mkdir, readdir, readFile, readlink, realpath, symlink, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { type Metainfo, parseMetainfo } from '../../storage/metainfo.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { hashPieces, patternedBytes, temporaryFolder } from './support.ts'

const data = patternedBytes(100)
const link = (path: readonly string[], ...target: readonly string[]) => ({
  path,
  length: 0,
  attr: 'l',
  'symlink path': target,
})
const file = (...path: readonly string[]) => ({ path, length: 100 })

const torrent = (...links: object[]): Metainfo => {
  const info = { name: 't', 'piece length': 16384, pieces: hashPieces(data, 16384), files: [file('d', 'f'), ...links] }
  return parseMetainfo(bencode.encode({ info }))
}
const open = async (metainfo: Metainfo, folder: string, readOnly = false) =>
  new PieceStorage(await openFileStore(metainfo, folder, { readOnly }), metainfo)

test('links are made with the store, and lead to the data when it has come', async () => {
  const folder = await temporaryFolder()
  const metainfo = torrent(link(['l'], 'd', 'f'), link(['e', 'up'], 'd', 'f'), link(['e', 'folder'], 'd'))
  const storage = await open(metainfo, folder)
  expect(await readlink(join(folder, 't', 'l'))).toBe(join('d', 'f'))
  expect(await readlink(join(folder, 't', 'e', 'up'))).toBe(join('..', 'd', 'f'))
  await storage.write(0, data)
  expect(new Uint8Array(await readFile(join(folder, 't', 'e', 'folder', 'f')))).toEqual(data)
  await storage.close()
  // They stand there now, and are no reason to refuse the folder.
  await (await open(metainfo, folder)).close()
})

test('what would lead out of the torrent is an empty file', async () => {
  const folder = await temporaryFolder()
  const metainfo = torrent(
    link(['a'], '..', '..', 'etc', 'passwd'),
    link(['b'], '/etc/passwd'),
    link(['c'], 'c'),
    link(['e'], '..', 'other'),
  )
  await (await open(metainfo, folder)).close()
  for (const name of ['a', 'b', 'c', 'e']) {
    const found = await lstat(join(folder, 't', name))
    expect([found.isFile(), found.size]).toEqual([true, 0])
  }
})

test('what stands in the place of a link stays', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 't'))
  await writeFile(join(folder, 't', 'l'), 'mine')
  await symlink('/nowhere', join(folder, 't', 'm'))
  await (await open(torrent(link(['l'], 'd', 'f'), link(['m'], 'd', 'f')), folder)).close()
  expect(await readFile(join(folder, 't', 'l'), 'utf8')).toBe('mine')
  expect(await readlink(join(folder, 't', 'm'))).toBe('/nowhere')
})

test('a link in a folder that another torrent has made a link leads where the torrent says', async () => {
  const folder = await realpath(await temporaryFolder())
  await (await open(torrent(link(['a', 'b', 's'], 'x'), file('x', 'g')), folder)).close()
  await mkdir(join(folder, 't', 'x'))
  await (
    await open(torrent(link(['a', 'b', 's', 'photo.jpg'], '.ssh', 'id_rsa'), file('.ssh', 'id_rsa')), folder)
  ).close()
  const target = await readlink(join(folder, 't', 'x', 'photo.jpg'))
  expect(resolve(folder, 't', 'x', target)).toBe(join(folder, 't', '.ssh', 'id_rsa'))
})

test('a link that would lead out by a link on the way is an empty file, and told', async () => {
  const [folder, other] = [await temporaryFolder(), await temporaryFolder()]
  await mkdir(join(folder, 't'))
  await symlink(other, join(folder, 't', 'e'))
  await symlink(join(other, 'gone'), join(folder, 't', 'n'))
  const links = [link(['l'], 'e', 'f'), link(['m'], 'n')]
  const metainfo = torrent(...links, link(['e', 'x'], 'd', 'f'), link(['n', 'x'], 'd', 'f'), link(['o'], 'd', 'f'))
  // Paths whose targets are links, as another torrent leaves them.
  const files = metainfo.files.map((one) => {
    const target = { l: ['t', 'e', 'f'], m: ['t', 'n'] }[one.path[1] ?? '']
    return target ? { path: one.path, offset: one.offset, length: 0, symlinkPath: target } : one
  })
  const store = await openFileStore({ ...metainfo, files }, folder)
  expect(store.fault?.message).toMatch(/(would lead|leads) out of .* \(and 3 more\)/)
  for (const name of ['l', 'm']) expect((await lstat(join(folder, 't', name))).size).toBe(0)
  for (const name of ['l', 'm']) expect((await lstat(join(folder, 't', name))).isFile()).toBe(true)
  expect(await readlink(join(folder, 't', 'o'))).toBe(join('d', 'f'))
  expect(await readdir(other)).toEqual([])
})

test('a link that cannot be made is told, and the torrent goes on with the others', async () => {
  const [folder, other] = [await realpath(await temporaryFolder()), await temporaryFolder()]
  await mkdir(join(folder, 't'))
  await symlink(other, join(folder, 't', 'e'))
  await writeFile(join(folder, 't', 'file'), '')
  const metainfo = torrent(link(['e', 'deep', 'l'], 'd', 'f'), link(['file', 'l'], 'd', 'f'), link(['m'], 'd', 'f'))
  const store = await openFileStore(metainfo, folder)
  expect(store.fault).toMatchObject({ path: join(folder, 't', 'e') })
  expect(store.fault?.message).toMatch(/leads out of .* \(and 1 more\)$/)
  expect(await readdir(other)).toEqual([])
  expect(await readlink(join(folder, 't', 'm'))).toBe(join('d', 'f'))
  const storage = new PieceStorage(store, metainfo)
  await storage.write(0, data)
  await storage.close()
})

test('a link whose path is too long for the system is told', async () => {
  const folder = await realpath(await temporaryFolder())
  const metainfo = torrent(link(Array<string>(60).fill('x'.repeat(100)), 'd', 'f'), link(['m'], 'd', 'f'))
  const store = await openFileStore(metainfo, folder)
  expect(store.fault).toMatchObject({ code: 'ENAMETOOLONG' })
  expect(relative(folder, store.fault?.path ?? '')).toMatch(/^t/)
  expect(await readlink(join(folder, 't', 'm'))).toBe(join('d', 'f'))
})

test('a torrent whose links are files of its own writes all it has inside its folder', async () => {
  const folder = await temporaryFolder()
  // Were the link made, the file behind it would be written through it.
  const metainfo = torrent(link(['x'], 'd'), { ...link(['x', 'f']), attr: '', length: 0 })
  await (await open(metainfo, folder)).close()
  expect((await lstat(join(folder, 't', 'x'))).isDirectory()).toBe(true)
  expect(await readlink(join(folder, 't', 'x.1'))).toBe('d')
})

test('to seed, no link is needed and none is made', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 't', 'd'), { recursive: true })
  await writeFile(join(folder, 't', 'd', 'f'), data)
  const storage = await open(torrent(link(['l'], 'd', 'f')), folder, true)
  expect(await storage.check()).toEqual(Uint8Array.of(0x80))
  await storage.close()
  expect(await readdir(join(folder, 't'))).toEqual(['d'])
})
