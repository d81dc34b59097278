import { describe, expect, test } from 'vitest'
import { openSource } from '../../actors/torrent-source.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { sampleTorrent } from '../swarm/sample.ts'

const { metainfo } = sampleTorrent()
const clock = new SimulatedClock()

describe('a .torrent file', () => {
  test('is known from the start, and so is the length of its info dictionary', () => {
    const source = openSource({ metainfo, store: openMemoryStore(metainfo) }, clock)
    expect(source.infoHash).toEqual(metainfo.infoHash)
    expect(source.known).toMatchObject({ layout: { pieceCount: 8 }, metadataSize: metainfo.infoBytes.length })
    expect(source.storage.get().metainfo).toBe(metainfo)
  })

  test('of a private torrent tells peers nothing of its info dictionary', () => {
    const hidden = { ...metainfo, private: true }
    expect(openSource({ metainfo: hidden, store: openMemoryStore(metainfo) }, clock).known).not.toHaveProperty(
      'metadataSize',
    )
  })

  test('is read-only where its store says so', () => {
    const store = openMemoryStore(metainfo)
    const sources = [store, { ...store, readOnly: true }].map((one) => openSource({ metainfo, store: one }, clock))
    expect(sources.map(({ readOnly }) => readOnly)).toEqual([false, true])
  })

  test('with a store of other chunks is a mistake of the caller', () => {
    const store = { ...openMemoryStore(metainfo), chunkLength: 1 }
    expect(() => openSource({ metainfo, store }, clock)).toThrow(RangeError)
  })
})

describe('a magnet link', () => {
  const openStore = () => openMemoryStore(metainfo)

  test('is not known yet; its peers are', () => {
    const peers = [{ host: '192.0.2.1', port: 6881 }]
    const source = openSource({ magnet: { infoHash: metainfo.infoHash, peers }, openStore }, clock)
    expect(source).toMatchObject({ infoHash: metainfo.infoHash, known: undefined, peers })
    expect(source.storage.metainfo).toBeUndefined()
  })

  test('may be an info hash alone, of 20 bytes', () => {
    expect(openSource({ magnet: { infoHash: metainfo.infoHash }, openStore }, clock).peers).toEqual([])
    expect(() => openSource({ magnet: { infoHash: new Uint8Array(32) }, openStore }, clock)).toThrow(
      new RangeError('an info hash has 20 bytes, not 32'),
    )
  })
})
