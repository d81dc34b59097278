import { expect, test } from 'vitest'
import { createChoking } from '../../../../machines/torrent/choking/slice.ts'
import { createConnections } from '../../../../machines/torrent/connections/slice.ts'
import { createContent } from '../../../../machines/torrent/content/slice.ts'
import { createDownload } from '../../../../machines/torrent/download/slice.ts'
import { createExtensions } from '../../../../machines/torrent/extensions/slice.ts'
import { createPeers } from '../../../../machines/torrent/peers/slice.ts'
import { createPicking } from '../../../../machines/torrent/picking/slice.ts'
import { createResume } from '../../../../machines/torrent/resume/slice.ts'
import { createTrust } from '../../../../machines/torrent/trust/slice.ts'
import { createUpload } from '../../../../machines/torrent/upload/slice.ts'
import { filesBelow, read } from '../../../source-tree.ts'
import { sha1 } from '../../../storage/support.ts'
import { aTorrent } from '../a-torrent.ts'

const random = () => 0
const content = createContent({ infoHash: 'ab'.repeat(20) })

/** What each room begins with. */
const slices = {
  content,
  peers: createPeers(),
  picking: createPicking({ ...content, random }),
  trust: createTrust({}),
  download: createDownload({ ...content, at: 0 }),
  choking: createChoking({}),
  connections: createConnections({ peerId: 'cd'.repeat(20), greeting: {}, transport: 'memory' }, {}),
  upload: createUpload({ sha1, at: 0 }),
  extensions: createExtensions({}, content),
  resume: createResume({}),
}

/** What is the core's own: the time, chance, whom it tells, and what it told. */
const own = ['self', 'chart', 'storage', 'isRunning', 'random', 'now', 'toldPieces', 'enteredAt', 'idle']

test('a fact of the core is of one room', () => {
  const fields = [...own, ...Object.values(slices).flatMap(Object.keys)]
  expect(fields.filter((field, i) => fields.indexOf(field) !== i)).toEqual([])
})

test('the core is what its rooms own, and nothing else', () => {
  const fields = [...own, ...Object.values(slices).flatMap(Object.keys)]
  expect(Object.keys(aTorrent().core).sort()).toEqual(fields.sort())
})

test('a fact is written by its room alone', () => {
  const owners = new Map([
    ...own.map((field) => [field, 'core'] as const),
    ...Object.entries(slices).flatMap(([room, slice]) => Object.keys(slice).map((field) => [field, room] as const)),
  ])
  const writing = /\b(?:core|content)\.(\w+) ?(?:=(?![=>])|[+-]=|\?\?=|\+\+|--)/g
  const writings = filesBelow('machines/torrent').flatMap((path) =>
    Array.from(read(path).matchAll(writing), ([, field = '']) => ({ field, room: path.split('/')[2] })),
  )
  expect(writings.length).toBeGreaterThan(40)
  expect(writings.filter(({ field, room }) => owners.get(field) !== room)).toEqual([])
})
