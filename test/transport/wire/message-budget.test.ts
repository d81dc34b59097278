import { expect, test } from 'vitest'
import { MessageBudget, messageBudget } from '../../../transport/wire/message-budget.ts'

const { atOnce, perSecond } = messageBudget

/** How many toggles are let through at a time. */
const passing = (budget: MessageBudget, count: number, at: number) =>
  Array.from({ length: count }, () => budget.take('choke', at)).filter(Boolean).length

test('so many messages may come at once, and so many a second after that', () => {
  const budget = new MessageBudget(500)
  expect(passing(budget, atOnce, 500)).toBe(atOnce)
  expect(passing(budget, perSecond, 1500)).toBe(perSecond)
  expect(passing(budget, 1, 1500)).toBe(0)
})

test('silence fills the budget up to what may come at once', () => {
  const budget = new MessageBudget(0)
  expect(passing(budget, 2 * atOnce, 1_000_000)).toBe(atOnce)
})

test.each(['have', 'piece', 'request', 'cancel', 'reject_request', 'extended'] as const)(
  '%s counts nothing: it is bounded otherwise',
  (name) => {
    const budget = new MessageBudget(0)
    expect(Array.from({ length: 2 * atOnce }, () => budget.take(name, 0))).not.toContain(false)
    expect(passing(budget, atOnce, 0)).toBe(atOnce)
  },
)

test('an extended handshake counts, as it may come again (BEP 10)', () => {
  const budget = new MessageBudget(0)
  for (let i = 0; i < atOnce; i++) expect(budget.take('extended', 0, { isGreeting: true })).toBe(true)
  expect(budget.take('extended', 0, { isGreeting: true })).toBe(false)
})
