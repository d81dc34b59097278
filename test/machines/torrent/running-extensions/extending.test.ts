import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import type { ExtensionEvent } from '../../../../machines/extensions/extension.ts'
import { idFor, openedEvent, tellExtensions } from '../../../../machines/torrent/running-extensions/extending.ts'
import { extensionsMax } from '../../../../transport/wire/extended/extensions-max.ts'
import { downloading, meet, piecesOf, stateOf } from '../a-torrent.ts'

describe('the id of an extension (BEP 10)', () => {
  test('is its own for good, from 1 on, as 0 is the extended handshake’s', () => {
    const ids = new Map<string, number>()
    expect(['a', 'b', 'a', 'c'].map((name) => idFor(ids, name))).toEqual([1, 2, 1, 3])
  })
})

describe('a torrent whose extended handshake is full of names', () => {
  const named = (name: string) => ({ name, start: () => () => undefined })
  const full = () => {
    const torrent = downloading()
    for (let nth = 0; nth < extensionsMax; nth++) {
      torrent.actor.send({ type: 'torrent.add_extension', extension: named(`pc_${nth}`) })
    }
    return torrent
  }
  const namesOf = ({ core }: ReturnType<typeof downloading>) => core.extensions.map(({ name }) => name)

  test('passes over one more, also 200 of them, and runs on', () => {
    const torrent = full()
    for (let nth = 0; nth < 200; nth++) {
      torrent.actor.send({ type: 'torrent.add_extension', extension: named(`late_${nth}`) })
    }
    expect(namesOf(torrent)).toEqual(Array.from({ length: extensionsMax }, (_, nth) => `pc_${nth}`))
    expect(torrent.actor.getSnapshot().status).toBe('active')
  })

  test('replaces one, and takes one back that was removed, but no other in its place', () => {
    const torrent = full()
    torrent.actor.send({ type: 'torrent.add_extension', extension: named('pc_1') })
    torrent.actor.send({ type: 'torrent.remove_extension', name: 'pc_0' })
    torrent.actor.send({ type: 'torrent.add_extension', extension: named('other') })
    expect(namesOf(torrent)).toHaveLength(extensionsMax - 1)
    torrent.actor.send({ type: 'torrent.add_extension', extension: named('pc_0') })
    expect(namesOf(torrent)).toHaveLength(extensionsMax)
  })
})

test('all extensions are told, in their order; nothing is told to none', () => {
  const extensions = ['ut_pex', 'pc_chat'].map((name, i) => ({
    name,
    id: i + 1,
    ref: createActor(fromCallback<ExtensionEvent>(() => undefined)),
  }))
  const event = { type: 'extension.closed', peer: 1 } as const
  const told = tellExtensions(extensions, event)
  expect(told).toMatchObject([
    { tell: 'extension', event },
    { tell: 'extension', event },
  ])
  expect(told.map((command) => 'to' in command && extensions.findIndex(({ ref }) => ref === command.to))).toEqual([
    0, 1,
  ])
  expect(tellExtensions(extensions, undefined)).toEqual([])
})

test.each([
  ['a leecher', [0], { readOnly: false, superSeed: false }, false],
  ['a seeder', [0, 1, 2, 3], { readOnly: false, superSeed: false }, true],
  ['a super-seeder', [0, 1, 2, 3], { readOnly: true, superSeed: true }, false],
  ['a partial seed', [0], { readOnly: true, superSeed: false }, true],
  ['a partial seed that would super-seed', [0], { readOnly: true, superSeed: true }, true],
])('our extended handshake says whether we download nothing (BEP 21): %s', (_, have, flags, uploadOnly) => {
  expect(downloading(have, flags).core.greeting.uploadOnly).toBe(uploadOnly)
})

test('an extension whose own code threw has no actor any more, until the torrent runs again, and is told nothing', () => {
  const torrent = downloading()
  const heard: ExtensionEvent['type'][] = []
  let isBroken = true
  const extension = {
    name: 'pc_fragile',
    start: () => (event: ExtensionEvent) => {
      heard.push(event.type)
      if (isBroken && event.type === 'timer.tick') throw new Error('a defect')
    },
  }
  torrent.actor.send({ type: 'torrent.add_extension', extension })
  torrent.hear({ type: 'timer.tick', at: 1_000 })
  torrent.hear({ type: 'timer.tick', at: 2_000 })
  expect([stateOf(torrent), torrent.core.extensions[0]?.ref]).toEqual(['failed', undefined])
  expect(heard).toEqual(['timer.tick', 'extension.stopped'])
  isBroken = false
  torrent.actor.send({ type: 'torrent.start' })
  torrent.hear({ type: 'storage.checked', have: piecesOf([]) })
  torrent.hear({ type: 'timer.tick', at: 3_000 })
  expect(heard.slice(2)).toEqual(['timer.tick'])
})

test('a connection is introduced by its number, address, direction and actor, as soon as that runs', () => {
  const { record } = meet(downloading(), '10.0.0.2', [])
  const { peer, ref } = record
  expect(openedEvent(record)).toEqual({
    type: 'extension.opened',
    peer,
    connection: {
      peer,
      ref,
      address: { host: '10.0.0.2', port: 6881 },
      direction: 'out',
      transport: 'memory',
      greeting: undefined,
      speaks: false,
    },
  })
  expect(openedEvent({ ...record, ref: undefined })).toBeUndefined()
})
