import { expect, test } from 'vitest'
import { shortDefinition } from '../../../inspector/stately/definition.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import { torrentMachine } from '../../../machines/torrent/torrent.ts'

test('a chart in short keeps states, events, targets, and the names of guards and actions', () => {
  const config = {
    id: 'door',
    initial: 'shut',
    context: () => ({ turns: 0 }),
    states: {
      shut: {
        entry: { type: 'tell', params: { code: 'shut' } },
        on: {
          push: [{ guard: 'isLocked' }, { target: 'open', actions: ['creak', { type: 'count', params: () => ({}) }] }],
          knock: undefined,
          look: 'open',
        },
      },
      open: { type: 'final', after: { patience: { target: 'shut', reenter: true } }, tags: ['wide'] },
    },
    invoke: { id: 'hinge', src: 'hinge', input: () => ({}), onError: { target: '.shut' } },
  }
  expect(shortDefinition(config)).toEqual({
    id: 'door',
    initial: 'shut',
    states: {
      shut: {
        entry: 'tell(shut)',
        on: { push: [{ guard: 'isLocked' }, { target: 'open', actions: ['creak', 'count'] }], look: 'open' },
      },
      open: { type: 'final', after: { patience: { target: 'shut', reenter: true } }, tags: ['wide'] },
    },
    invoke: { id: 'hinge', src: 'hinge', onError: { target: '.shut' } },
  })
})

/** All keys of objects called so, anywhere below. */
const keysIn = (value: unknown, name: string): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, below]) => [
        ...(key === name && typeof below === 'object' ? Object.keys(below ?? {}) : []),
        ...keysIn(below, name),
      ])

test.each([
  ['peer', peerMachine],
  ['torrent', torrentMachine],
])('that of a %s has every state and event of the whole, in plain JSON, and is made once', (_, { config }) => {
  const short = shortDefinition(config)
  expect(JSON.parse(JSON.stringify(short))).toEqual(short)
  for (const name of ['states', 'on', 'after']) expect(keysIn(short, name).sort()).toEqual(keysIn(config, name).sort())
  expect(shortDefinition(config)).toBe(short)
})
