import { expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { fakeIo } from '../fake-io.ts'
import { peerSummary } from '../fake-torrent.ts'
import { sampleTorrentFile } from '../sample-file.ts'

async function start(...argv: readonly string[]) {
  const world = fakeIo()
  const code = run(['seed', await sampleTorrentFile(), ...argv], world.io)
  await world.torrent.started
  return { ...world, code }
}

test('a seed listens on port 6881 unless told otherwise', async () => {
  const { created, interrupt, code } = await start()
  interrupt()
  await code
  expect(created).toMatchObject([{ listen: { host: expect.stringMatching(/^(::|0\.0\.0\.0)$/), port: 6881 } }])
})

test('a seed tells what verified and where it listens, and ends with SIGINT, exit 130', async () => {
  const { torrent, code, interrupt, clock, events, stderr } = await start('--json', '--peer', '127.0.0.1:7001')
  torrent.emit({ type: 'verified', pieces: 3, total: 4 })
  torrent.emit({ type: 'listening', transport: 'tcp', address: { host: '127.0.0.1', port: 6881 } })
  expect(torrent.dialled).toEqual([{ host: '127.0.0.1', port: 7001 }])
  clock.advance(600_000)
  interrupt()
  expect(await code).toBe(130)
  expect(events()).toMatchObject([
    { event: 'verified', time: 0, pieces: 3, total: 4 },
    { event: 'progress', time: 0 },
    { event: 'listening', time: 0, transport: 'tcp', host: '127.0.0.1', port: 6881 },
  ])
  expect(stderr.text).toBe('')
  expect(torrent.stopped).toBe(1)
})

test('a seed whose data is still being checked says so, and what verified is told before any share', async () => {
  const { torrent, code, interrupt, clock, stdout } = await start()
  clock.advance(5_000)
  torrent.progress = { ...torrent.progress, pieces: 4 }
  torrent.emit({ type: 'verified', pieces: 4, total: 4 })
  interrupt()
  await code
  expect(stdout.text.split('\n').slice(0, 3)).toEqual([
    'checking what is there of 4 pieces',
    'verified 4 of 4 pieces',
    '100%, 4 of 4 pieces, down 0 B/s, up 0 B/s, peers 0',
  ])
})

test('a seed of which nothing verifies fails with the folder', async () => {
  const { torrent, code, stderr } = await start('--data', 'elsewhere')
  torrent.emit({ type: 'verified', pieces: 0, total: 4 })
  expect(await code).toBe(1)
  expect(stderr.text).toBe('peerchart: nothing to seed: none of the 4 pieces of sample.bin verifies in elsewhere\n')
  expect(torrent.stopped).toBe(1)
})

test('the table of peers at the end has those that have left as well', async () => {
  const { torrent, code, interrupt, stdout } = await start()
  torrent.emit({ type: 'verified', pieces: 4, total: 4 })
  torrent.emit({ type: 'peer', peer: peerSummary({ direction: 'in' }) })
  torrent.emit({ type: 'peer', peer: peerSummary({ direction: 'in', state: 'closed', reason: 'remote.ended' }) })
  torrent.peers = [peerSummary({ address: { host: '::1', port: 7002 }, client: 'unknown' })]
  interrupt()
  await code
  const rows = stdout.text.split('\n').filter((line) => line.startsWith('│'))
  expect(rows).toHaveLength(3)
  expect(rows[1]).toMatch(/127\.0\.0\.1:7001 in .*qBittorrent 4\.6\.5 .*yes.*64\.0 KiB.*101.*closed: remote\.ended/)
  expect(rows[2]).toMatch(/\[::1\]:7002 out .*unknown.*open/)
})

test('a seed is limited as it is told, and not otherwise', async () => {
  const limited = await start('--upload-limit', '512K', '--download-limit', '100000')
  const unlimited = await start()
  for (const { interrupt, code } of [limited, unlimited]) {
    interrupt()
    await code
  }
  expect(limited.created).toMatchObject([{ uploadLimit: 524_288, downloadLimit: 100_000 }])
  expect(unlimited.created).toMatchObject([{ uploadLimit: undefined, downloadLimit: undefined }])
})

test('a seed super-seeds when it is told to, and not otherwise', async () => {
  const runs = [await start('--super-seed'), await start()]
  for (const { interrupt, code } of runs) {
    interrupt()
    await code
  }
  expect(runs.map(({ created }) => created.map(({ superSeed }) => superSeed))).toEqual([[true], [false]])
})

test('super-seeding that begins and ends is a line each, with why it ended by itself', async () => {
  const { torrent, code, interrupt, events } = await start('--super-seed', '--json')
  torrent.emit({ type: 'super_seeding', active: true })
  torrent.emit({ type: 'super_seeding', active: false, because: 'seeder' })
  torrent.emit({ type: 'super_seeding', active: true })
  torrent.emit({ type: 'super_seeding', active: false })
  interrupt()
  await code
  expect(events().filter((event) => JSON.stringify(event).includes('super_seeding'))).toEqual([
    { event: 'super_seeding', time: 0, active: true },
    { event: 'super_seeding', time: 0, active: false, because: 'seeder' },
    { event: 'super_seeding', time: 0, active: true },
    { event: 'super_seeding', time: 0, active: false },
  ])
})

test('a seed that lacks pieces says that super-seeding does not begin, and serves what it has', async () => {
  const runs = [await start('--super-seed'), await start('--super-seed'), await start()]
  for (const [i, { torrent, interrupt, code }] of runs.entries()) {
    torrent.emit({ type: 'verified', pieces: i === 1 ? 4 : 3, total: 4 })
    interrupt()
    expect(await code).toBe(130)
  }
  expect(runs.map(({ stderr }) => stderr.text)).toEqual([
    'peerchart: warning: super-seeding needs all of it, but 1 of 4 pieces do not verify\n',
    '',
    '',
  ])
})
