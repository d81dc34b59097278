import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

async function told(what: string | object, ...options: readonly string[]) {
  const file = join(await temporaryFolder(), 'x.torrent')
  if (typeof what !== 'string') await writeFile(file, bencode.encode(what))
  const world = fakeIo()
  const code = await run(['info', typeof what === 'string' ? what : file, ...options], world.io)
  return { ...world, code }
}

const torrent = {
  announce: 'http://a.example/',
  'announce-list': [['http://a.example/', 'udp://b.example:1'], ['http://c.example/']],
  comment: 'a \u001b[2Jremark',
  'url-list': 'https://w.example/',
  info: {
    name: 'album',
    'piece length': 16_384,
    pieces: new Uint8Array(40),
    files: [
      { length: 20_000, path: ['..', 'song'] },
      { length: 768, path: ['_____padding_file_0_'], attr: 'p' },
      { length: 5, path: ['note'] },
    ],
  },
}

test('info prints what a torrent says, its files and what they were renamed from, and steers no terminal', async () => {
  const { code, stdout, stderr } = await told(torrent)
  expect([code, stderr.text]).toEqual([0, ''])
  const lines = stdout.text.split('\n')
  expect(lines.filter((line) => !/^(info hash|magnet) /.test(line))).toEqual([
    'name       album',
    'size       20.3 KiB in 2 pieces of 16.0 KiB',
    'comment    a  [2Jremark',
    'tracker    http://a.example/ (tier 1)',
    'tracker    udp://b.example:1 (tier 1)',
    'tracker    http://c.example/ (tier 2)',
    'web seed   https://w.example/',
    'file       album/song, 19.5 KiB, in the torrent "album/../song"',
    'file       album/note, 5 B',
    '',
  ])
  expect(stdout.text).toMatch(/^info hash {2}[0-9a-f]{40}$/m)
  expect(stdout.text).toMatch(/^magnet {5}magnet:\?xt=urn:btih:[0-9a-f]{40}&dn=album&tr=.*&ws=.*$/m)
})

test('info --json is one object', async () => {
  const { events } = await told({ ...torrent, 'url-list': ['https://w.example/', ''] }, '--json')
  expect(events()).toEqual([
    {
      event: 'info',
      time: 0,
      name: 'album',
      infoHash: expect.stringMatching(/^[0-9a-f]{40}$/),
      bytes: 20_773,
      pieces: 2,
      pieceLength: 16_384,
      private: false,
      comment: 'a \u001b[2Jremark',
      trackers: torrent['announce-list'],
      webSeeds: ['https://w.example/'],
      files: [
        { path: 'album/song', bytes: 20_000, renamedFrom: 'album/../song' },
        { path: 'album/note', bytes: 5 },
      ],
      magnet: expect.stringContaining('magnet:?xt='),
    },
  ])
})

test('a private torrent has no magnet link', async () => {
  const { stdout } = await told({ ...torrent, info: { ...torrent.info, private: 1 } })
  expect(stdout.text).toContain('private ')
  expect(stdout.text).not.toContain('magnet')
})

test('info of a magnet link says what the link says', async () => {
  const infoHash = 'ab'.repeat(20)
  const fields = 'dn=a&xl=5&tr=udp%3A%2F%2Fb.example%3A1&ws=https%3A%2F%2Fw.example%2F&x.pe=192.0.2.1:1&so=0'
  const { events } = await told(`magnet:?xt=urn:btih:${infoHash}&${fields}`, '--json')
  expect(events()).toEqual([
    {
      ...{ event: 'info', time: 0, name: 'a', infoHash, bytes: 5, trackers: [['udp://b.example:1']] },
      ...{ webSeeds: ['https://w.example/'], peers: ['192.0.2.1:1'], selectOnly: '0' },
    },
  ])
})
