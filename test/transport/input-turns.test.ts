import { expect, test } from 'vitest'
import { InputTurns, inputTurnsOf } from '../../transport/input-turns.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { turnCostMax, turnCostMin } from '../../transport/wire/turn-cost.ts'

/** Some who each have so much to say, a message of `each` at a time, and who was heard, in order. */
function talkers({ count, cost, each }: { count: number; cost: number; each: number }) {
  const clock = new SimulatedClock()
  const turns = new InputTurns(clock)
  const heard: number[] = []
  const waiters = Array.from({ length: count }, (_, nth) => {
    let left = cost
    return {
      takeTurn(costMax: number): number {
        let spent = 0
        for (; left > 0 && spent < costMax; left -= each) {
          spent += each
          heard.push(nth)
        }
        if (left > 0) turns.wait(this)
        return spent
      },
    }
  })
  for (const waiter of waiters) turns.wait(waiter)
  /** How often each was heard in the next turn. */
  const turn = () => {
    heard.length = 0
    clock.advanceToNext()
    return waiters.map((_, nth) => heard.filter((one) => one === nth).length)
  }
  return { clock, turns, waiters, turn }
}

test('who is alone has the whole of a turn', () => {
  const { turn } = talkers({ count: 1, cost: 2.5 * turnCostMax, each: 16 })
  expect([turn(), turn(), turn()]).toEqual([[100], [100], [50]])
})

test('in a turn each of those who wait has an equal share, and all together no more than one turn', () => {
  const { turn } = talkers({ count: 4, cost: 10 * turnCostMax, each: 16 })
  expect([turn(), turn()]).toEqual([
    [25, 25, 25, 25],
    [25, 25, 25, 25],
  ])
})

test('of very many the next are those that have waited longest', () => {
  const count = (2 * turnCostMax) / turnCostMin
  const { turn } = talkers({ count, cost: 10 * turnCostMax, each: turnCostMin })
  const [first, second] = [turn(), turn()]
  const half = Array.from({ length: count / 2 }, () => 1)
  const none = Array.from({ length: count / 2 }, () => 0)
  expect(first).toEqual([...half, ...none])
  expect(second).toEqual([...none, ...half])
})

test('a message dearer than a turn is processed, and those behind it in the next', () => {
  const { turn } = talkers({ count: 2, cost: 4 * turnCostMax, each: 2 * turnCostMax })
  expect([turn(), turn(), turn()]).toEqual([
    [1, 0],
    [0, 1],
    [1, 0],
  ])
})

test('who does not wait may say what is left of the turn, and a least when nothing is', () => {
  const clock = new SimulatedClock()
  const turns = new InputTurns(clock)
  expect(turns.share).toBe(turnCostMax)
  turns.spend(turnCostMax / 2)
  expect([turns.share, clock.pending]).toEqual([turnCostMax / 2, 0])
  turns.spend(turnCostMax)
  expect([turns.share, clock.pending]).toEqual([turnCostMin, 1])
  clock.advance(0)
  expect([turns.share, clock.pending]).toEqual([turnCostMax, 0])
})

test('while others wait, who reads shares with them', () => {
  const { turns } = talkers({ count: 3, cost: turnCostMax, each: 16 })
  expect(turns.share).toBe(turnCostMax / 4)
})

test('who has left is not heard, also when one before it makes it leave', () => {
  const { clock, turns, waiters, turn } = talkers({ count: 3, cost: turnCostMax, each: 16 })
  const [first, second, third] = waiters
  if (!first || !second || !third) throw new Error('there are three')
  turns.leave(second)
  const { takeTurn } = first
  first.takeTurn = function (costMax) {
    turns.leave(third)
    return takeTurn.call(this, costMax)
  }
  expect(turn()).toEqual([50, 0, 0])
  turns.leave(first)
  expect(clock.pending).toBe(0)
})

test('all who run on one clock share its turns', () => {
  const clock = new SimulatedClock()
  expect(inputTurnsOf(clock)).toBe(inputTurnsOf(clock))
  expect(inputTurnsOf(new SimulatedClock())).not.toBe(inputTurnsOf(clock))
})
