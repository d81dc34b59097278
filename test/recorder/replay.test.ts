import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { isEntry, type StepEntry } from '../../recorder/entries.ts'
import { LineReader, lineOf } from '../../recorder/lines.ts'
import { lyingStore } from '../../testing/stores.ts'
import { answerTo, dialRaw, listenRaw, type Script, seederThat } from '../hostile/raw-peer.ts'
import { meet, meetOpen } from '../hostile/remote.ts'
import { runs } from '../in-full.ts'
import { createDoubleSwarm } from '../swarm/double-swarm.ts'
import { createSwarm, type MemberOptions } from '../swarm/swarm.ts'
import { type MemoryRecord, memoryRecord, replaced, replayBytes } from './memory-record.ts'

/** A download from one seeder, up to its end. */
async function recordedDownload(given: Parameters<typeof memoryRecord>[0], options: MemberOptions = {}) {
  const record = memoryRecord(given)
  const swarm = createSwarm({ pieces: 12, blocksPerPiece: 4, latencyMs: 5 })
  swarm.add('seed', { has: 'all', record: record.recorder })
  const leecher = swarm.add('leecher', { knows: ['seed'], record: record.recorder, ...options })
  swarm.start()
  await swarm.until(() => leecher.state === 'seeding')
  await swarm.pass(2_500)
  await swarm.stop()
  return record
}

/** A download beside remotes that break rules, lie, hang and flood; how each connection of the leecher closed. */
async function recordedAttack() {
  const record = memoryRecord({ privacy: replaced })
  const swarm = createSwarm({ encryption: 'none', latencyMs: 20, bytesPerSecond: 200_000, pieces: 12 })
  swarm.add('good', { has: 'all' })
  swarm.add('liar', { has: 'all', through: lyingStore })
  const scripts: Record<string, Script> = {
    'too far': { greets: [{ name: 'have_none' }, { name: 'have', index: 12 }] },
    unasked: seederThat((request, self) => self.say(answerTo(swarm, { ...request, index: (request.index + 1) % 12 }))),
    chatter: { greets: [{ name: 'have_none' }, ...Array(1_200).fill({ name: 'unchoke' })] },
    stranger: { infoHash: new Uint8Array(20).fill(9) },
    hanging: seederThat((_, self) => self.connection.pause()),
    leaving: seederThat((_, self) => self.connection.destroy()),
  }
  for (const [host, script] of Object.entries(scripts)) listenRaw(swarm, host, script)
  const leecher = swarm.add('leecher', { knows: ['liar', ...Object.keys(scripts), 'good'], record: record.recorder })
  swarm.start()
  dialRaw(swarm, 'dialler', 'leecher', {
    greets: [{ name: 'request', requests: [{ index: 99, begin: 0, length: 1 }] }],
  })
  await swarm.until(() => leecher.state === 'seeding', 600_000)
  await swarm.pass(1_000)
  await swarm.stop()
  const reasons = leecher.emittedOf('peer').flatMap(({ peer: { reason } }) => (reason === undefined ? [] : [reason]))
  return { record, reasons, banned: leecher.emittedOf('banned') }
}

const sorted = (texts: readonly (string | undefined)[]): readonly (string | undefined)[] => [...texts].sort()

/** The record with one of its steps changed; the first that `change` answers to. */
function changed(record: MemoryRecord, change: (entry: StepEntry) => object | undefined): Uint8Array {
  let isChanged = false
  const lines = record.entries.map((entry) => {
    const other = !isChanged && 'of' in entry ? change(entry) : undefined
    isChanged ||= other !== undefined
    return lineOf(JSON.stringify(other ?? entry))
  })
  return Buffer.from(lines.join(''))
}

let download: MemoryRecord
beforeAll(async () => {
  download = await recordedDownload({ privacy: replaced })
})

test('a torrent that dials by two transports replays to the same digest', async () => {
  const record = memoryRecord({ privacy: replaced })
  const swarm = createDoubleSwarm()
  swarm.networks.blackhole('tcp', 'silent')
  swarm.networks.blackhole('utp', 'silent')
  swarm.networks.blackhole('tcp', 'uTP alone')
  swarm.add('uTP alone', ['utp'], { has: 'all' })
  swarm.add('TCP alone', ['tcp'], { has: 'all' })
  const knows = ['uTP alone', 'TCP alone', 'silent', 'refusing']
  const leecher = swarm.add('leecher', ['tcp', 'utp'], { knows, record: record.recorder })
  swarm.start()
  await swarm.until(() => leecher.state === 'seeding')
  await swarm.pass(16_000)
  await swarm.stop()
  const first = replayBytes(record.bytes)
  expect(first.divergences).toEqual([])
  const told = leecher.emittedOf('peer').flatMap(({ peer: { reason } }) => (reason === undefined ? [] : [reason]))
  expect(sorted(first.connections.map(({ reason }) => reason))).toEqual(sorted(told))
  expect(told).toContain('timeout.connect')
  for (const said of ['"timer.attempt"', '"kind":"utp"', '"transport.failed"']) expect(record.text).toContain(said)
  expect(replayBytes(record.bytes)).toEqual(first)
})

const times = runs(2, 10)

describe('a recorded download', () => {
  test(`replays to the same ends and the same digest, ${times} times out of ${times}`, () => {
    const first = replayBytes(download.bytes)
    expect(first.divergences).toEqual([])
    expect(first.cut).toBeUndefined()
    expect(first.connections.map(({ reason, state }) => ({ reason, state }))).toEqual([
      { reason: 'local.stopped', state: 'closed' },
      { reason: 'local.stopped', state: 'closed' },
    ])
    expect(first.events).toBe(download.entries.filter((entry) => 'of' in entry).length)
    for (let round = 1; round < times; round++) expect(replayBytes(download.bytes)).toEqual(first)
  })

  test('is the same record when the run is repeated', async () => {
    const { text } = await recordedDownload({ privacy: replaced })
    expect(text).toBe(download.text)
  })

  test('holds no payload, and no address', () => {
    expect(download.text).not.toContain('"data"')
    expect(download.text).not.toContain('"seed"}')
    expect(download.text).not.toMatch(/"host":"(seed|leecher)"/)
    expect(download.text.length).toBeLessThan(60_000)
  })

  test('replays with payload and addresses too', async () => {
    const record = await recordedDownload({ payloads: true })
    expect(record.text).toContain('"host":"seed"')
    expect(record.text.length).toBeGreaterThan(12 * 65_536)
    expect(replayBytes(record.bytes).divergences).toEqual([])
  })

  test('of a magnet link replays as well', async () => {
    const record = await recordedDownload({ privacy: replaced }, { magnet: true })
    const { divergences, connections } = replayBytes(record.bytes)
    expect(divergences).toEqual([])
    expect(connections.length).toBeGreaterThan(1)
  })

  test('shows its events to an inspector as a live run does', () => {
    const seen = new Map<string, number>()
    const inspect = (event: InspectionEvent) => void seen.set(event.type, (seen.get(event.type) ?? 0) + 1)
    const { events } = replayBytes(download.bytes, { inspect })
    expect(seen.get('@xstate.snapshot')).toBeGreaterThanOrEqual(events)
    expect(seen.get('@xstate.microstep')).toBeGreaterThan(0)
  })
})

describe('a recorded attack', () => {
  test(`replays to the same close reasons and the same digest, ${times} times out of ${times}`, async () => {
    const { record, reasons, banned } = await recordedAttack()
    expect(banned).toHaveLength(1)
    expect(new Set(reasons).size).toBeGreaterThan(4)
    const first = replayBytes(record.bytes)
    expect(first.divergences).toEqual([])
    expect(sorted(first.connections.map(({ reason }) => reason))).toEqual(sorted(reasons))
    for (let round = 1; round < times; round++) expect(replayBytes(record.bytes)).toEqual(first)
  })

  test('of one peer alone replays, with its timers', () => {
    const record = memoryRecord()
    const { clock } = meet({ record: record.recorder })
    clock.advance(60_000)
    const { connections, divergences } = replayBytes(record.bytes)
    expect(divergences).toEqual([])
    expect(connections).toMatchObject([{ state: 'closed', reason: 'timeout.detecting' }])
  })
})

describe('a record that was cut', () => {
  test('at any byte replays up to the cut', () => {
    const headerEnd = download.bytes.indexOf(0x0a) + 1
    fc.assert(
      fc.property(fc.integer({ min: headerEnd, max: download.bytes.length }), (at) => {
        const cut = download.bytes.subarray(0, at)
        const { events, divergences, connections, cut: told } = replayBytes(cut)
        const whole = new LineReader().push(cut).filter(isEntry)
        expect(divergences).toEqual([])
        expect(events).toBe(whole.filter((entry) => 'of' in entry).length)
        expect(connections.every(({ incomplete }) => incomplete === undefined)).toBe(true)
        expect(told === undefined).toBe(cut.at(-1) === 0x0a)
      }),
      { numRuns: runs(15, 60) },
    )
  })

  test('at its beginning says which connections those are whose beginning is gone', () => {
    const [header, ...rest] = download.text.split('\n')
    const steps = rest.findIndex((line) => line.includes('"of":0,"step":1,'))
    const continues = lineOf(
      JSON.stringify({ continues: 0, step: 1, remote: { host: '127.0.0.9', port: 1, direction: 'out' } }),
    )
    const kept = rest.filter((line, i) => i >= steps || line.includes('"of":1,'))
    const text = `${header}\n${continues}${kept.join('\n')}`
    const { connections, divergences } = replayBytes(Buffer.from(text))
    expect(divergences).toEqual([])
    expect(connections[0]).toMatchObject({ events: 0, incomplete: 'beginning_lost', remote: { host: '127.0.0.9' } })
    expect(connections[1]).toMatchObject({ state: 'closed', reason: 'local.stopped' })
  })

  test('where steps are missing replays up to there, and says so', () => {
    const lines = download.text.split('\n')
    const without = lines.filter((line) => !line.includes('"of":1,"step":9,')).join('\n')
    const { connections, divergences } = replayBytes(Buffer.from(without))
    expect(divergences).toEqual([])
    expect(connections[1]).toMatchObject({ events: 9, incomplete: 'steps_missing' })
    expect(connections[0]).not.toHaveProperty('incomplete')
  })
})

describe('where the code does other than what was recorded', () => {
  test('it says which connection, which event, and what was said', () => {
    const bytes = changed(download, (entry) =>
      entry.said && entry.event.type === 'torrent.interested' ? { ...entry, said: [] } : undefined,
    )
    const [divergence] = replayBytes(bytes).divergences
    expect(divergence).toMatchObject({
      connection: 0,
      type: 'torrent.interested',
      recorded: 'nothing',
      now: '{"type":"send.interested"}',
    })
    expect(divergence?.event).toBeGreaterThan(5)
  })

  test('or which state', () => {
    const bytes = changed(download, (entry) =>
      entry.event.type === 'wire.unchoke' ? { ...entry, state: { peer_choking: 'choking' } } : undefined,
    )
    expect(replayBytes(bytes).divergences).toMatchObject([
      {
        type: 'wire.unchoke',
        recorded: 'peer_choking in "choking"',
        now: 'peer_choking in "not_choking"',
      },
    ])
  })

  test('or which event there is no more', () => {
    const bytes = changed(download, (entry) =>
      entry.step === 4 ? { ...entry, event: { type: 'wire.hello' } } : undefined,
    )
    const { divergences, connections } = replayBytes(bytes)
    expect(divergences).toMatchObject([{ type: 'wire.hello', event: 4, now: 'no event that a peer takes' }])
    expect(connections.filter(({ incomplete }) => incomplete === 'diverged')).toHaveLength(1)
  })

  test.each([
    ['a timer that does not run', 'timer.closing', 0, 'timer.closing is not running'],
    ['a timer that is not due', 'timer.connect', 10_000, 'timer.connect is due in 5000 ms'],
  ])('or that time did: %s', (_, type, at, now) => {
    const record = memoryRecord()
    meet({ record: record.recorder, direction: 'out' })
    const bytes = changed(record, (entry) => (entry.step === 1 ? { ...entry, at, event: { type } } : undefined))
    expect(replayBytes(bytes).divergences).toMatchObject([{ event: 1, type, now }])
  })

  test('a timer that should have fired is one', () => {
    const record = memoryRecord()
    meet({ record: record.recorder, direction: 'out' })
    const bytes = changed(record, (entry) => (entry.step === 1 ? { ...entry, at: 25_000 } : undefined))
    expect(replayBytes(bytes).divergences).toMatchObject([{ event: 1, now: 'timer.connect was due 10000 ms before' }])
  })

  test('code that throws is one, and harms no other connection', () => {
    const bytes = changed(download, (entry) =>
      entry.event.type === 'wire.unchoke' ? { ...entry, event: { type: 'wire.piece', at: 0 } } : undefined,
    )
    const { connections, divergences } = replayBytes(bytes)
    expect(divergences).toHaveLength(1)
    expect(divergences[0]?.now).toContain('crashed')
    expect(connections.filter(({ state }) => state === 'closed')).toHaveLength(1)
  })
})

test('what an open connection did up to now is in the record', () => {
  const record = memoryRecord()
  const { remote, clock } = meetOpen({ record: record.recorder })
  remote.say({ name: 'have_all' })
  clock.advance(5)
  const { connections } = replayBytes(record.bytes)
  expect(connections).toMatchObject([{ state: 'open', remote: { direction: 'in' } }])
  expect(record.text).toContain('"wire.have_all"')
})
