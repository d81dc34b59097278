import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { end } from './daemon.ts'
import { digest, type Fixture, manyFiles, singleFile, temporaryFolder } from './fixtures.ts'
import { startJsonProcess } from './json-process.ts'
import { leechWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, startPeerchart, succeeded } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

let single: Fixture
let many: Fixture
let work: string
let outs = 0

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  single = await singleFile(join(work, 'single'), 6 * 1024 * 1024)
  many = await manyFiles(join(work, 'many'))
  return folder.remove
})

const newFolder = (): string => join(work, `out ${++outs}`)

const program = fileURLToPath(new URL('web-server.mjs', import.meta.url))

interface Listening {
  readonly event: 'listening'
  readonly port: number
}

/** The URL of a server that has what lies in a folder. */
async function serve(dir: string, fault = ''): Promise<string> {
  const server = untilTestEnds(
    startJsonProcess<Listening>('web server', process.execPath, [program, dir, fault], 'node is missing'),
  )
  const { port } = await server.waitFor('listening')
  return `http://127.0.0.1:${port}/`
}

/** The same by Python's own, which knows no ranges. */
async function serveByPython(dir: string): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  await new Promise((closed) => probe.close(closed))
  const args = ['-u', '-m', 'http.server', String(address.port), '--bind', '127.0.0.1', '--directory', dir]
  const server = spawn('/usr/bin/python3', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => end(server))
  await once(server.stdout, 'data')
  return `http://127.0.0.1:${address.port}/`
}

async function expectWhole(out: string, { dir, name }: Fixture): Promise<void> {
  expect(await digest(join(out, name))).toEqual(await digest(join(dir, name)))
}

const downloadFrom = (url: string, { torrent }: Fixture, out: string, ...more: readonly string[]) =>
  untilTestEnds(startPeerchart('download', torrent, '--out', out, '--web-seed', url, ...more))

describe.each([
  ['a file', () => single],
  ['many files, empty ones among them,', () => many],
])('%s', (_, pick) => {
  test('comes from a server with ranges alone, byte for byte', async () => {
    const fixture = pick()
    const out = newFolder()
    const run = downloadFrom(await serve(fixture.dir), fixture, out)
    await succeeded(run)
    await expectWhole(out, fixture)
    expect(await run.waitFor('progress', ({ pieces, total }) => pieces === total)).toMatchObject({
      downloadedFromWebSeeds: fixture.size,
      peers: 0,
    })
  })
})

test('a torrent that names its web seed downloads from it, by peerchart and by libtorrent', async () => {
  const url = await serve(single.dir)
  const torrent = join(work, 'named.torrent')
  await succeeded(
    untilTestEnds(startPeerchart('create', join(single.dir, single.name), '--out', torrent, '--web-seed', url)),
  )
  const fixture = { ...single, torrent }
  const [ours, theirs] = [newFolder(), newFolder()]
  await succeeded(untilTestEnds(startPeerchart('download', torrent, '--out', ours)))
  await expectWhole(ours, fixture)
  const leech = untilTestEnds(await leechWithLibtorrent(torrent, theirs))
  await leech.process.waitFor('flushed')
  await expectWhole(theirs, fixture)
})

describe('beside a peer', () => {
  test.each([
    ['a corrupt server is banned', (dir: string) => serve(dir, 'corrupt'), 'banned'],
    ["Python's server, that knows no ranges, is given up", serveByPython, 'given_up'],
    ['a server that has it not is given up', () => serve(work), 'given_up'],
  ])('%s, and all of it comes from the peer', async (_, start, state) => {
    const seeder = untilTestEnds(startPeerchart('seed', single.torrent, '--data', single.dir, '--listen', '0'))
    const out = newFolder()
    const peer = await listeningAddress(seeder)
    const run = downloadFrom(await start(single.dir), single, out, '--peer', peer, '--download-limit', '2M')
    await run.waitFor('web_seed', (event) => event.state === state)
    await succeeded(run)
    await expectWhole(out, single)
  })
})
