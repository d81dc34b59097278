import { describe, expect, test } from 'vitest'
import { dataOf, fetching, metadata, ready, request, serving, settled } from './metadata-peers.ts'

describe('ut_metadata of a torrent that has its metadata', () => {
  test('asks nobody', () => {
    const { meet, sent } = serving()
    meet(1, metadata.length)
    expect(sent()).toEqual([])
  })

  test('closes who gives what nobody asked for', () => {
    const { give, meet, told } = serving()
    meet(1, metadata.length)
    give(1, 0)
    expect(told).toEqual([{ type: 'extension.fault', peer: 1, code: 'metadata_unrequested' }])
  })
})

describe('ut_metadata of a magnet link', () => {
  test('rejects requests as long as it fetches, and serves when the torrent is known', async () => {
    const { give, meet, say, sent } = fetching()
    meet(1, metadata.length)
    meet(2)
    sent()
    say(2, { type: 'request', piece: 0 })
    expect(sent()).toEqual([{ peer: 2, message: { type: 'reject', piece: 0 } }])
    for (const piece of [0, 1, 2]) give(1, piece)
    await settled()
    sent()
    say(2, { type: 'request', piece: 0 })
    expect(sent()).toEqual([{ peer: 2, message: dataOf(metadata, 0) }])
  })

  test('serves no metadata of which no torrent could be made', async () => {
    const { give, meet, say, sent } = fetching(() => Promise.reject(new Error('version 2')))
    meet(1, metadata.length)
    for (const piece of [0, 1, 2]) give(1, piece)
    await settled()
    sent()
    say(1, { type: 'request', piece: 0 })
    expect(sent()).toEqual([{ peer: 1, message: { type: 'reject', piece: 0 } }])
  })

  test('that is started anew serves what was verified before, and fetches nothing', async () => {
    const { again, give, meet } = fetching()
    meet(1, metadata.length)
    for (const piece of [0, 1, 2]) give(1, piece)
    await settled()
    const after = again()
    after.meet(2, metadata.length)
    after.tick()
    expect(after.sent()).toEqual([])
    after.say(2, { type: 'request', piece: 0 })
    expect(after.sent()).toEqual([{ peer: 2, message: dataOf(metadata, 0) }])
    expect(after.told).toEqual([])
  })

  test('that is started anew while a store is opened opens no second one', async () => {
    let opened = 0
    let open = () => {}
    const { again, give, meet, told } = fetching(() => {
      opened++
      return new Promise((resolve) => {
        open = () => resolve(ready)
      })
    })
    meet(1, metadata.length)
    for (const piece of [0, 1, 2]) give(1, piece)
    const after = again()
    after.meet(2, metadata.length)
    after.tick()
    open()
    await settled()
    after.tick()
    expect([opened, after.sent(), told, after.told]).toEqual([1, [], [ready], []])
  })

  test('that is started anew before anything was verified fetches it', () => {
    const { again, give, meet } = fetching()
    meet(1, metadata.length)
    give(1, 0)
    const after = again()
    after.meet(2, metadata.length)
    expect(after.sent()).toEqual([request(2, 0), request(2, 1)])
  })

  test('passes over a kind of message that it does not know (BEP 9)', () => {
    const { meet, tell, told } = fetching()
    meet(1, metadata.length)
    tell({ type: 'extension.message', peer: 1, payload: new TextEncoder().encode('d8:msg_typei9ee') })
    expect(told).toEqual([])
  })
})
