import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { dhtTable, resumeFiles, resumeShelf } from '../../../cli/context/resume-files.ts'
import { encodeResume } from '../../../storage/resume-data.ts'
import { temporaryFolder } from '../../storage/support.ts'

const infoHash = new Uint8Array(20).fill(0xab)

/** The one file that is there after something was saved, as a path below `folder`. */
async function savedBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(relative(folder, entry.parentPath), entry.name))
}

test.each<[string, (folder: string) => { env: { XDG_STATE_HOME?: string }; home: string }, string]>([
  ['$XDG_STATE_HOME', (folder) => ({ env: { XDG_STATE_HOME: folder }, home: '/nowhere' }), 'peerchart'],
  ['~/.local/state without it', (home) => ({ env: {}, home }), '.local/state/peerchart'],
  ['~/.local/state when it is empty', (home) => ({ env: { XDG_STATE_HOME: '' }, home }), '.local/state/peerchart'],
  ['~/.local/state when it is relative', (home) => ({ env: { XDG_STATE_HOME: 'x' }, home }), '.local/state/peerchart'],
])('resume data lies below %s', async (_, world, place) => {
  const folder = await temporaryFolder()
  const { env, home } = world(folder)
  await resumeFiles(env, home)(infoHash, 'downloads').save(Buffer.from('x'))
  expect(await savedBelow(folder)).toEqual([
    expect.stringMatching(new RegExp(`^${place}/${'ab'.repeat(20)}-[0-9a-f]{16}\\.resume$`)),
  ])
})

test('each torrent has its own, in each folder it lies in, however that is written', async () => {
  const folder = await temporaryFolder()
  const files = resumeFiles({ XDG_STATE_HOME: folder }, '/nowhere')
  await files(infoHash, 'a').save(Buffer.from('x'))
  expect(await files(infoHash, './b/../a').load()).toEqual(Buffer.from('x'))
  expect(await files(infoHash, 'b').load()).toBeUndefined()
  expect(await files(new Uint8Array(20), 'a').load()).toBeUndefined()
})

test('the table of the DHT lies beside it, and is no resume data', async () => {
  const folder = await temporaryFolder()
  await dhtTable({ XDG_STATE_HOME: folder }, '/nowhere').save(Buffer.from('x'))
  expect(await savedBelow(folder)).toEqual(['peerchart/dht-nodes.json'])
  expect(await resumeShelf({ XDG_STATE_HOME: folder }, '/nowhere').list()).toEqual([])
})

test('nothing is made before something is saved', async () => {
  const folder = join(await temporaryFolder(), 'state')
  expect(await resumeFiles({ XDG_STATE_HOME: folder }, '/nowhere')(infoHash, 'a').load()).toBeUndefined()
  expect(existsSync(folder)).toBe(false)
})

test('the shelf tells the name of a torrent whose resume data has its metadata, and of others nothing', async () => {
  const state = { XDG_STATE_HOME: await temporaryFolder() }
  const metadata: Uint8Array = bencode.encode({
    name: 'film.mkv',
    'piece length': 16_384,
    pieces: new Uint8Array(20),
    length: 10,
  })
  const ofLink = createHash('sha1').update(metadata).digest()
  const nothing = { have: new Uint8Array(1), stamps: [], blocks: [], downloaded: 0, uploaded: 0, addresses: [] }
  await resumeFiles(state, '/nowhere')(ofLink, 'a').save(encodeResume({ ...nothing, infoHash: ofLink, metadata }))
  await resumeFiles(state, '/nowhere')(infoHash, 'a').save(encodeResume({ ...nothing, infoHash }))
  const kept = await resumeShelf(state, '/nowhere').list()
  expect(new Map(kept.map((one) => [one.infoHash, one.name]))).toEqual(
    new Map([
      [ofLink.toString('hex'), 'film.mkv'],
      ['ab'.repeat(20), undefined],
    ]),
  )
})
