import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EncryptionPolicy } from '../../machines/peer/vocabulary/facts.ts'
import { type Cell, type Client, cellsOf, describeOutcome } from '../encryption-matrix.ts'
import { ownAddress } from './addresses.ts'
import { type Aria2Encryption, leechWithAria2, seedWithAria2 } from './aria2.ts'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { type Libtorrent, type LibtorrentOptions, leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, type Peerchart, startPeerchart } from './peerchart.ts'
import { startTracker } from './tracker.ts'
import { startTransmission } from './transmission.ts'

let fixture: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'fixture'), 1024 * 1024)
  return folder.remove
})

/**
 * What came of a meeting. `whole`: the leecher's file, whoever that was, equals the seeder's. `attempts`: our connections that
 * closed before one opened, by reason, and then how the first that opened was encrypted. Both sides redial of themselves, so a
 * refusal may stand there more than once.
 */
interface Result {
  readonly whole: boolean
  readonly attempts: readonly string[]
}

/** What a cell of the matrix lets one expect. */
function expectOutcome({ outcome, direction }: Cell, { whole, attempts }: Result): void {
  if (outcome.bytes === 'none') {
    expect(whole).toBe(false)
    expect(attempts.length).toBeGreaterThan(0)
    expect(new Set(attempts)).toEqual(new Set([outcome.refused]))
    return
  }
  expect(whole).toBe(true)
  expect(attempts.at(-1)).toBe(outcome.bytes)
  if (outcome.dials === 1) expect(attempts).toHaveLength(1)
  // It is theirs to redial when they dial: how often they try a key before is theirs too.
  else if (direction === 'we dial') expect(attempts).toHaveLength(2)
  else expect(attempts.length).toBeGreaterThan(1)
}

function attemptsOf(run: Peerchart): string[] {
  const ends = run.all('peer').flatMap(({ state, encrypted, reason = '' }) => {
    if (state === 'connecting') return []
    return [state === 'open' ? (encrypted ? 'rc4' : 'plaintext') : reason]
  })
  const opened = ends.findIndex((end) => end === 'rc4' || end === 'plaintext')
  return opened < 0 ? ends : ends.slice(0, opened + 1)
}

/** Whether a folder holds the torrent's file, byte for byte. */
async function isWhole(dir: string): Promise<boolean> {
  const got = await digest(join(dir, fixture.name)).catch(() => 'no file')
  return isDeepStrictEqual(got, await digest(join(fixture.dir, fixture.name)))
}

let folders = 0
const newFolder = (): string => join(work, `out ${++folders}`)

/** We download from `address`. A refused run has to end by itself, with code 1 and one error that names the reason. */
async function download(address: string, { ours, outcome }: Cell): Promise<Result> {
  const out = newFolder()
  // Long enough for a refused one to be dialled again, on a busy machine too, and for Transmission to unchoke.
  const timeout = outcome.bytes === 'none' ? '4' : '30'
  const args = ['--out', out, '--peer', address, '--encryption', ours, '--timeout', timeout]
  const run = startPeerchart('download', fixture.torrent, ...args)
  try {
    const { code } = await run.ended()
    if (outcome.bytes === 'none') {
      expect(code).toBe(1)
      expect(run.all('error')).toHaveLength(1)
      expect(run.all('error')[0]?.message).toContain(outcome.refused)
    } else {
      expect(run.stderr()).toBe('')
      expect(code).toBe(0)
    }
    return { whole: await isWhole(out), attempts: attemptsOf(run) }
  } finally {
    await run.stop()
  }
}

/** We seed; `leech` starts a client that dials us and downloads into a folder, and answers when that is whole. */
async function seed(
  { ours, outcome }: Cell,
  leech: (address: string, out: string) => Promise<{ complete(): Promise<unknown>; stop(): Promise<unknown> }>,
  host = '127.0.0.1',
): Promise<Result> {
  const args = ['--data', fixture.dir, '--host', host, '--listen', '0', '--encryption', ours]
  const run = startPeerchart('seed', fixture.torrent, ...args)
  try {
    const out = newFolder()
    const leecher = await leech(await listeningAddress(run), out)
    try {
      if (outcome.bytes === 'none') await run.waitFor('peer', ({ state }) => state === 'closed')
      else await leecher.complete()
    } finally {
      await leecher.stop()
    }
    return { whole: await isWhole(out), attempts: attemptsOf(run) }
  } finally {
    await run.stop()
  }
}

const rows = (client: Client, direction: Cell['direction'], ours?: EncryptionPolicy) =>
  cellsOf(client)
    .filter((cell) => cell.direction === direction && (ours === undefined || cell.ours === ours))
    .map((cell) => ({ ...cell, says: describeOutcome(cell.outcome) }))

/**
 * libtorrent that dials `enabled` begins with a key and, refused, dials again without. `forced` never does. Which cipher it
 * selects, and so what `enabled` and `forced` mean, is set apart: both by default, and then plaintext first.
 */
describe('libtorrent', () => {
  const settings: Readonly<Record<string, LibtorrentOptions>> = {
    disabled: { encryption: 'disabled' },
    enabled: { encryption: 'enabled' },
    'enabled, RC4 alone': { encryption: 'enabled', cipher: 'rc4' },
    'enabled, plaintext alone': { encryption: 'enabled', cipher: 'plaintext' },
    forced: { encryption: 'forced' },
    'forced, RC4 alone': { encryption: 'forced', cipher: 'rc4' },
    'forced, plaintext alone': { encryption: 'forced', cipher: 'plaintext' },
  }
  const settingOf = ({ setting }: Cell): LibtorrentOptions => {
    const options = settings[setting]
    if (options === undefined) throw new Error(`no such setting: ${setting}`)
    return { ...options, alerts: true }
  }
  /**
   * Meets again where the shared secret began with a zero, as one in 256 does: libtorrent hashes that without the zero (`compute_secret` in
   * pe_crypto.cpp, 2.0), takes our torrent for another and closes.
   */
  async function untilLongSecret<Met extends { readonly libtorrent: Libtorrent }>(
    meet: () => Promise<Met>,
  ): Promise<Met> {
    const met = await meet()
    return /secret: 00/.test(met.libtorrent.process.stderr()) ? untilLongSecret(meet) : met
  }

  test.each(rows('libtorrent', 'we dial'))('our $ours that dials its $setting: $says', async (cell) => {
    const { result, encrypted } = await untilLongSecret(async () => {
      const libtorrent = await seedWithLibtorrent(fixture.torrent, fixture.dir, settingOf(cell))
      try {
        const result = await download(libtorrent.address, cell)
        const encrypted = (await libtorrent.peers()).map(({ encryption }) => encryption === 'rc4')
        return { libtorrent, result, encrypted }
      } finally {
        await libtorrent.stop()
      }
    })
    expectOutcome(cell, result)
    expect(encrypted).toEqual(cell.outcome.bytes === 'none' ? [] : [cell.outcome.bytes === 'rc4'])
  })

  test.each(rows('libtorrent', 'they dial'))('its $setting that dials our $ours: $says', async (cell) => {
    const { result } = await untilLongSecret(async () => {
      const leechers: Libtorrent[] = []
      const leech = async (address: string, out: string) => {
        const leecher = await leechWithLibtorrent(fixture.torrent, out, { ...settingOf(cell), peers: [address] })
        leechers.push(leecher)
        return { complete: () => leecher.process.waitFor('done'), stop: () => leecher.stop() }
      }
      const result = await seed(cell, leech)
      const [libtorrent] = leechers
      if (!libtorrent) throw new Error('nobody has dialled')
      return { libtorrent, result }
    })
    expectOutcome(cell, result)
  })
})

/** aria2 that dials begins with a key and, refused, dials again without, unless it requires encryption. */
describe('aria2', () => {
  const settings: readonly Aria2Encryption[] = ['plain', 'arc4', 'require-crypto', 'force-encryption']
  const settingOf = ({ setting }: Cell): Aria2Encryption => {
    const encryption = settings.find((one) => one === setting)
    if (encryption === undefined) throw new Error(`no such setting: ${setting}`)
    return encryption
  }

  test.each(rows('aria2', 'we dial'))('our $ours that dials its $setting: $says', async (cell) => {
    const seeder = await seedWithAria2(fixture.torrent, fixture.dir, { encryption: settingOf(cell) })
    try {
      expectOutcome(cell, await download(seeder.address, cell))
    } finally {
      await seeder.stop()
    }
  })

  test.each(rows('aria2', 'they dial'))('its $setting that dials our $ours: $says', async (cell) => {
    const leech = async (address: string, out: string) => {
      const tracker = await startTracker([address])
      const { announceUrl } = tracker
      const leecher = await leechWithAria2(fixture.torrent, out, { encryption: settingOf(cell), announceUrl })
      return { complete: () => leecher.complete(), stop: () => Promise.all([leecher.stop(), tracker.stop()]) }
    }
    expectOutcome(cell, await seed(cell, leech))
  })
})

/**
 * Transmission unchokes every 10 s and is slow to dial, so that each meeting takes a quarter of a minute and no work: those of
 * one setting take place together, each with a daemon of its own.
 */
describe.each(['tolerated', 'preferred', 'required'] as const)('Transmission, %s', (encryption) => {
  const cells = [...rows('Transmission', 'we dial'), ...rows('Transmission', 'they dial')].filter(
    ({ setting }) => setting === encryption,
  )
  let meetings: ReadonlyMap<Cell, Promise<Result>>

  beforeAll(() => {
    meetings = new Map(cells.map((cell) => [cell, cell.direction === 'we dial' ? dial(cell) : beDialled(cell)]))
    // Each test hears of the failure of its own.
    for (const meeting of meetings.values()) meeting.catch(() => {})
  })
  afterAll(async () => {
    await Promise.allSettled(meetings.values())
  })

  test.each(cells)('$direction: our $ours: $says', async (cell) => {
    const result = await meetings.get(cell)
    if (result === undefined) throw new Error('no such meeting')
    expectOutcome(cell, result)
  })

  async function dial(cell: Cell): Promise<Result> {
    const seeder = await startTransmission({ encryption })
    try {
      await seeder.seed(fixture.torrent, fixture.dir)
      return await download(seeder.address, cell)
    } finally {
      await seeder.stop()
    }
  }

  async function beDialled(cell: Cell): Promise<Result> {
    const host = ownAddress()
    return seed(
      cell,
      async (address, out) => {
        const tracker = await startTracker([address])
        const leecher = await startTransmission({ host, encryption })
        await leecher.leech(fixture.torrent, out, tracker.announceUrl)
        return {
          complete: () => leecher.complete(),
          stop: () => Promise.all([leecher.stop(), tracker.stop()]),
        }
      },
      host,
    )
  }
})
