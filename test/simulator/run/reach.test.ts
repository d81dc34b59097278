import { expect, test } from 'vitest'
import { requireReach } from '../../../simulator/run/reach.ts'
import type { Group } from '../../../simulator/run/scenario.ts'
import { simulate } from '../../../simulator/run/simulate.ts'

const seeder: Group = { name: 'seeder', role: 'seeder', count: 1 }
const near: Group = { name: 'near', role: 'leecher', count: 2 }
const far: Group = { name: 'far', role: 'leecher', count: 2, transport: 'utp' }

test.each<[string, readonly Group[]]>([
  ['all speak one transport', [seeder, near]],
  ['each transport has its seeder', [seeder, near, far, { ...seeder, name: 'other', transport: 'utp' }]],
  ['a leecher of the transport has everything', [seeder, near, far, { ...far, name: 'other', has: 1 }]],
  ['nobody has anything', [near, far]],
  ['those of the other transport begin with a part, and may complete each other', [seeder, near, { ...far, has: 0.5 }]],
  ['a group reaches one that begins with a part', [seeder, far, { ...far, name: 'some', has: 0.5 }]],
  ['a group of the other transport is empty', [seeder, near, { ...far, count: 0 }]],
  ['liars alone are out of reach', [seeder, near, { ...far, role: 'liar' }]],
  [
    'a group in between takes encrypted and gives in plaintext',
    [{ ...seeder, encryption: 'required' }, { ...near, name: 'between', encryption: 'preferred' }, near],
  ],
])('a scenario is taken in which %s', (_, groups) => {
  expect(() => requireReach(groups)).not.toThrow()
})

test.each<[string, readonly Group[], string]>([
  [
    'the seeder speaks another transport',
    [seeder, near, far],
    'group far from a member that has anything: it speaks utp alone',
  ],
  [
    'the only seeder of the transport is a liar',
    [seeder, near, far, { ...far, name: 'liar', role: 'liar' }],
    'group far',
  ],
  [
    'there are no seeders in the group that has them',
    [seeder, far, { ...seeder, name: 'none', transport: 'utp', count: 0 }],
    'group far',
  ],
  ['a part is there alone, over the other transport', [{ ...near, has: 0.5 }, far], 'group far'],
  [
    'what begins with a part unchokes nobody',
    [seeder, far, { ...far, name: 'rider', role: 'free_rider', has: 0.5 }],
    'group far',
  ],
  [
    'the seeder takes no plaintext',
    [{ ...seeder, encryption: 'required' }, near],
    'group near from a member that has anything: with encryption none',
  ],
  [
    'those in between unchoke nobody',
    [
      { ...seeder, encryption: 'required' },
      { ...near, role: 'free_rider', name: 'between', encryption: 'preferred' },
      near,
    ],
    'group near',
  ],
])('downloaders that can never be complete are refused: %s', (_, groups, message) => {
  expect(() => requireReach(groups)).toThrow(message)
})

test('a simulation whose groups do not meet is refused at the call, and takes no time', async () => {
  const scenario = { name: 'one', description: '', torrent: { bytes: 1, pieceBytes: 16_384 }, groups: [seeder, far] }
  await expect(simulate(scenario)).rejects.toThrow(RangeError)
})
