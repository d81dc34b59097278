import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

test('create writes the torrent it was asked for and reports it', async () => {
  const folder = await temporaryFolder()
  const out = join(folder, 'data.torrent')
  await writeFile(join(folder, 'data.bin'), new Uint8Array(100_000).fill(7))
  const { io, events, stderr } = fakeIo()
  const options =
    '--piece-length 32K --private --comment hello --announce udp://a.example:80 --announce http://b.example/announce'
  const code = await run(['create', join(folder, 'data.bin'), '--out', out, '--json', ...options.split(' ')], io)
  expect(stderr.text).toBe('')
  expect(code).toBe(0)
  const metainfo = parseMetainfo(await readFile(out))
  expect(metainfo).toMatchObject({ name: 'data.bin', pieceLength: 32768, private: true, comment: 'hello' })
  expect(metainfo.announce.flat()).toEqual(['udp://a.example:80', 'http://b.example/announce'])
  expect(events()).toEqual([
    {
      event: 'created',
      time: 0,
      path: out,
      infoHash: Buffer.from(metainfo.infoHash).toString('hex'),
      pieces: 4,
      pieceLength: 32768,
      bytes: 100_000,
    },
  ])
})

test('create fails with the file it cannot write', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'data.bin'), 'data')
  const { io, stderr } = fakeIo()
  const out = join(folder, 'nowhere', 'x.torrent')
  expect(await run(['create', join(folder, 'data.bin'), '--out', out], io)).toBe(1)
  expect(stderr.text).toBe(`peerchart: cannot write ${out}: no such file or folder\n`)
})

test('create fails with one line that names what is neither a file nor a folder', async () => {
  const folder = await temporaryFolder()
  const data = join(folder, 'data')
  await mkdir(data)
  await writeFile(join(data, 'data.bin'), 'data')
  const server = createServer().listen(join(data, 'socket'))
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { io, stderr, stdout } = fakeIo()
  expect(await run(['create', data, '--out', join(folder, 'x.torrent')], io)).toBe(1)
  expect(stderr.text).toBe(`peerchart: ${join(data, 'socket')} is neither a file nor a folder\n`)
  expect(stdout.text).toBe('')
})

test('create refuses a pipe and a device, and hashes nothing for them', async () => {
  const folder = await temporaryFolder()
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  for (const [out, kind] of [
    [pipe, 'a pipe'],
    ['/dev/null', 'a device'],
  ] as const) {
    const { io, stderr } = fakeIo({ api: { createMetainfo: () => new Promise(() => {}) } })
    expect(await run(['create', folder, '--out', out], io)).toBe(1)
    expect(stderr.text).toBe(`peerchart: cannot write ${out}: it is ${kind}, and a .torrent is written to a file\n`)
  }
})

test('SIGINT ends create although the hashing goes on', async () => {
  const { io, interrupt, stderr } = fakeIo({ api: { createMetainfo: () => new Promise(() => {}) } })
  const code = run(['create', 'x', '--out', '/nowhere/x.torrent'], io)
  interrupt()
  expect(await code).toBe(130)
  expect(stderr.text).toBe('')
})
