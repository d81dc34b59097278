import { describe, expect, test } from 'vitest'
import { createSession } from '../../actors/session.ts'
import { createTorrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { memoryRecord, replayBytes } from '../recorder/memory-record.ts'
import { pieceOf } from '../storage/support.ts'
import { sampleTorrent } from '../swarm/sample.ts'
import { uncaughtIn } from '../uncaught.ts'

describe('a recorder', () => {
  test('of a session records the connections that come in, from before they name a torrent', async () => {
    const record = memoryRecord()
    const clock = new SimulatedClock()
    const random = seededRandom(1)
    const network = createMemoryNetwork({ clock, random })
    const { metainfo, data } = sampleTorrent({ pieces: 4 })
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const stores = [openMemoryStore(metainfo), openMemoryStore(metainfo)] as const
    for (let index = 0; index < 4; index++) stores[0].put(index, pieceOf(metainfo, data, index), () => {})
    const listen = { host: 'session', port: 6881 }
    const session = createSession({
      listen,
      clock,
      random,
      transport: network.transport('session'),
      record: record.recorder,
    })
    const seed = session.add({ metainfo, store: stores[0] })
    session.start()
    seed.start()
    const transport = network.transport('leecher')
    const leecher = createTorrent({ metainfo, store: stores[1], clock, random, transport, peers: [listen] })
    leecher.start()
    for (let turns = 0; turns < 400 && leecher.progress.pieces < 4; turns++) {
      await turn()
      clock.advanceToNext()
    }
    expect(leecher.progress.pieces).toBe(4)
    const { connections, divergences } = replayBytes(record.bytes)
    expect(divergences).toEqual([])
    expect(connections).toMatchObject([{ state: 'open', remote: { direction: 'in' } }])
    expect(record.text).toContain('"torrent.adopt"')
    expect(record.text).toContain('"send.piece"')
    leecher.actor.stop()
    seed.actor.stop()
    session.actor.stop()
  })

  test('that throws harms nobody', async () => {
    const defect = new Error('a defect')
    const { metainfo } = sampleTorrent({ pieces: 4 })
    const record = {
      attach: () => ({
        inspect: () => {
          throw defect
        },
        random: Math.random,
      }),
      close: async () => undefined,
    }
    const clock = new SimulatedClock()
    const faults = await uncaughtIn(() => {
      const torrent = createTorrent({ metainfo, store: openMemoryStore(metainfo), clock, record })
      torrent.actor.stop()
    })
    expect(new Set(faults)).toEqual(new Set([defect]))
  })

  test('that is none is refused at the call', () => {
    const { metainfo } = sampleTorrent({ pieces: 4 })
    const options = JSON.parse('{"record":{}}')
    expect(() => createTorrent({ metainfo, store: openMemoryStore(metainfo), ...options })).toThrow(TypeError)
  })
})
