import { describe, expect, test } from 'vitest'
import type { Api } from '../../../cli/context/api.ts'
import { run } from '../../../cli/run.ts'
import { reason } from '../../../machines/explain/reasons.ts'
import type { DhtOptions } from '../../../transport/dht/dht.ts'
import type { Address } from '../../../transport/transport.ts'
import { memoryResume } from '../../memory-resume.ts'
import { fakeIo } from '../fake-io.ts'
import { sampleTorrentFile } from '../sample-file.ts'

/** A download with our node of the DHT as it was made, and whether it was destroyed. */
async function start(
  argv: readonly string[],
  open = async () => ({ host: '127.0.0.1', port: 7 }),
  api: Partial<Pick<Api, 'dhtTable'>> & { readonly nodes?: readonly Address[] } = {},
) {
  const made: DhtOptions[] = []
  const destroyed: DhtOptions[] = []
  const world = fakeIo({
    api: {
      ...(api.dhtTable && { dhtTable: api.dhtTable }),
      createDht: (options = {}) => {
        made.push(options)
        return {
          opened: open(),
          nodes: api.nodes ?? [],
          search: () => () => {},
          addNode() {},
          destroy: async () => void destroyed.push(options),
        }
      },
    },
  })
  const code = run(['download', await sampleTorrentFile(), '--json', ...argv], world.io)
  await Promise.race([world.torrent.started, code])
  return { ...world, code, made, destroyed }
}

test('there is no DHT unless it is asked for', async () => {
  const { code, created, interrupt, made } = await start([])
  interrupt()
  await code
  expect([made, created[0]]).toEqual([[], expect.not.objectContaining({ dht: expect.anything() })])
})

test.each<[string, DhtOptions]>([
  ['--dht', { bootstrap: [], nodes: [], port: 0 }],
  ['--dht 7000 --host 127.0.0.1', { bootstrap: [], nodes: [], port: 7000, host: '127.0.0.1' }],
  [
    '--host ::1 --dht-bootstrap 127.0.0.1:1 --dht-bootstrap well-known',
    { bootstrap: [{ host: '127.0.0.1', port: 1 }, 'well-known'], nodes: [], port: 0 },
  ],
])(
  '%s makes a node that the torrent is given, says where it listens, and destroys it in the end',
  async (argv, options) => {
    const { code, created, destroyed, events, interrupt, made } = await start(argv.split(' '))
    expect([made, destroyed, created[0]]).toEqual([[options], [], expect.objectContaining({ dht: expect.anything() })])
    interrupt()
    await code
    expect(destroyed).toEqual([options])
    expect(events()).toContainEqual(
      expect.objectContaining({ event: 'dht', state: 'listening', host: '127.0.0.1', port: 7 }),
    )
  },
)

test('a port that is taken is a warning: the download goes on', async () => {
  const { code, events, interrupt } = await start(['--dht', '7000'], () =>
    Promise.reject(new Error('the port is taken')),
  )
  interrupt()
  await code
  expect(events()).toContainEqual(
    expect.objectContaining({ event: 'warning', message: 'there is no DHT: the port is taken' }),
  )
})

test('the table of nodes that an earlier run has kept is given to the node, and its own is kept in the end', async () => {
  const dhtTable = memoryResume()
  const node = (port: number) => ({ host: '192.0.2.1', port })
  const first = await start(['--dht'], undefined, { dhtTable, nodes: [node(1), node(2)] })
  first.interrupt()
  await first.code
  const second = await start(['--dht'], undefined, { dhtTable })
  second.interrupt()
  await second.code
  expect([first.made, second.made]).toMatchObject([[{ nodes: [] }], [{ nodes: [node(1), node(2)] }]])
})

describe('a download that gives up as it knows no address names what would help', () => {
  test.each([
    ['', '--tracker, --dht-bootstrap, --peer or --web-seed names more'],
    ['--dht', '--dht-bootstrap names nodes to enter the DHT by; --tracker, --peer or --web-seed names other sources'],
    [
      '--dht --no-web-seeds',
      '--dht-bootstrap names nodes to enter the DHT by; --tracker or --peer names other sources',
    ],
    ['--dht-bootstrap 127.0.0.1:1', '--tracker, --peer or --web-seed names more'],
    ['--no-web-seeds', '--tracker, --dht-bootstrap or --peer names more'],
  ])('with %j: %s', async (argv, help) => {
    const { clock, code, stderr, torrent } = await start([...argv.split(' ').filter(Boolean), '--timeout', '5'])
    torrent.explanation = { download: [reason('no_addresses', 0)], upload: [] }
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    clock.advance(6_000)
    expect(await code).toBe(1)
    expect(stderr.text).toContain(`; ${help}\n`)
  })
})
