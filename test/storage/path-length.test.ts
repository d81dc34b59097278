import { readdir } from 'node:fs/promises'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { temporaryFolder } from './support.ts'

const torrent = (parts: number) =>
  parseMetainfo(
    bencode.encode({
      info: {
        name: 't',
        'piece length': 16384,
        pieces: new Uint8Array(20),
        files: [
          { path: ['a'], length: 0 },
          { path: Array(parts).fill('x'.repeat(100)), length: 5 },
        ],
      },
    }),
  )

test('a path that is too long for the system is refused when the store is opened, in one short line', async () => {
  const folder = await temporaryFolder()
  // Longer than even Windows takes.
  const failure = await openFileStore(torrent(400), folder).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(StorageError)
  expect(failure).toMatchObject({
    code: 'ENAMETOOLONG',
    message: expect.stringMatching(/too long for this system, \d+ bytes/),
  })
  expect(String(failure).length).toBeLessThan(300)
  expect(await readdir(folder)).toEqual([])
})

test('a path of many folders is taken as long as the system takes it', async () => {
  const store = await openFileStore(torrent(5), await temporaryFolder())
  await new Promise((resolve) => store.close(resolve))
})
