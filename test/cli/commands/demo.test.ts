import { describe, expect, test } from 'vitest'
import type { Api } from '../../../cli/context/api.ts'
import { run } from '../../../cli/run.ts'
import type { PeerSummary } from '../../../machines/torrent/vocabulary/emitted.ts'
import type { Address } from '../../../transport/transport.ts'
import { fakeIo, type TorrentOptions } from '../fake-io.ts'
import { FakeTorrent, peerSummary } from '../fake-torrent.ts'

const host = '127.0.0.1'
/** Ports are given in the order of the cast: seeders, corrupter, leechers. */
const corrupterPort = 9003
const total = 48

/** What goes otherwise than it should. */
interface Mishap {
  readonly banned?: readonly number[]
  readonly wrongData?: boolean
  readonly never?: boolean
}

/** A swarm whose leechers copy the data of the first seeder as soon as they have dialled everybody. */
function fakeSwarm(
  { banned = [corrupterPort], wrongData = false, never = false }: Mishap = {},
  api: Partial<Api> = {},
) {
  const torrents: FakeTorrent[] = []
  const options: TorrentOptions[] = []
  const copy = async (into: TorrentOptions['store']) => {
    for (let index = 0; index < total; index++) {
      const data = await new Promise<Uint8Array | undefined>((resolve) => {
        options[2]?.store?.get(index, undefined, (_, read) => resolve(read))
      })
      const bytes = new Uint8Array(data ?? [])
      if (wrongData && index === 7) bytes[99] = (bytes[99] ?? 0) ^ 1
      await new Promise((resolve) => into?.put(index, bytes, resolve))
    }
  }
  const createTorrent = (created: TorrentOptions) => {
    const torrent = new FakeTorrent()
    const address: Address = { host, port: 9001 + torrents.length }
    const isLeecher = torrents.length >= 3
    torrents.push(torrent)
    options.push(created)
    torrent.progress = { ...torrent.progress, pieces: isLeecher ? 0 : total, total }
    torrent.onStart = () => {
      // The corrupter starts to lie when it has verified; the copies above are made from its honest memory.
      if (torrents.indexOf(torrent) !== 2) torrent.emit({ type: 'verified', pieces: torrent.progress.pieces, total })
      torrent.emit({ type: 'listening', transport: 'tcp', address })
    }
    const dialled: Address[] = []
    torrent.addPeer = (peer) => {
      dialled.push(peer)
      if (dialled.length !== address.port - 9001 || never) return
      copy(created.store).then(() => {
        for (const other of dialled) {
          const change: Partial<PeerSummary> =
            other.port === corrupterPort ? { state: 'closed', reason: 'local.banned', reputation: 40 } : {}
          torrent.emit({ type: 'peer', peer: peerSummary({ address: other, ...change }) })
        }
        for (const port of banned) {
          torrent.emit({ type: 'banned', address: { host, port }, reputation: 40, reason: '', evidence: [] })
        }
        torrent.progress = { ...torrent.progress, pieces: total, downloaded: 12_582_912 }
        torrent.emit({ type: 'done', downloaded: 12_582_912 })
      })
    }
    return torrent
  }
  return { ...fakeIo({ api: { createTorrent, ...api } }), torrents, options }
}

describe('the demo', () => {
  test('ends with exit 0 when all is well, everybody stopped on loopback', async () => {
    const { io, torrents, options, stdout, stderr } = fakeSwarm()
    expect(await run(['demo'], io)).toBe(0)
    expect(stderr.text).toBe('')
    expect(options.map(({ encryption, listen }) => ({ encryption, listen }))).toEqual(
      Array.from({ length: 5 }, () => ({ encryption: 'required', listen: { host, port: 0 } })),
    )
    expect(torrents.map(({ stopped }) => stopped)).toEqual([1, 1, 1, 1, 1])
    const rows = stdout.text.split('\n').filter((line) => line.startsWith('│'))
    expect(rows).toHaveLength(6)
    expect(rows[1]).toMatch(/seeder 1 .*48\/48.*101, 101.*seeding/)
    expect(rows[3]).toMatch(/corrupter .*40, 40.*banned/)
    expect(rows[5]).toMatch(/leecher 2 .*48\/48.*yes.*complete/)
    expect(stdout.text.trimEnd().split('\n').at(-1)).toBe(
      'The corrupter served corrupt pieces: leecher 1 and leecher 2 banned it, and every leecher is complete all the same. ' +
        'With --inspect a page shows it live.',
    )
  })

  test('with --json says who each event is about, and sums up', async () => {
    const { io, events } = fakeSwarm()
    expect(await run(['demo', '--json'], io)).toBe(0)
    expect(events()).toContainEqual(
      expect.objectContaining({ event: 'banned', participant: 'leecher 1', address: `${host}:${corrupterPort}` }),
    )
    expect(events()).toContainEqual(
      expect.objectContaining({ event: 'done', participant: 'leecher 2', bytes: 12_582_912, path: '' }),
    )
    expect(events().at(-3)).toMatchObject({ event: 'summary', participant: 'corrupter', state: 'banned' })
  })

  test.each<readonly [string, Mishap, RegExp]>([
    ['the corrupter goes unpunished', { banned: [] }, /corrupter .*not banned/],
    ['an honest seeder is banned', { banned: [9001, corrupterPort] }, /seeder 1 was banned/],
    ['a leecher has wrong data', { wrongData: true }, /leecher 1 ended with wrong data/],
  ])('is exit 1 when %s', async (_, mishap, message) => {
    const { io, torrents, stderr } = fakeSwarm(mishap)
    expect(await run(['demo'], io)).toBe(1)
    expect(stderr.text).toMatch(message)
    expect(torrents.every(({ stopped }) => stopped === 1)).toBe(true)
  })

  test('is exit 1 when it takes 25 seconds', async () => {
    const { io, torrents, clock, stderr } = fakeSwarm({ never: true })
    const code = run(['demo'], io)
    while (torrents.length < 5) await new Promise(setImmediate)
    await torrents[4]?.started
    clock.advance(25_000)
    expect(await code).toBe(1)
    expect(stderr.text).toBe('peerchart: the demo did not end within 25 s\n')
    expect(torrents.every(({ stopped }) => stopped === 1)).toBe(true)
  })

  test('is exit 1 when one of the torrents fails', async () => {
    const { io, torrents, stderr } = fakeSwarm({ never: true })
    const code = run(['demo'], io)
    while (torrents.length < 5) await new Promise(setImmediate)
    await torrents[4]?.started
    torrents[0]?.emit({ type: 'failed', error: new Error('no sockets left') })
    expect(await code).toBe(1)
    expect(stderr.text).toBe('peerchart: no sockets left\n')
  })

  test('ends with SIGINT, everybody stopped', async () => {
    const { io, torrents, interrupt } = fakeSwarm({ never: true })
    const code = run(['demo'], io)
    while (torrents.length < 5) await new Promise(setImmediate)
    interrupt()
    expect(await code).toBe(130)
    expect(torrents.every(({ stopped }) => stopped === 1)).toBe(true)
  })
})

describe('the demo under an inspector', () => {
  /** An inspector whose pages come and go as a test says. */
  function inspected(mishap: Mishap = {}) {
    const inspector = { url: 'http://127.0.0.1:1/token/', inspect() {}, pages: 0, wasOpened: false, stopped: 0 }
    const stop = async () => void inspector.stopped++
    const swarm = fakeSwarm(mishap, { startInspector: async () => Object.assign(inspector, { stop }) })
    let code: number | undefined
    run(['demo', '--inspect'], swarm.io).then((ended) => {
      code = ended
    })
    const pass = async (ms: number) => {
      for (let at = 0; at < ms; at += 200) {
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
        swarm.clock.advance(200)
      }
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    }
    return { ...swarm, inspector, pass, code: () => code }
  }

  test('begins when the page is opened, and goes on until it is closed, however long that is', async () => {
    const { code, inspector, pass, torrents } = inspected()
    await pass(5_000)
    expect(torrents).toEqual([])
    Object.assign(inspector, { pages: 1, wasOpened: true })
    await pass(20_000)
    expect(torrents).toHaveLength(5)
    await pass(30_000)
    expect([code(), ...torrents.map(({ stopped }) => stopped)]).toEqual([undefined, 0, 0, 0, 0, 0])
    // It is loaded anew.
    inspector.pages = 0
    await pass(1_500)
    inspector.pages = 1
    await pass(10_000)
    expect(code()).toBe(undefined)
    inspector.pages = 0
    await pass(2_500)
    expect([code(), inspector.stopped]).toEqual([0, 1])
    expect(torrents.every(({ stopped }) => stopped === 1)).toBe(true)
  })

  test('takes as long as the page is open, and then as long as without: a user of the page may hold it up', async () => {
    const { code, inspector, pass, stderr } = inspected({ never: true })
    Object.assign(inspector, { pages: 1, wasOpened: true })
    await pass(30_000)
    expect(code()).toBe(undefined)
    inspector.pages = 0
    await pass(25_000)
    expect(code()).toBe(undefined)
    await pass(2_500)
    expect([code(), stderr.text]).toEqual([
      1,
      'peerchart: the demo did not end within 25 s after the page was closed\n',
    ])
  })

  test('that nobody opens begins after eight seconds, and ends by itself', async () => {
    const { code, pass, torrents } = inspected()
    await pass(7_500)
    expect(torrents).toEqual([])
    await pass(2_000)
    expect([code(), torrents.length]).toEqual([0, 5])
  })

  test('ends with SIGINT while it waits for the page, and while the page is open', async () => {
    const waiting = inspected()
    await waiting.pass(1_000)
    waiting.interrupt()
    await waiting.pass(500)
    expect([waiting.code(), waiting.torrents.length, waiting.inspector.stopped]).toEqual([130, 0, 1])
    const open = inspected()
    Object.assign(open.inspector, { pages: 1, wasOpened: true })
    await open.pass(3_000)
    open.interrupt()
    await open.pass(500)
    expect([open.code(), open.inspector.stopped]).toEqual([130, 1])
    expect(open.torrents.every(({ stopped }) => stopped === 1)).toBe(true)
  })
})
