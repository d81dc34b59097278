import { expect, test } from 'vitest'
import { noAnswers, spend, startTalk, talkBudget } from '../../../../machines/peer/vocabulary/talk.ts'

const { atOnce, perSecond } = talkBudget

test('so much may be said at once, and so much a second after that', () => {
  const said = spend(startTalk(500), atOnce, 0, 500)
  expect(said.left).toBe(0)
  expect(spend(said, perSecond, 0, 1500).left).toBe(0)
  expect(spend(said, perSecond + 1, 0, 1500).left).toBe(-1)
})

test('silence fills it up to what may be said at once', () => {
  expect(spend(spend(startTalk(0), atOnce, 0, 0), 1, 0, 1_000_000).left).toBe(atOnce - 1)
})

test('losses add up, and what was is left as it was', () => {
  const before = startTalk(0)
  expect(spend(spend(before, 0, 3, 0), 1, 4, 0)).toEqual({ left: atOnce - 1, at: 0, lost: 7, answers: noAnswers })
  expect(before).toEqual({ left: atOnce, at: 0, lost: 0, answers: noAnswers })
})
