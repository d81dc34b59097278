import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { suite } from '../../conformance/suite/suite.ts'
import { leechWithAria2, seedWithAria2 } from './aria2.ts'
import { startBittorrentProtocol } from './bittorrent-protocol.ts'
import { type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { startPeerchart } from './peerchart.ts'
import { leechWithRtorrent, seedWithRtorrent } from './rtorrent.ts'
import { startTransmission } from './transmission.ts'

/** A client under test. */
interface Tested {
  readonly address: string
  stop(): Promise<unknown>
}

interface Starts {
  seeder(fixture: Fixture): Promise<Tested>
  leecher(fixture: Fixture, dir: string): Promise<Tested>
}

const pex = true

const clients: Readonly<Record<string, Starts>> = {
  libtorrent: {
    seeder: ({ torrent, dir }) => seedWithLibtorrent(torrent, dir, { pex }),
    leecher: ({ torrent }, dir) => leechWithLibtorrent(torrent, dir, { pex }),
  },
  Transmission: {
    seeder: async ({ torrent, dir }) => {
      const daemon = await startTransmission({ pex })
      await daemon.seed(torrent, dir)
      return daemon
    },
    leecher: async ({ torrent }, dir) => {
      const daemon = await startTransmission({ pex })
      await daemon.leech(torrent, dir)
      return daemon
    },
  },
  aria2: {
    seeder: ({ torrent, dir }) => seedWithAria2(torrent, dir, { pex }),
    leecher: ({ torrent }, dir) => leechWithAria2(torrent, dir, { pex }),
  },
  rtorrent: {
    seeder: ({ torrent, dir }) => seedWithRtorrent(torrent, dir),
    leecher: ({ torrent }, dir) => leechWithRtorrent(torrent, dir),
  },
  'bittorrent-protocol': {
    seeder: ({ torrent, dir }) => startBittorrentProtocol('seed', torrent, dir),
    leecher: ({ torrent }, dir) => startBittorrentProtocol('leech', torrent, dir),
  },
}

/** How long the suite may take of one client, beside the others. */
const suiteTimeoutMs = 230_000

const runs = Object.keys(clients).flatMap((client) =>
  (['seeder', 'leecher'] as const).map((role) => ({ client, role })),
)

/** What the table of docs/conformance.md says of a client: the cases that it fails. */
async function written(client: string, role: string): Promise<readonly string[] | undefined> {
  const text = await readFile(new URL('../../docs/conformance.md', import.meta.url), 'utf8')
  const row = text.split('\n').find((line) => line.startsWith(`| ${client} `) && line.includes(`| ${role} |`))
  return row === undefined ? undefined : [...row.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).sort()
}

/** All clients at once, each in both roles: the suite mostly waits for them. */
describe('the suite finds in each client what docs/conformance.md says', () => {
  const outcomes = new Map<string, Promise<readonly { readonly name: string; readonly verdict: string }[]>>()
  let remove: () => Promise<void>

  beforeAll(async () => {
    const folder = await temporaryFolder()
    remove = folder.remove
    const fixture = await singleFile(join(folder.path, 'fixture'), 20 * 256 * 1024 + 5_000)
    for (const { client, role } of runs) {
      const outcome = examine(client, role, fixture, join(folder.path, `${client}-${role}`))
      // Awaited by its test, which may be long after.
      outcome.catch(() => {})
      outcomes.set(`${client} ${role}`, outcome)
    }
  })

  afterAll(async () => {
    await Promise.allSettled(outcomes.values())
    await remove()
  })

  test.each(runs)('$client as a $role', { timeout: suiteTimeoutMs }, async ({ client, role }) => {
    const checks = (await outcomes.get(`${client} ${role}`)) ?? []
    expect(checks.length).toBe(suite.length)
    const failing = checks.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name)
    expect(failing.sort()).toEqual(await written(client, role))
  })
})

async function examine(client: string, role: 'seeder' | 'leecher', fixture: Fixture, dir: string) {
  const tested = await clients[client]?.[role](fixture, dir)
  if (!tested) throw new Error(`there is no ${client}`)
  const run = startPeerchart('conformance', tested.address, '--torrent', fixture.torrent, '--data', fixture.dir)
  try {
    await run.waitFor('conformance', () => true, suiteTimeoutMs)
    await run.ended()
    return run.all('check')
  } finally {
    await run.stop()
    await tested.stop()
  }
}
