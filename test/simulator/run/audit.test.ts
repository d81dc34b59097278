import { expect, test } from 'vitest'
import { PieceSet } from '../../../machines/piece-set.ts'
import { Audit, violationsMax } from '../../../simulator/run/audit.ts'

/** A member of which anything can be said, and what watches it; time is what it is set to. */
function watched() {
  const time = { now: 0 }
  const audit = new Audit(() => time.now)
  const disk = { has: PieceSet.all(4), wrong: [] as number[] }
  const member = { name: '198.18.0.1', connections: 1, peers: 1, disk, torrent: { pieces: PieceSet.none(4).with(1) } }
  return { audit, member, time, rules: () => audit.violations.map(({ rule }) => rule) }
}

test('a member that keeps what it had and gets more breaks no rule', () => {
  const { audit, member, rules } = watched()
  audit.look(member)
  member.torrent.pieces = PieceSet.all(4)
  audit.look(member)
  audit.checked(member)
  audit.lookForLeaks(member)
  expect(rules()).toEqual([])
})

test('a verified piece that is gone is told, with the member and the time', () => {
  const { audit, member, time } = watched()
  audit.look(member)
  time.now = 2_000
  member.torrent.pieces = PieceSet.none(4).with(2)
  audit.look(member)
  expect(audit.violations).toMatchObject([{ at: 2, member: '198.18.0.1', rule: 'piece_lost' }])
})

test('a verified piece that is not on the disk is told', () => {
  const { audit, member, rules } = watched()
  member.disk.has = PieceSet.none(4)
  audit.look(member)
  expect(rules()).toEqual(['piece_lost'])
})

test('a process that finds fewer pieces than are on its disk is told, and may have fewer than the one before', () => {
  const { audit, member, rules } = watched()
  audit.look(member)
  audit.began(member)
  member.torrent.pieces = PieceSet.none(4)
  audit.look(member)
  expect(rules()).toEqual([])
  audit.checked(member)
  expect(rules()).toEqual(['piece_lost'])
})

test('a piece that was written and is wrong is told once', () => {
  const { audit, member, rules } = watched()
  member.disk.wrong.push(2)
  audit.look(member)
  audit.look(member)
  expect(rules()).toEqual(['piece_wrong'])
})

test('actors that outlive their connections are told after a while, not while the last words are flushed', () => {
  const { audit, member, time, rules } = watched()
  member.connections = 0
  for (time.now = 0; time.now < 90_000; time.now += 1_000) audit.lookForLeaks(member)
  expect(rules()).toEqual([])
  audit.lookForLeaks(member)
  expect(rules()).toEqual(['actor_leaked'])
})

test('what a process that is gone has left is told', () => {
  const { audit, member, rules } = watched()
  audit.ended(member, { timers: 0, connections: 0 })
  expect(rules()).toEqual([])
  audit.ended(member, { timers: 1, connections: 0 })
  expect(rules()).toEqual(['actor_leaked'])
})

test('of very many violations the first are told, and all of the time of the last of them', () => {
  const { audit, member, time } = watched()
  for (let i = 0; i < violationsMax + 5; i++) audit.report(member, 'crashed', `${i}`)
  time.now = 1
  audit.report(member, 'crashed', 'later')
  expect(audit.violations).toHaveLength(violationsMax + 5)
})
