import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { readHeader } from '../../../recorder/record-file.ts'
import { fakeIo } from '../fake-io.ts'
import { sampleTorrentFile, temporaryFolder } from '../sample-file.ts'

describe('--record', () => {
  test('gives the torrent a recorder, and a record is there at the end', async () => {
    const folder = await temporaryFolder()
    const file = await sampleTorrentFile()
    const path = join(folder, 'a.record')
    const { io, torrent, created } = fakeIo()
    torrent.onStart = () => torrent.emit({ type: 'verified', pieces: 4, total: 4 })
    const args = ['download', file, '--out', folder, '--record', path, '--keep-addresses', '--record-payload']
    expect(await run(args, io)).toBe(0)
    expect(created[0]?.record).toBeDefined()
    expect(await readHeader(path)).toMatchObject({ addresses: 'kept', payloads: true })
  })

  test('without it nothing is recorded', async () => {
    const folder = await temporaryFolder()
    const file = await sampleTorrentFile()
    const { io, torrent, created } = fakeIo()
    torrent.onStart = () => torrent.emit({ type: 'verified', pieces: 4, total: 4 })
    expect(await run(['download', file, '--out', folder], io)).toBe(0)
    expect(created[0]?.record).toBeUndefined()
  })

  test('to where no file can be is a failure', async () => {
    const file = await sampleTorrentFile()
    const { io, stderr, created } = fakeIo()
    expect(await run(['download', file, '--record', '/nowhere/at/all'], io)).toBe(1)
    expect(stderr.text).toBe('peerchart: cannot record to /nowhere/at/all: no such file or folder\n')
    expect(created).toEqual([])
  })

  test.each(['--keep-addresses', '--record-payload', '--record-limit=2M'])('%s goes with it alone', async (option) => {
    const { io, stderr } = fakeIo()
    expect(await run(['seed', 'x.torrent', option], io)).toBe(2)
    expect(stderr.text).toContain('go with --record')
  })

  test('a limit below 1M is wrong usage', async () => {
    const { io } = fakeIo()
    expect(await run(['seed', 'x.torrent', '--record', 'x', '--record-limit', '100K'], io)).toBe(2)
  })
})
