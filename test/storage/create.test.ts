import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import bencode from 'bencode'
import { describe, expect, test } from 'vitest'
import { createMetainfo } from '../../storage/create.ts'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { hashPieces, patternedBytes, piecesIn, temporaryFolder } from './support.ts'

const seedable = async (torrent: Uint8Array, folder: string) => {
  const metainfo = parseMetainfo(torrent)
  const storage = new PieceStorage(await openFileStore(metainfo, folder, { readOnly: true }), metainfo)
  const pieces = piecesIn(await storage.check())
  await storage.close()
  return pieces.length === storage.pieceCount
}

describe('the torrent of', () => {
  test('a file has its name and hashes, and no tracker', async () => {
    const folder = await temporaryFolder()
    const data = patternedBytes(100_000)
    await writeFile(join(folder, 'What? a:b.bin'), data)
    const torrent = await createMetainfo(join(folder, 'What? a:b.bin'), { pieceLength: 32_768 })
    const metainfo = parseMetainfo(torrent)
    expect(metainfo).toMatchObject({
      name: 'What? a:b.bin',
      pieceLength: 32_768,
      length: 100_000,
      private: false,
      announce: [],
    })
    expect(metainfo.pieceHashes).toEqual(hashPieces(data, 32_768))
    expect(Object.keys(bencode.decode(torrent)).sort()).toEqual(['created by', 'creation date', 'encoding', 'info'])
    expect(await seedable(torrent, folder)).toBe(true)
  })

  test('a folder has its files, empty and nested ones too, without hidden ones', async () => {
    const folder = await temporaryFolder()
    const files = { 'b b': 5, 'a/ü': 70_000, 'a/deep/empty': 0, '.hidden': 9, 'a/.git/config': 9, 'Thumbs.db': 9 }
    for (const [path, length] of Object.entries(files)) {
      await mkdir(join(folder, 'al bum', path, '..'), { recursive: true })
      await writeFile(join(folder, 'al bum', path), patternedBytes(length))
    }
    const torrent = await createMetainfo(`${folder}/al bum/`)
    const metainfo = parseMetainfo(torrent)
    expect(metainfo.files.map(({ path, length }) => [path.join('/'), length]).sort()).toEqual([
      ['al bum/a/deep/empty', 0],
      ['al bum/a/ü', 70_000],
      ['al bum/b b', 5],
    ])
    expect(await seedable(torrent, folder)).toBe(true)
  })

  test('a link has the name of the link, and is one that can be seeded where it stands', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'far', 'away', 'deep'), { recursive: true })
    await writeFile(join(folder, 'far', 'away', 'deep', 'file'), patternedBytes(20_000))
    await mkdir(join(folder, 'here', 'inner'), { recursive: true })
    await symlink('../far/away', join(folder, 'here', 'album'))
    await symlink('../../far/away/deep', join(folder, 'here', 'inner', 'linked'))
    await symlink('../../far/away/deep/file', join(folder, 'here', 'inner', 'song'))
    for (const name of ['album', 'inner', 'inner/song']) {
      const path = join(folder, 'here', name)
      const torrent = await createMetainfo(path)
      expect(parseMetainfo(torrent).name).toBe(name.split('/').at(-1))
      expect(await seedable(torrent, join(path, '..')), name).toBe(true)
    }
  })

  test('a path with `..` behind a link is that of where the link leads', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'far', 'away'), { recursive: true })
    await writeFile(join(folder, 'far', 'file'), 'far')
    await writeFile(join(folder, 'file'), 'near')
    await symlink('far/away', join(folder, 'link'))
    const lengthOf = async (path: string) => parseMetainfo(await createMetainfo(`${folder}/${path}`)).length
    expect(await lengthOf('link/../file')).toBe(3)
    const far = parseMetainfo(await createMetainfo(`${folder}/link/..`))
    expect([far.name, far.files.map(({ path }) => path.join('/'))]).toEqual(['far', ['far/file']])
  })

  test('a folder in which names differ in case alone can be seeded from where it was made', async () => {
    const folder = await temporaryFolder()
    const names = ['xt_TCPMSS.h', 'xt_tcpmss.h', 'XT_TCPMSS.h']
    for (const [i, name] of names.entries()) await writeFile(join(folder, name), patternedBytes(20_000, i + 1))
    const torrent = await createMetainfo(folder, { pieceLength: 16_384 })
    expect(parseMetainfo(torrent).files.filter(({ renamedFrom }) => renamedFrom).length).toBe(2)
    expect(await seedable(torrent, join(folder, '..'))).toBe(true)
  })

  test('anything carries what it is told to', async () => {
    const path = join(await temporaryFolder(), 'file')
    await writeFile(path, 'x')
    const announce = [['http://a/', 'http://b/'], ['udp://c:1']]
    const torrent = await createMetainfo(path, { private: true, comment: 'é', announce })
    expect(parseMetainfo(torrent)).toMatchObject({ private: true, comment: 'é', announce })
  })
})

describe('no torrent is made of', () => {
  const refused = async (prepare: (folder: string) => Promise<string>) => {
    const path = await prepare(await temporaryFolder())
    const failure = await createMetainfo(path).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    return failure instanceof Error ? failure.message.replace(path, 'PATH') : ''
  }

  test('a path where nothing is', async () => {
    const message = await refused(async (folder) => join(folder, 'missing'))
    expect(message).toBe('cannot make a torrent of PATH: no such file or directory (ENOENT)')
  })

  test('an empty folder', async () => {
    expect(await refused(async (folder) => folder)).toBe(
      'cannot make a torrent of PATH: it holds no data: all its files are empty',
    )
  })

  test('an empty file', async () => {
    const message = await refused(async (folder) => {
      await writeFile(join(folder, 'empty'), '')
      return join(folder, 'empty')
    })
    expect(message).toBe('cannot make a torrent of PATH: it holds no data: all its files are empty')
  })

  test('a name that clients would store as another', async () => {
    const message = await refused(async (folder) => {
      await writeFile(join(folder, 'a\\b'), 'x')
      return folder
    })
    expect(message).toMatch(/clients would call ".*a\\\\b" otherwise, ".*ab"/)
  })

  test('a folder in which something is wrong, which is named', async () => {
    const message = await refused(async (folder) => {
      await symlink('nowhere', join(folder, 'link'))
      return folder
    })
    expect(message).toBe('PATH/link is a link that leads to nothing')
  })

  test('a link that leads to nothing', async () => {
    const message = await refused(async (folder) => {
      await symlink('nowhere', join(folder, 'link'))
      return join(folder, 'link')
    })
    expect(message).toBe('PATH is a link that leads to nothing')
  })

  test('a device', async () => {
    expect(await refused(async () => '/dev/null')).toBe('PATH is neither a file nor a folder')
  })

  test.each([0, 1, 8192, 65_537, 2 ** 27, 1.5, -16_384])('anything in pieces of %d bytes', async (pieceLength) => {
    await expect(createMetainfo('/', { pieceLength })).rejects.toThrow(RangeError)
  })
})
