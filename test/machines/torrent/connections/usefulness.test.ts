import { describe, expect, test } from 'vitest'
import {
  byUselessness,
  exchangingMs,
  type Grade,
  givesWay,
  gradeOf,
  hopeMs,
  isHopeful,
  mayGiveWay,
  type Standing,
  trialMs,
  unusedMs,
  whoGoes,
} from '../../../../machines/torrent/connections/usefulness.ts'

const at = 1_000_000

const standing = (peer: number, facts: Partial<Standing> = {}): Standing => ({
  peer,
  openedAt: 0,
  exchanged: 0,
  exchangedAt: undefined,
  isWanted: false,
  wants: false,
  sharesHost: false,
  isBeginning: false,
  ...facts,
})

test.each<[string, Partial<Standing>, Grade, boolean]>([
  ['has nothing for us and wants nothing', { openedAt: at - trialMs }, 'idle', true],
  ['came only just', { openedAt: at - trialMs + 1 }, 'idle', false],
  ['was of use lately', { exchanged: 1, exchangedAt: at - unusedMs + 1 }, 'used', false],
  ['was of use long ago', { exchanged: 1, exchangedAt: at - unusedMs }, 'used', true],
  ['has what we lack', { isWanted: true, openedAt: at - unusedMs + 1 }, 'wanted', false],
  ['has what we lack and never gave it', { isWanted: true, openedAt: at - unusedMs }, 'wanted', true],
  ['has what we lack and last gave some long ago', { isWanted: true, exchangedAt: at - unusedMs }, 'wanted', true],
  ['waits for us', { wants: true }, 'waiting', false],
  ['waits for us, and has what we lack', { wants: true, isWanted: true }, 'waiting', false],
  ['exchanges payload', { exchanged: 9, exchangedAt: at - exchangingMs + 1 }, 'exchanging', false],
  ['has exchanged payload', { exchanged: 9, exchangedAt: at - exchangingMs }, 'used', false],
])('a connection that %s gives way, or does not', (_, facts, grade, gives) => {
  expect(gradeOf(standing(0, facts), at)).toBe(grade)
  expect(givesWay(standing(0, facts), at)).toBe(gives)
})

test.each<[string, Partial<Standing>, boolean]>([
  ['is idle, where we have nothing', { isBeginning: true, openedAt: at - hopeMs + 1 }, true],
  ['has been so for long', { isBeginning: true, openedAt: at - hopeMs }, false],
  ['is idle, where we have something', { openedAt: at }, false],
  ['waits for us', { isBeginning: true, openedAt: at, wants: true }, false],
  ['has what we lack', { isBeginning: true, openedAt: at, isWanted: true }, false],
])('a connection that %s is hopeful, or not, and gives way as it would without', (_, facts, hopeful) => {
  expect(isHopeful(standing(0, facts), at)).toBe(hopeful)
  expect(givesWay(standing(0, facts), at)).toBe(givesWay(standing(0, { ...facts, isBeginning: false }), at))
})

test.each<[string, Partial<Standing>, boolean]>([
  ['is idle, however short', { openedAt: at }, true],
  ['was of use long ago', { exchanged: 1, exchangedAt: at - unusedMs }, true],
  ['was of use lately', { exchanged: 1, exchangedAt: at - unusedMs + 1 }, false],
  ['waits for us', { wants: true }, false],
])('a connection that %s may give way, or not', (_, facts, may) => {
  expect(mayGiveWay(standing(0, facts), at)).toBe(may)
})

test('the least useful come first: by grade, then those of a host that holds more, that moved less, that came later', () => {
  const inOrder = [
    standing(1, { sharesHost: true, exchanged: 3 }),
    standing(9),
    standing(8),
    standing(10, { exchanged: 1 }),
    standing(3, { exchanged: 5, exchangedAt: at - exchangingMs }),
    standing(4, { isWanted: true }),
    standing(5, { wants: true, sharesHost: true }),
    standing(6, { exchangedAt: at }),
  ]
  const shuffled = [7, 2, 5, 0, 3, 6, 1, 4].flatMap((i) => inOrder[i] ?? [])
  expect(shuffled.sort((one, other) => byUselessness(one, other, at))).toEqual(inOrder)
})

describe('when there are more connections than places', () => {
  const numbers = (standings: readonly Standing[]) => standings.map(({ peer }) => peer)
  const gone = (standings: readonly Standing[], surplus = 1) => {
    const { givingWay, turnedAway } = whoGoes(standings, surplus, at)
    return [numbers(givingWay), numbers(turnedAway)]
  }
  const newcomer = (peer: number, facts: Partial<Standing> = {}) => standing(peer, { openedAt: at - 1_000, ...facts })

  test('the least useful gives way to a newcomer that has shown a use, at once', () => {
    const held = [standing(0), standing(1, { wants: true })]
    for (const use of [{ wants: true }, { isWanted: true }, { exchanged: 1, exchangedAt: at }]) {
      expect(gone([...held, newcomer(2, use)])).toEqual([[0], []])
    }
    expect(gone([...held, newcomer(2)])).toEqual([[], []])
  })

  test('none goes while the newcomer has its time and no other gives way', () => {
    expect(gone([standing(0, { wants: true }), newcomer(1)])).toEqual([[], []])
  })

  test('the newcomer goes when its time is over and no other gives way, however useful it is', () => {
    const late = { openedAt: at - trialMs }
    expect(gone([standing(0, { wants: true }), newcomer(1, { ...late, exchangedAt: at })])).toEqual([[], [1]])
  })

  test('of those that are idle alike the newcomer goes', () => {
    expect(gone([standing(0), standing(1), newcomer(2, { openedAt: at - trialMs })])).toEqual([[], [2]])
  })

  test('as many go as are too many, and none without need', () => {
    const idle = [standing(0), standing(1), standing(2)]
    const wants = { wants: true }
    expect(gone([...idle, newcomer(3, wants), newcomer(4, wants)], 2)).toEqual([[2, 1], []])
    expect(gone([...idle, newcomer(3, wants), newcomer(4, { openedAt: at - trialMs })], 2)).toEqual([[2], [4]])
    expect(gone(idle, 0)).toEqual([[], []])
  })
})
