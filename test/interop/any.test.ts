import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { type LibtorrentOptions, seedWithLibtorrent } from './libtorrent.ts'
import { startPeerchart } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

let work: string
let fixture: Fixture

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'single'), 1024 * 1024)
  return folder.remove
})

/** What the command line says of its peer while it downloads from that address, until it ends. */
async function download(transport: 'tcp' | 'utp' | 'any', address: string, ...more: string[]) {
  const out = join(work, `${transport} ${address}`)
  const leech = untilTestEnds(
    startPeerchart('download', fixture.torrent, '--out', out, '--transport', transport, '--peer', address, ...more),
  )
  const { code } = await leech.ended()
  const open = leech.all('peer').find(({ state }) => state === 'open')
  return { code, open, ended: leech.all('error'), out }
}

describe.each([{ theirs: 'tcp' }, { theirs: 'utp' }] as const)('a client that speaks $theirs alone', ({ theirs }) => {
  test('is reached by any within 2 s of the time that a dial by that alone takes', async () => {
    const options: LibtorrentOptions = { transport: theirs }
    const { address } = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, options))
    const direct = await download(theirs, address)
    const any = await download('any', address)
    expect([direct.code, any.code]).toEqual([0, 0])
    expect(any.open).toMatchObject({ transport: theirs })
    expect(await digest(join(any.out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
    expect(Number(any.open?.time) - Number(direct.open?.time)).toBeLessThan(2_000)
  })
})

test('where nobody listens, the line that gives up has the reasons of both transports', async () => {
  const { code, ended } = await download('any', '127.0.0.1:9', '--timeout', '5')
  expect(code).toBe(1)
  expect(String(ended[0]?.message)).toContain('refused by tcp, no answer by utp')
})
