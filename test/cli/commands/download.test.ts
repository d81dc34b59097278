import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSampleTorrent } from '../../../cli/demo/sample-torrent.ts'
import { run } from '../../../cli/run.ts'
import { reason } from '../../../machines/explain/reasons.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import { fakeIo } from '../fake-io.ts'
import { peerSummary } from '../fake-torrent.ts'
import { sampleTorrentFile } from '../sample-file.ts'

/** Of IPv6 and IPv4 in one, where there is IPv6. */
const allInterfaces = expect.stringMatching(/^(::|0\.0\.0\.0)$/)
const peer = { host: '127.0.0.1', port: 7001 }

async function start(argv: readonly string[], world = fakeIo()) {
  const code = run(['download', await sampleTorrentFile(), ...argv], world.io)
  await Promise.race([world.torrent.started, code])
  return { ...world, code }
}

describe('what the torrent is made with', () => {
  test('defaults are those of the contract', async () => {
    const { created, interrupt, code } = await start([])
    interrupt()
    await code
    expect(created).toMatchObject([{ listen: { host: allInterfaces, port: 0 }, encryption: 'preferred', maxPeers: 55 }])
  })

  test('options arrive', async () => {
    const { created, interrupt, code } = await start(
      '--host ::1 --listen 7000 --encryption required --max-peers 3 --max-incoming-per-host 7 --seed --transport tcp'.split(
        ' ',
      ),
    )
    interrupt()
    await code
    expect(created).toMatchObject([
      { listen: { host: '::1', port: 7000 }, encryption: 'required', maxPeers: 3, maxIncomingPerHost: 7 },
    ])
  })
})

test.each([
  ['', []],
  ['--web-seed http://a.example/ --web-seed https://b.example', ['http://a.example/', 'https://b.example']],
  ['--no-web-seeds', false],
])('with %j the web seeds that the torrent has besides its own are %j', async (argv, webSeeds) => {
  const { created, interrupt, code } = await start(argv.split(' ').filter((word) => word !== ''))
  interrupt()
  await code
  expect(created).toMatchObject([{ webSeeds }])
})

test.each([
  ['utp', ['utp']],
  ['tcp', ['tcp']],
  ['any', []],
])(
  '--transport %s carries the torrent by %j, none of them meaning what the library has by default',
  async (transport, kinds) => {
    const { created, interrupt, code } = await start(['--transport', transport])
    interrupt()
    await code
    expect(created.flatMap(({ transport }) => transport ?? []).map(({ kind }) => kind)).toEqual(kinds)
  },
)

describe('a download', () => {
  test('tells its whole story in the events of --json', async () => {
    const { torrent, clock, code, events, stderr } = await start(
      '--json --out out --peer 127.0.0.1:7001 --peer [::1]:7002'.split(' '),
    )
    clock.advance(100)
    torrent.emit({ type: 'verified', pieces: 1, total: 4 })
    torrent.emit({ type: 'listening', transport: 'tcp', address: { host: '127.0.0.1', port: 7000 } })
    expect(torrent.dialled).toEqual([peer, { host: '::1', port: 7002 }])
    torrent.emit({ type: 'peer', peer: peerSummary({ state: 'connecting', client: '', peerId: '' }) })
    torrent.emit({ type: 'peer', peer: peerSummary() })
    torrent.progress = { ...torrent.progress, pieces: 2, downloaded: 16384, rateDown: 99.6, peers: 1 }
    clock.advance(400)
    torrent.emit({ type: 'corrupt', index: 3, addresses: [peer, { host: '::1', port: 7002 }] })
    torrent.emit({ type: 'banned', address: peer, reputation: 40, reason: '3 × corrupt', evidence: [] })
    torrent.emit({ type: 'peer', peer: peerSummary({ state: 'closed', reason: 'local.banned' }) })
    torrent.progress = { ...torrent.progress, pieces: 4, downloaded: 49152, peers: 0 }
    clock.advance(50)
    torrent.emit({ type: 'done', downloaded: 49152 })
    expect(await code).toBe(0)
    const open = { encrypted: true, client: 'qBittorrent 4.6.5', peerId: 'ab'.repeat(20) }
    const connection = { event: 'peer', address: '127.0.0.1:7001', direction: 'out', transport: 'tcp' }
    const standing = { total: 4, uploaded: 0, rateDown: 100, rateUp: 0 }
    const before = { ...standing, pieces: 0, downloaded: 0, rateDown: 0, peers: 0 }
    expect(events()).toEqual([
      { event: 'verified', time: 100, pieces: 1, total: 4 },
      { event: 'progress', time: 100, ...before },
      { event: 'listening', time: 100, transport: 'tcp', host: '127.0.0.1', port: 7000 },
      { ...connection, time: 100, state: 'connecting' },
      { ...connection, time: 100, state: 'open', ...open },
      { event: 'progress', time: 500, ...standing, pieces: 2, downloaded: 16384, peers: 1 },
      { event: 'corrupt', time: 500, piece: 3, addresses: ['127.0.0.1:7001', '[::1]:7002'] },
      { event: 'banned', time: 500, address: '127.0.0.1:7001', reputation: 40, reason: '3 × corrupt' },
      { ...connection, time: 500, state: 'closed', ...open, reason: 'local.banned' },
      { event: 'progress', time: 550, ...standing, pieces: 4, downloaded: 49152, peers: 0 },
      {
        event: 'done',
        time: 550,
        seconds: 0.45,
        bytes: 60_000,
        downloaded: 49152,
        kept: 16384,
        path: resolve('out', 'sample.bin'),
      },
    ])
    expect(stderr.text).toBe('')
    expect(torrent.stopped).toBe(1)
    expect(clock.pending).toBe(0)
  })

  test('of what is on disk already is done without a dial, once', async () => {
    const { torrent, code, events } = await start(['--json', '--peer', '127.0.0.1:7001'])
    torrent.emit({ type: 'verified', pieces: 4, total: 4 })
    torrent.emit({ type: 'done', downloaded: 0 })
    expect(await code).toBe(0)
    expect(torrent.dialled).toEqual([])
    expect(events()).toMatchObject([
      { event: 'verified' },
      { event: 'progress' },
      { event: 'done', seconds: 0, downloaded: 0 },
    ])
  })

  test('with --seed goes on when it is complete, until SIGINT', async () => {
    const { torrent, clock, code, interrupt } = await start(['--seed', '--peer', '127.0.0.1:7001'])
    torrent.emit({ type: 'verified', pieces: 4, total: 4 })
    clock.advance(600_000)
    expect(torrent.stopped).toBe(0)
    expect(torrent.dialled).toEqual([peer])
    interrupt()
    expect(await code).toBe(130)
    expect(torrent.stopped).toBe(1)
  })

  test('gives up when no payload comes for --timeout seconds', async () => {
    const { torrent, clock, code, stderr, events } = await start(['--json', '--timeout', '5'])
    clock.advance(60_000)
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    clock.advance(4_500)
    torrent.progress = { ...torrent.progress, downloaded: 16384 }
    clock.advance(5_000)
    expect(torrent.stopped).toBe(0)
    clock.advance(500)
    expect(await code).toBe(1)
    expect(stderr.text).toMatch(/^peerchart: gave up on \S+: no payload came for 5 s\n$/)
    expect(events().at(-1)).toMatchObject({ event: 'error', message: expect.stringContaining('gave up') })
    expect(torrent.stopped).toBe(1)
  })

  test('says when it gives up why the first peers left, and how the attempts of each dial ended', async () => {
    const { torrent, clock, code, stderr } = await start(['--timeout', '5'])
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    const attempts = [
      { transport: 'tcp', reason: 'transport.refused' },
      { transport: 'utp', reason: 'timeout.connect' },
    ]
    torrent.emit({ type: 'peer', peer: peerSummary({ state: 'closed', reason: 'timeout.connect', attempts }) })
    clock.advance(5_000)
    expect(await code).toBe(1)
    const how = 'timeout.connect (tcp: transport.refused, utp: timeout.connect)'
    expect(stderr.text).toContain(`no payload came for 5 s; 127.0.0.1:7001: ${how}`)
  })

  test('goes on, and is no stall, while a block comes that is not whole for longer than --timeout', async () => {
    const { torrent, clock, code, stderr, events } = await start(['--json', '--timeout', '12'])
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    for (let second = 1; second <= 30; second++) {
      torrent.peers = [peerSummary(), peerSummary({ address: { host: '::1', port: 2 }, payloadAt: clock.now() + 900 })]
      clock.advance(1_000)
    }
    expect(torrent.stopped).toBe(0)
    expect(events()).not.toContainEqual(expect.objectContaining({ event: 'stalled' }))
    clock.advance(12_000)
    expect(await code).toBe(1)
    expect(stderr.text).toContain('no payload came for 12 s')
  })

  test('says, when it gives up, the first reason why nothing flows, with whom it concerns and for how long', async () => {
    const { torrent, clock, code, stderr } = await start(['--timeout', '5'])
    torrent.explanation = { download: [{ ...reason('choked', 1000), peer }, reason('no_addresses', 0)], upload: [] }
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    clock.advance(5_000)
    expect(await code).toBe(1)
    expect(stderr.text).toMatch(/: no payload came for 5 s; 127\.0\.0\.1:7001: it chokes us, for 4 s\n$/)
  })

  test('says, when it gives up, why web seeds give nothing too, rather than how the connections to them ended', async () => {
    const { torrent, clock, code, stderr } = await start(['--timeout', '5'])
    const whole = '127.0.0.1:8000, given_up: it gives whole files alone, no parts of them'
    torrent.explanation = {
      download: [reason('addresses_banned', 0, '127.0.0.1:7001'), reason('no_web_seed', 2_000, whole)],
      upload: [],
    }
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    const address = { host: '127.0.0.1', port: 8000 }
    torrent.emit({
      type: 'peer',
      peer: peerSummary({ address, transport: 'web', state: 'closed', reason: 'transport.error' }),
    })
    clock.advance(5_000)
    expect(await code).toBe(1)
    const said = [
      'no payload came for 5 s',
      'every address of a peer that is known is banned (127.0.0.1:7001), for 5 s',
      `no web seed serves (${whole}), for 3 s`,
      '--tracker, --dht-bootstrap, --peer or --web-seed names more',
    ]
    expect(stderr.text.slice(stderr.text.indexOf('no payload'))).toBe(`${said.join('; ')}\n`)
  })

  test('that stands still says why after ten seconds, and every ten seconds while that lasts', async () => {
    const { torrent, clock, code, interrupt, events } = await start(['--json', '--timeout', '100'])
    torrent.explanation = { download: [{ ...reason('choked', 400), peer }], upload: [reason('not_interested', 0)] }
    clock.advance(60_000)
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    clock.advance(9_500)
    torrent.progress = { ...torrent.progress, downloaded: 16384 }
    clock.advance(32_000)
    torrent.progress = { ...torrent.progress, downloaded: 32768 }
    clock.advance(12_000)
    interrupt()
    expect(await code).toBe(130)
    const stalls = events().filter((event) => (event as { event: string }).event === 'stalled')
    const choked = { code: 'choked', text: 'it chokes us', peer: '127.0.0.1:7001', since: 400 }
    expect(stalls).toEqual(
      [80_000, 90_000, 100_000, 112_000].map((time) => ({
        event: 'stalled',
        time,
        reasons: [{ ...choked, seconds: Math.round((time - 400) / 1000) }],
      })),
    )
  })

  test('that stands still because it is complete says nothing', async () => {
    const { torrent, clock, code, interrupt, events } = await start(['--json', '--seed'])
    torrent.emit({ type: 'verified', pieces: 4, total: 4 })
    clock.advance(60_000)
    interrupt()
    await code
    expect(events()).not.toContainEqual(expect.objectContaining({ event: 'stalled' }))
  })

  test('says, when it gives up, why the first of its peers left', async () => {
    const { torrent, clock, code, stderr } = await start(['--timeout', '5'])
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    for (const port of [1, 2, 3, 4]) {
      const address = { host: '127.0.0.1', port }
      torrent.emit({
        type: 'peer',
        peer: peerSummary({ address, state: 'closed', reason: `remote.encryption_refused` }),
      })
    }
    clock.advance(5_000)
    expect(await code).toBe(1)
    expect(stderr.text).toMatch(
      /no payload came for 5 s; 127.0.0.1:1: remote.encryption_refused; 127.0.0.1:2: [^;]*; 127.0.0.1:3: [^;]*\n$/,
    )
  })

  test('whose port is in use fails with the address', async () => {
    const { torrent, code, stderr } = await start(['--listen', '7000'])
    const error = Object.assign(new Error('listen EADDRINUSE: address already in use 127.0.0.1:7000'), {
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: '127.0.0.1',
      port: 7000,
    })
    torrent.emit({ type: 'failed', error })
    expect(await code).toBe(1)
    expect(stderr.text).toBe('peerchart: cannot listen on 127.0.0.1 port 7000: the port is in use\n')
    expect(torrent.stopped).toBe(1)
  })

  test('whose disk fails says so', async () => {
    const { torrent, code, stderr } = await start([])
    torrent.emit({ type: 'failed', error: new Error('cannot write piece 3: no space left') })
    expect(await code).toBe(1)
    expect(stderr.text).toBe('peerchart: cannot write piece 3: no space left\n')
  })

  test('whose torrent cannot even start fails', async () => {
    const world = fakeIo()
    world.torrent.onStart = () => {
      throw new Error('already started')
    }
    const { code, stderr, torrent } = await start([], world)
    expect(await code).toBe(1)
    expect(stderr.text).toBe('peerchart: already started\n')
    expect(torrent.stopped).toBe(1)
  })
})

describe('progress', () => {
  test('is reported within a second of every change, and only then', async () => {
    const { torrent, clock, code, interrupt, events } = await start(['--json'])
    clock.advance(5_000)
    torrent.progress = { ...torrent.progress, rateDown: 5 }
    clock.advance(1_000)
    torrent.progress = { ...torrent.progress, rateDown: 0 }
    clock.advance(5_000)
    interrupt()
    await code
    expect(events()).toMatchObject([
      { event: 'progress', time: 500 },
      { event: 'progress', time: 5500, rateDown: 5 },
      { event: 'progress', time: 6500, rateDown: 0 },
    ])
  })
})

describe('a magnet link', () => {
  const infoHash = 'ab'.repeat(20)
  const uri = `magnet:?xt=urn:btih:${infoHash}&x.pe=127.0.0.1:7003`

  async function startMagnet(...argv: readonly string[]) {
    return startLink(uri, ...argv)
  }

  async function startLink(link: string, ...argv: readonly string[]) {
    const world = fakeIo()
    const code = run(['download', link, ...argv], world.io)
    await Promise.race([world.torrent.started, code])
    return { ...world, code }
  }
  const metainfo = parseMetainfo(createSampleTorrent('sample.bin', 60_000, 16_384).file)

  test('is dialled from the start, and tells what it is when that is known', async () => {
    const { torrent, clock, created, code, events, stderr } = await startMagnet(
      ...'--json --out out --peer 127.0.0.1:7001'.split(' '),
    )
    expect(created).toMatchObject([
      { magnet: { infoHash: Uint8Array.from(Buffer.from(infoHash, 'hex')), peers: [{ port: 7003 }] } },
    ])
    expect(torrent.dialled).toEqual([peer])
    clock.advance(400)
    torrent.metainfo = metainfo
    torrent.emit({ type: 'metadata', name: 'sample.bin', pieces: 4, bytes: 60_000 })
    torrent.emit({ type: 'verified', pieces: 1, total: 4 })
    torrent.progress = { ...torrent.progress, pieces: 4, downloaded: 49152 }
    torrent.emit({ type: 'done', downloaded: 49152 })
    expect(await code).toBe(0)
    expect(torrent.dialled).toEqual([peer])
    expect(events().slice(0, 2)).toEqual([
      { event: 'metadata', time: 400, name: 'sample.bin', pieces: 4, bytes: 60_000 },
      { event: 'verified', time: 400, pieces: 1, total: 4 },
    ])
    expect(events().at(-1)).toEqual({
      event: 'done',
      time: 400,
      seconds: 0.4,
      bytes: 60_000,
      downloaded: 49152,
      kept: 16384,
      path: resolve('out', 'sample.bin'),
    })
    expect(stderr.text).toBe('')
  })

  test('whose metadata does not come is given up with the reason and what would help, as a .torrent is', async () => {
    const { torrent, clock, code, stderr } = await startLink(infoHash, '--timeout', '5')
    const tracker = 'tracker tracker.example refuses: no such torrent; the DHT is off'
    torrent.explanation = {
      download: [reason('no_addresses', 0, tracker), reason('fetching_metadata', 0)],
      upload: [],
    }
    clock.advance(5_000)
    expect(await code).toBe(1)
    expect(stderr.text).toBe(
      `peerchart: gave up on ${infoHash}: no metadata came for 5 s; no address of a peer is known (${tracker}), for 5 s; ` +
        '--tracker, --dht-bootstrap or --peer names more\n',
    )
  })

  test('may be an info hash alone', async () => {
    const { created, interrupt, code } = await startLink(` ${infoHash.toUpperCase()}\n`)
    interrupt()
    await code
    expect(created).toMatchObject([{ magnet: { infoHash: Uint8Array.from(Buffer.from(infoHash, 'hex')), peers: [] } }])
  })

  test('that is about some files goes by these (BEP 53), unless --files says otherwise', async () => {
    const link = await startLink(`${uri}&so=0,2-4`)
    link.interrupt()
    await link.code
    expect(link.created).toMatchObject([{ magnet: { selectOnly: '0,2-4' } }])
    const { files } = link.created[0] ?? {}
    expect(typeof files === 'function' && files({ index: 1, path: 'a/b', length: 1 })).toBeUndefined()
    const named = await startLink(`${uri}&so=0`, '--files', '*')
    named.interrupt()
    await named.code
    expect(named.created[0]?.files).toBeDefined()
  })

  test('whose peers are no addresses is warned of, and goes on with the others', async () => {
    const { events, created, interrupt, code } = await startLink(
      `${uri}&x.pe=::1:6881&x.pe=192.0.2.1:0&x.pe=%1b[31m&x.pe=a:70000&x.pe=192.0.2.1:1`,
      '--json',
    )
    interrupt()
    await code
    expect(events()[0]).toMatchObject({
      event: 'warning',
      message: expect.stringMatching(
        /^the link names peers \(x\.pe\) .* left out: ::1:6881, 192\.0\.2\.1:0, [ -~\ufffd]*\[31m$/,
      ),
    })
    expect(created).toMatchObject([{ magnet: { peers: expect.arrayContaining([{ host: '192.0.2.1', port: 1 }]) } }])
  })

  test('that is on disk already is done', async () => {
    const { torrent, code, events } = await startMagnet('--json')
    torrent.metainfo = metainfo
    torrent.emit({ type: 'metadata', name: 'sample.bin', pieces: 4, bytes: 60_000 })
    torrent.emit({ type: 'verified', pieces: 4, total: 4 })
    expect(await code).toBe(0)
    expect(events().at(-1)).toMatchObject({ event: 'done', downloaded: 0, bytes: 60_000 })
  })

  test('is given up when no metadata comes for --timeout seconds', async () => {
    const { clock, code, stderr } = await startMagnet('--timeout', '5')
    clock.advance(4_500)
    clock.advance(500)
    expect(await code).toBe(1)
    expect(stderr.text).toBe(`peerchart: gave up on ${uri}: no metadata came for 5 s\n`)
  })

  test('is given up when metadata comes, and no payload after it', async () => {
    const { torrent, clock, code, stderr } = await startMagnet('--timeout', '5')
    clock.advance(4_500)
    torrent.metainfo = metainfo
    torrent.emit({ type: 'metadata', name: 'sample.bin', pieces: 4, bytes: 60_000 })
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    clock.advance(4_500)
    expect(torrent.stopped).toBe(0)
    clock.advance(500)
    expect(await code).toBe(1)
    expect(stderr.text).toContain('no payload came for 5 s')
  })

  test('opens its files where --out says, when it knows them', async () => {
    const { created, interrupt, code } = await startMagnet('--out', 'out')
    const [options] = created
    expect((await options?.openStore?.(metainfo))?.chunkLength).toBe(16_384)
    interrupt()
    expect(await code).toBe(130)
  })
})
