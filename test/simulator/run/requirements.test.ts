import { expect, test } from 'vitest'
import { requireScenario, requireSeed } from '../../../simulator/run/requirements.ts'
import type { Group, Scenario } from '../../../simulator/run/scenario.ts'

const group: Group = { name: 'leechers', role: 'leecher', count: 2 }
const scenario: Scenario = {
  name: 'one',
  description: 'a swarm',
  torrent: { bytes: 100_000, pieceBytes: 16_384 },
  groups: [{ name: 'seeder', role: 'seeder', count: 1 }, group],
  events: [
    { at: 1, what: 'crash', group: 'leechers', part: 0.5 },
    { at: 2, what: 'heal' },
  ],
}

test('a scenario that can be is taken', () => {
  expect(() => requireScenario(scenario)).not.toThrow()
})

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'a scenario is an object'],
  ['no bytes', { ...scenario, torrent: { bytes: 0, pieceBytes: 16_384 } }, 'torrent.bytes'],
  [
    'more bytes than fit into memory',
    { ...scenario, torrent: { bytes: 1e13, pieceBytes: 1024 ** 2 } },
    'torrent.bytes is at most 4294967296',
  ],
  ['pieces smaller than a block', { ...scenario, torrent: { bytes: 1, pieceBytes: 1 } }, 'torrent.pieceBytes'],
  [
    'pieces that are hashed in several goes',
    { ...scenario, torrent: { bytes: 1e7, pieceBytes: 1024 ** 2 + 1 } },
    'torrent.pieceBytes is at most 1048576',
  ],
  ['an unknown role', { ...scenario, groups: [{ ...group, role: 'watcher' }] }, 'group leechers has no role: watcher'],
  ['two groups of one name', { ...scenario, groups: [group, group] }, 'two groups'],
  ['a line that carries nothing', { ...scenario, groups: [{ ...group, up: 0 }] }, 'up of group leechers is above 0'],
  ['a liar that never lies', { ...scenario, groups: [{ ...group, lies: 0 }] }, 'lies of group leechers is above 0'],
  ['lies that are no number', { ...scenario, groups: [{ ...group, lies: Number.NaN }] }, 'lies of group leechers'],
  ['an unknown transport', { ...scenario, groups: [{ ...group, transport: 'sctp' }] }, 'has no transport: sctp'],
  ['an unknown encryption', { ...scenario, groups: [{ ...group, encryption: 'rot13' }] }, 'has no encryption: rot13'],
  ['no slot', { ...scenario, groups: [{ ...group, slots: 0 }] }, 'slots of group leechers'],
  ['half a connection', { ...scenario, groups: [{ ...group, maxPeers: 0.5 }] }, 'maxPeers of group leechers'],
  ['a loss above 1', { ...scenario, groups: [{ ...group, lossRate: 2 }] }, 'lossRate of group leechers'],
  [
    'more members than there are addresses',
    { ...scenario, groups: [{ ...group, count: 1e6 }] },
    'at most 60000 members',
  ],
  ['an event of a group that is not there', { ...scenario, groups: [] }, 'crash is to happen to the group leechers'],
  ['an event before the start', { ...scenario, events: [{ at: -1, what: 'heal' }] }, 'the time of heal'],
])('%s is refused, and named', (_, what, message) => {
  expect(() => requireScenario(what as Scenario)).toThrow(message)
})

test('a seed is a whole number', () => {
  expect(() => requireSeed(-7)).not.toThrow()
  expect(() => requireSeed(0.5)).toThrow('a seed is a whole number, not 0.5')
})
