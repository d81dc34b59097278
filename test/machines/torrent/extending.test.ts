import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { idFor, openedEvent, tellExtensions } from '../../../machines/torrent/extending.ts'
import type { ExtensionEvent } from '../../../machines/torrent/extension.ts'
import { downloading, meet } from './a-torrent.ts'

describe('the id of an extension (BEP 10)', () => {
  test('is its own for good, from 1 on, as 0 is the extended handshake’s', () => {
    const ids = new Map<string, number>()
    expect(['a', 'b', 'a', 'c'].map((name) => idFor(ids, name))).toEqual([1, 2, 1, 3])
  })

  test('fits in a byte', () => {
    const ids = new Map(Array.from({ length: 254 }, (_, i) => [`x${i}`, i + 1]))
    expect(idFor(ids, 'last')).toBe(255)
    expect(() => idFor(ids, 'one more')).toThrow(RangeError)
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
