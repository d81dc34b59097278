import { expect, test } from 'vitest'
import { readBlacklist } from '../../../../machines/torrent/trust/blacklist-entry.ts'

const evidence = { rule: 'violation', change: -10, peer: 0, detail: 'bad_length' }
const entry = { address: { host: '192.0.2.1', port: 6881 }, peerId: '', reason: '', evidence: [evidence], at: 0 }
const listOf = (...banned: readonly unknown[]) => ({ version: 1, banned })

test('a list of entries is read as it is, and what it has beside them is left out', () => {
  expect(readBlacklist(listOf({ ...entry, key: 'x', address: { ...entry.address, family: 4 } }))).toEqual([entry])
})

test.each([null, [], 'x', { banned: [] }, { version: 2, banned: [] }, { version: 1, banned: {} }])(
  '%j is no blacklist',
  (json) => {
    expect(() => readBlacklist(json)).toThrow('no blacklist of version 1')
  },
)

test.each([
  [null, 'it is no object'],
  [{ ...entry, address: 'x' }, 'the address is no object'],
  [{ ...entry, address: { host: '', port: 1 } }, 'the host'],
  [{ ...entry, address: { host: 'a', port: 65_536 } }, 'the port'],
  [{ ...entry, peerId: 'xyz' }, 'the peer id'],
  [{ ...entry, reason: 1 }, 'the reason'],
  [{ ...entry, at: null }, 'the time'],
  [{ ...entry, evidence: [{}] }, 'the evidence'],
  [{ ...entry, evidence: [{ ...evidence, rule: 'toString' }] }, 'the evidence'],
  [{ ...entry, evidence: [{ ...evidence, blocks: [-1] }] }, 'the evidence'],
])('of an entry that is wrong it is said which, and how: %j', (bad, problem) => {
  expect(() => readBlacklist(listOf(entry, bad))).toThrow(`entry 1 of the blacklist: ${problem}`)
})
