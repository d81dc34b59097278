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

const crash = { at: 1, what: 'crash', group: 'leechers', part: 0.5 }
const withGroup = (more: object) => ({ ...scenario, groups: [{ ...group, ...more }] })
const withEvent = (event: object) => ({ ...scenario, events: [event] })

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'a scenario is an object'],
  ['no groups', { ...scenario, groups: undefined }, 'groups of a scenario: a list is wanted, not undefined'],
  ['no description', { ...scenario, description: undefined }, 'description of a scenario is text'],
  ['no bytes', { ...scenario, torrent: { bytes: 0, pieceBytes: 16_384 } }, 'bytes of the torrent is a whole number'],
  [
    'more bytes than fit into memory',
    { ...scenario, torrent: { bytes: 1e13, pieceBytes: 1024 ** 2 } },
    'bytes of the torrent is a whole number from 1 to 4294967296',
  ],
  ['pieces smaller than a block', { ...scenario, torrent: { bytes: 1, pieceBytes: 1 } }, 'pieceBytes of the torrent'],
  [
    'pieces that are hashed in several goes',
    { ...scenario, torrent: { bytes: 1e7, pieceBytes: 1024 ** 2 + 1 } },
    'pieceBytes of the torrent is a whole number from 16384 to 1048576',
  ],
  ['a group that is none', { ...scenario, groups: [null] }, 'a group is an object, not null'],
  [
    'an unknown role',
    withGroup({ role: 'watcher' }),
    "role of group leechers is one of seeder, leecher, free_rider, liar, not 'watcher'",
  ],
  ['two groups of one name', { ...scenario, groups: [group, group] }, 'two groups'],
  ['a line that carries nothing', withGroup({ up: 0 }), 'up of group leechers is a finite number above 0'],
  ['a liar that never lies', withGroup({ role: 'liar', lies: 0 }), 'lies of group leechers is above 0'],
  ['lies that are no number', withGroup({ role: 'liar', lies: Number.NaN }), 'lies of group leechers'],
  [
    'an unknown transport',
    withGroup({ transport: 'sctp' }),
    "transport of group leechers is one of tcp, utp, not 'sctp'",
  ],
  ['an unknown encryption', withGroup({ encryption: 'rot13' }), 'encryption of group leechers is one of'],
  ['no slot', withGroup({ slots: 0 }), 'slots of group leechers'],
  ['half a connection', withGroup({ maxPeers: 0.5 }), 'maxPeers of group leechers'],
  ['a loss above 1', withGroup({ transport: 'utp', lossRate: 2 }), 'lossRate of group leechers'],
  ['a way that is longer at least than at most', withGroup({ latencyMs: [5, 2] }), 'latencyMs of group leechers'],
  ['three latencies', withGroup({ latencyMs: [1, 2, 3] }), 'latencyMs of group leechers is one number or two, not 3'],
  ['a join without its span', withGroup({ joins: { at: 3 } }), 'over of joins of group leechers is a number'],
  ['more members than there are addresses', withGroup({ count: 1e6 }), 'at most 60000 members'],
  ['an event of a group that is not there', { ...scenario, groups: [] }, 'crash is to happen to the group leechers'],
  ['an event before the start', withEvent({ at: -1, what: 'heal' }), 'at of the event heal is a number from 0, not -1'],
  ['a return before the crash', withEvent({ ...crash, backAfter: -1 }), 'backAfter of the event crash'],
  [
    'an event that is none',
    withEvent({ at: 1, what: 'cut', part: 0.5 }),
    "what of an event is one of part, heal, crash, reset, leave, not 'cut'",
  ],
  [
    'members without a seeder that they can reach',
    { ...scenario, groups: [...scenario.groups, { ...group, name: 'far', transport: 'utp' }] },
    'no way leads to group far',
  ],
])('%s is refused, and named', (_, what, message) => {
  expect(() => requireScenario(what as Scenario)).toThrow(message)
})

test.each<[string, unknown, string]>([
  ['a scenario', { ...scenario, event: [] }, 'a scenario has no event: it may have name, description'],
  ['a torrent', { ...scenario, torrent: { ...scenario.torrent, pieces: 4 } }, 'the torrent has no pieces'],
  ['a group', withGroup({ lie: 0.5 }), 'group leechers has no lie: it may have name, count, role'],
  ['joins', withGroup({ joins: { at: 1, over: 1, until: 2 } }), 'joins of group leechers has no until'],
  ['churn', withGroup({ churn: { stays: 1, awaySeconds: 1 } }), 'churn of group leechers has no stays'],
  ['a crash', withEvent({ ...crash, after: 3 }), 'the event crash has no after'],
  ['a heal', withEvent({ at: 1, what: 'heal', part: 0.5 }), 'the event heal has no part: it may have at, what'],
  ['a leave', withEvent({ ...crash, what: 'leave', backAfter: 3 }), 'the event leave has no backAfter'],
])('a word that nobody knows is refused wherever it stands: in %s', (_, what, message) => {
  expect(() => requireScenario(what as Scenario)).toThrow(message)
})

test.each<[string, unknown, string]>([
  ['a rate', withGroup({ up: '1000' }), "up of group leechers is a number, not '1000'"],
  ['a count', withGroup({ count: '2' }), "count of group leechers is a number, not '2'"],
  ['a latency', withGroup({ latencyMs: '5' }), "latencyMs of group leechers is a number, not '5'"],
  ['a time', withEvent({ at: '1', what: 'heal' }), "at of the event heal is a number, not '1'"],
  ['an end', { ...scenario, maxSeconds: '9' }, "maxSeconds of a scenario is a number, not '9'"],
  ['a size', { ...scenario, torrent: { bytes: '1', pieceBytes: 16_384 } }, "bytes of the torrent is a number, not '1'"],
])('text that looks like a number is no number: %s', (_, what, message) => {
  expect(() => requireScenario(what as Scenario)).toThrow(new TypeError(message))
})

test.each<[object, string]>([
  [{ lossRate: 0.1 }, 'lossRate of group leechers does nothing: it is for the transport utp'],
  [{ transport: 'tcp', jitterMs: 5 }, 'jitterMs of group leechers does nothing: it is for the transport utp'],
  [{ lies: 0.5 }, 'lies of group leechers does nothing: it is for liars'],
  [{ superSeed: true }, 'superSeed of group leechers does nothing: it is for seeders'],
  [{ role: 'seeder', has: 0.5 }, 'has of group leechers does nothing: it is for members that want the torrent'],
  [{ role: 'liar', staysSeconds: 5 }, 'staysSeconds of group leechers does nothing'],
])('what would do nothing in a group is refused: %j', (more, message) => {
  expect(() => requireScenario(withGroup(more) as Scenario)).toThrow(message)
})

test('a seed is a whole number', () => {
  expect(() => requireSeed(-7)).not.toThrow()
  expect(() => requireSeed(0.5)).toThrow('a seed is a whole number, not 0.5')
})
