import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resumeFiles, resumeShelf } from '../../../cli/context/resume-files.ts'
import { run } from '../../../cli/run.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

const [one, two] = ['ab'.repeat(20), 'cd'.repeat(20)]

/** Resume data of two torrents, and a file that is none. */
async function shelf() {
  const home = await temporaryFolder()
  const folder = join(home, '.local', 'state', 'peerchart')
  for (const [i, infoHash] of [one, two].entries()) {
    await resumeFiles({}, home)(Buffer.from(infoHash, 'hex'), '/data').save(new Uint8Array(10 + i))
    const [name = ''] = (await readdir(folder)).filter((file) => file.startsWith(infoHash))
    await utimes(join(folder, name), 1_000_000 + i, 1_000_000 + i)
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'notes'), 'mine')
  const runs = async (...argv: readonly string[]) => {
    const world = fakeIo({ api: { resumeShelf: resumeShelf({}, home) } })
    return { code: await run(['resume', ...argv], world.io), ...world }
  }
  return { folder, runs }
}

test('resume list has what is kept, the newest first', async () => {
  const { runs } = await shelf()
  const { code, events } = await runs('list', '--json')
  expect(code).toBe(0)
  expect(events()).toMatchObject([
    { event: 'resume', infoHash: two, bytes: 11, saved: '1970-01-12T13:46:41.000Z' },
    { event: 'resume', infoHash: one, bytes: 10, saved: '1970-01-12T13:46:40.000Z' },
  ])
})

test('resume clear removes that of a torrent, or all, and leaves other files alone', async () => {
  const { folder, runs } = await shelf()
  expect((await runs('clear', one.toUpperCase())).stdout.text).toBe('cleared the resume data of 1 torrent\n')
  expect(await readdir(folder)).toEqual([expect.stringContaining(two), 'notes'])
  expect((await runs('clear', '--json')).events()).toEqual([{ event: 'cleared', time: 0, count: 1, torrents: 1 }])
  expect(await readdir(folder)).toEqual(['notes'])
})

test('resume clear counts torrents for people, of which one may have been in several folders', async () => {
  const kept = ['a', 'b', 'c'].map((path) => ({ infoHash: one, path, bytes: 10, saved: new Date(0) }))
  const api = { resumeShelf: { list: async () => kept, clear: async () => {} } }
  const people = fakeIo({ api })
  expect(await run(['resume', 'clear', one.slice(0, 8)], people.io)).toBe(0)
  expect(people.stdout.text).toBe('cleared the resume data of 1 torrent\n')
  const machine = fakeIo({ api })
  expect(await run(['resume', 'clear', '--json'], machine.io)).toBe(0)
  expect(machine.events()).toEqual([{ event: 'cleared', time: 0, count: 3, torrents: 1 }])
})

test('resume clear of a torrent that has none is a failure, and removes nothing', async () => {
  const { folder, runs } = await shelf()
  const { code, stderr } = await runs('clear', two, 'ef'.repeat(20))
  expect(code).toBe(1)
  expect(stderr.text).toContain('there is no resume data of a torrent efef')
  expect(await readdir(folder)).toHaveLength(3)
})

test('resume clear takes the beginning of an info hash, of at least 8 digits, that one torrent alone has', async () => {
  const { folder, runs } = await shelf()
  const other = `${two.slice(0, 10)}${'0'.repeat(30)}`
  await writeFile(join(folder, `${other}-${'0'.repeat(16)}.resume`), 'x')
  const ambiguous = await runs('clear', one.slice(0, 8), two.slice(0, 10))
  expect(ambiguous.code).toBe(1)
  expect(ambiguous.stderr.text).toBe(`peerchart: cdcdcdcdcd is ambiguous: it may be ${[other, two].join(', ')}\n`)
  expect(await readdir(folder)).toHaveLength(4)
  for (const word of [one.slice(0, 7), `${one}0`, 'holiday.torrent']) {
    const wrong = await runs('clear', word)
    expect(wrong.code).toBe(2)
    expect(wrong.stderr.text).toContain(
      `${word} is no info hash: give its 40 hex digits, or at least the first 8 of them`,
    )
  }
  const { stdout } = await runs('clear', one.slice(0, 8), two.slice(0, 11))
  expect(stdout.text).toBe('cleared the resume data of 2 torrents\n')
  expect(await readdir(folder)).toEqual([expect.stringContaining(other), 'notes'])
})

test('where nothing was ever kept, nothing is listed', async () => {
  const world = fakeIo()
  expect(await run(['resume', 'list'], world.io)).toBe(0)
  expect(world.stdout.text).toBe('')
})

test('resume list says at the end of a line what the torrent is called, where that is known', async () => {
  const kept = { infoHash: one, path: '/state/one.resume', bytes: 10, saved: new Date(0) }
  const resumeShelf = { list: async () => [{ ...kept, name: 'film.mkv' }, kept], clear: async () => {} }
  const { io, stdout } = fakeIo({ api: { resumeShelf } })
  expect(await run(['resume', 'list'], io)).toBe(0)
  const line = `${one}  1970-01-01T00:00:00.000Z  10 B  /state/one.resume`
  expect(stdout.text).toBe(`${line}  film.mkv\n${line}\n`)
})
