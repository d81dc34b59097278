import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTorrent } from '../../../actors/torrent.ts'
import { run } from '../../../cli/run.ts'
import { openFileStore } from '../../../storage/open-file-store.ts'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { realDisk } from '../../swarm/real-disk.ts'
import { createSwarm } from '../../swarm/swarm.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

const host = '127.0.0.1'

test('a seed of which some pieces verify serves on beside a full one: it downloads nothing, fails at nothing', async () => {
  const swarm = createSwarm({ latencyMs: 10 })
  const { metainfo, data, clock, network } = swarm
  const disk = realDisk(swarm)
  const folder = await temporaryFolder()
  const kept = 2 * metainfo.pieceLength
  await mkdir(join(folder, 'part'))
  await writeFile(join(folder, 'part', metainfo.name), data.subarray(0, kept))
  await writeFile(join(folder, 'x.torrent'), '')
  const random = seededRandom(7)
  const { io, events, stderr, interrupt } = fakeIo({
    api: {
      readMetainfo: async () => metainfo,
      openFileStore: async (...of) => disk.through(await openFileStore(...of)),
      createTorrent: (options) =>
        createTorrent({
          ...options,
          clock,
          random,
          randomBytes: randomBytesFrom(random),
          transport: network.transport(host),
        }),
    },
  })
  let ended = false
  const code = run(
    ['seed', join(folder, 'x.torrent'), '--data', join(folder, 'part'), '--host', '127.0.0.1', '--json'],
    io,
  )
  const end = code.finally(() => {
    ended = true
  })
  const named = (name: string) => events().filter((one) => (one as { event?: string }).event === name)
  while (named('listening').length === 0 && !ended) await new Promise((resolve) => setImmediate(resolve))
  expect(named('verified')).toMatchObject([{ pieces: 2, total: 8 }])

  const full = swarm.add('full', { has: 'all', knows: [host] })
  full.torrent.start()
  await swarm.pass(20_000)
  expect(full.torrent.peers).toMatchObject([{ state: 'open', pieces: 2, uploaded: 0 }])
  expect([ended, stderr.text, named('done')]).toEqual([false, '', []])

  interrupt()
  await disk.until(() => ended)
  expect(await end).toBe(130)
  await swarm.stop()
})
