import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { greetingWith, idFor, isAlive, openedEvent, tellExtensions } from '../../../machines/torrent/extending.ts'
import type { ExtensionEvent } from '../../../machines/torrent/extension.ts'
import { extensionsMax } from '../../../transport/wire/extended/extensions-max.ts'
import { downloading, meet, piecesOf } from './a-torrent.ts'

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
  const namesOf = ({ actor }: ReturnType<typeof downloading>) =>
    actor.getSnapshot().context.extensions.map(({ name }) => name)

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
  const told: string[] = []
  const extensions = ['ut_pex', 'pc_chat'].map((name, i) => ({
    name,
    id: i + 1,
    ref: createActor(fromCallback<ExtensionEvent>(() => undefined)),
  }))
  const enqueue = {
    sendTo: (ref: unknown, { type }: ExtensionEvent) => {
      told.push(`${extensions.find((one) => one.ref === ref)?.name} ${type}`)
    },
  }
  tellExtensions(enqueue, { extensions }, { type: 'extension.closed', peer: 1 })
  tellExtensions(enqueue, { extensions }, undefined)
  expect(told).toEqual(['ut_pex extension.closed', 'pc_chat extension.closed'])
})

test.each([
  ['a leecher', [0], { readOnly: false, superSeeds: false }, false],
  ['a seeder', [0, 1, 2, 3], { readOnly: false, superSeeds: false }, true],
  ['a super-seeder', [0, 1, 2, 3], { readOnly: true, superSeeds: true }, false],
  ['a partial seed', [0], { readOnly: true, superSeeds: false }, true],
  ['a partial seed that would super-seed', [0], { readOnly: true, superSeeds: true }, true],
])('our extended handshake says whether we download nothing (BEP 21): %s', (_, have, flags, uploadOnly) => {
  const { context } = downloading().actor.getSnapshot()
  expect(greetingWith({ ...context, ...flags }, piecesOf(have)).uploadOnly).toBe(uploadOnly)
})

test('an extension whose own code threw is dead, and is told nothing', () => {
  const logic = fromCallback<ExtensionEvent>(({ receive }) =>
    receive(() => {
      throw new Error('a defect')
    }),
  )
  const ref = createActor(logic).start()
  ref.subscribe({ error: () => undefined })
  const told: string[] = []
  const tell = (event: ExtensionEvent) =>
    tellExtensions({ sendTo: (_, { type }) => told.push(type) }, { extensions: [{ ref }] }, event)
  tell({ type: 'extension.closed', peer: 1 })
  expect(isAlive(ref)).toBe(true)
  ref.send({ type: 'timer.tick', at: 0 })
  expect(isAlive(ref)).toBe(false)
  tell({ type: 'extension.closed', peer: 2 })
  expect(told).toEqual(['extension.closed'])
})

test('a connection is introduced by its number, address, direction and actor, as soon as that runs', () => {
  const { record } = meet(downloading(), '10.0.0.2', [])
  const { peer, ref } = record
  expect(openedEvent(record)).toEqual({
    type: 'extension.opened',
    peer,
    ref,
    address: { host: '10.0.0.2', port: 6881 },
    direction: 'out',
  })
  expect(openedEvent({ ...record, ref: undefined })).toBeUndefined()
})
