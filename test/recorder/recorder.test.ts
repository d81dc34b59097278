import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openRecorder, replayRecord } from '../../recorder/open.ts'
import { readHeader, readRecord } from '../../recorder/record-file.ts'
import { olderPath } from '../../recorder/ring-file.ts'
import { temporaryFolder } from '../cli/sample-file.ts'
import { meetOpen } from '../hostile/remote.ts'
import { createSwarm } from '../swarm/swarm.ts'

const newPath = async (): Promise<string> => join(await temporaryFolder(), 'swarm.record')

describe('a record in a file', () => {
  test('replays', async () => {
    const path = await newPath()
    const record = await openRecorder(path)
    const { remote, clock } = meetOpen({ record })
    remote.say({ name: 'have', index: 999 })
    clock.advance(10_000)
    await record.close()
    const { connections, cut, lacksBeginning } = await replayRecord(path)
    expect(connections).toMatchObject([{ state: 'closed', reason: 'remote.have_out_of_range' }])
    expect({ cut, lacksBeginning }).toEqual({ cut: undefined, lacksBeginning: false })
  })

  test('that was cut says where', async () => {
    const path = await newPath()
    const record = await openRecorder(path)
    meetOpen({ record })
    await record.close()
    const bytes = await readFile(path)
    await writeFile(path, bytes.subarray(0, bytes.length - 5))
    const { connections, cut } = await replayRecord(path)
    expect(cut).toMatchObject({ path, why: 'cut' })
    expect(bytes.subarray(0, cut?.at).at(-1)).toBe(0x0a)
    expect(connections).toHaveLength(1)
  })

  test('that outgrew its limit replays from the older file on, and says what is gone', async () => {
    const path = await newPath()
    const record = await openRecorder(path, { bytesMax: 1024 * 1024, payloads: true })
    const swarm = createSwarm({ encryption: 'none', pieces: 60, blocksPerPiece: 1, bytesPerSecond: 400_000 })
    swarm.add('seed', { has: 'all', record })
    const leecher = swarm.add('leecher', { knows: ['seed'] })
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding')
    const late = swarm.add('late', { knows: ['leecher'], record })
    late.torrent.start()
    await swarm.until(() => late.torrent.progress.pieces > 2)
    await swarm.stop()
    await record.close()
    expect(await readHeader(olderPath(path))).toMatchObject({ segment: expect.any(Number) })
    const { connections, divergences, lacksBeginning } = await replayRecord(path)
    expect(divergences).toEqual([])
    expect(lacksBeginning).toBe(true)
    expect(connections.filter(({ incomplete }) => incomplete === 'steps_missing')).toEqual([])
    expect(connections.filter(({ incomplete }) => incomplete === 'beginning_lost').length).toBeGreaterThan(0)
  })

  test('is for the eyes of its owner, both files of it, whatever the umask', async () => {
    const path = await newPath()
    await writeFile(path, '', { mode: 0o644 })
    for (const _ of [1, 2]) await (await openRecorder(path)).close()
    for (const file of [path, olderPath(path)]) expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('takes the place of one that is there, which stays beside it', async () => {
    const path = await newPath()
    for (const _ of [1, 2]) await (await openRecorder(path)).close()
    const [first, second] = [await readHeader(olderPath(path)), await readHeader(path)]
    expect(first?.id).not.toBe(second?.id)
    expect((await replayRecord(path)).lacksBeginning).toBe(false)
  })

  test('is not written over what is none', async () => {
    const path = await newPath()
    await writeFile(path, 'my diary')
    await expect(openRecorder(path)).rejects.toThrow('is no record')
    expect(await readFile(path, 'utf8')).toBe('my diary')
    await rm(path)
    await (await openRecorder(path)).close()
    await writeFile(olderPath(path), 'my diary')
    await expect(openRecorder(path)).rejects.toThrow('is no record')
    expect(await readFile(olderPath(path), 'utf8')).toBe('my diary')
    const folder = await newPath()
    await mkdir(folder)
    await expect(openRecorder(folder)).rejects.toThrow('is no file')
  })

  test('has at least 1 MiB', async () => {
    await expect(openRecorder(await newPath(), { bytesMax: 1_000 })).rejects.toThrow(RangeError)
  })
})

describe('what is no record', () => {
  test.each([
    ['nothing', ''],
    ['text', 'hello\n'],
    ['a header that was cut', '21c02406 {"record":"peerch'],
  ])('is refused: %s', async (_, text) => {
    const path = await newPath()
    await writeFile(path, text)
    await expect(replayRecord(path)).rejects.toThrow(`${path} is no record of peerchart`)
  })

  test('nor is what is not there', async () => {
    await expect(readRecord('/nowhere/at/all', () => undefined)).rejects.toThrow('is no record')
  })
})
