import { expect, test } from 'vitest'
import { run } from '../../cli/run.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { sampleTorrentFile } from '../cli/sample-file.ts'
import { createSwarm } from './swarm.ts'

test.each([
  ['its own limit', { downloadLimit: 1024 }, {}],
  ['the line', {}, { bytesPerSecond: 1024 }],
])(
  'a download at 1 KiB/s, by %s, is neither a stall nor given up after 12 s: bytes of a block come all the time',
  async (_, limits, line) => {
    const swarm = createSwarm({ pieces: 4, blocksPerPiece: 1, ...line })
    swarm.add('b', { has: 'all' }).torrent.start()
    const { torrent } = swarm.add('a', { knows: ['b'], ...limits })
    let code: number | undefined
    const argv = ['download', await sampleTorrentFile(), '--json', '--timeout', '12']
    const world = fakeIo()
    // No time passes while the file is read from the disk.
    await new Promise<void>((resolve) => {
      const createTorrent = () => {
        resolve()
        return torrent
      }
      const io = { ...world.io, clock: swarm.clock, api: { ...world.io.api, createTorrent } }
      run(argv, io).then((exitCode) => {
        code = exitCode
      })
    })
    await swarm.until(() => code !== undefined, 300_000)
    expect(world.stderr.text).toBe('')
    expect(code).toBe(0)
    expect(world.events()).not.toContainEqual(expect.objectContaining({ event: 'stalled' }))
    await swarm.stop()
  },
)
