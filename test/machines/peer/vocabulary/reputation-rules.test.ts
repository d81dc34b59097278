import { expect, test } from 'vitest'
import { reputationBounds, reputationRules, ruleOf } from '../../../../machines/peer/vocabulary/reputation-rules.ts'
import { below, rowsOf } from '../../../docs/manual.ts'

test.each([
  ['bad_length', 'violation'],
  ['request_out_of_range', 'violation'],
  ['request_flood', 'flood'],
  ['message_flood', 'flood'],
  ['metadata_flood', 'flood'],
  ['not_reading', 'flood'],
  ['pex_flood', 'flood'],
  ['extension_misused', undefined],
] as const)('the fault %s costs by the rule %s', (code, rule) => {
  expect(ruleOf({ source: 'remote', code })).toBe(rule)
})

test('what we decide, what breaks and what takes too long costs nothing', () => {
  expect(ruleOf({ source: 'local', code: 'stopped' })).toBeUndefined()
  expect(ruleOf({ source: 'transport', code: 'reset' })).toBeUndefined()
  expect(ruleOf({ source: 'timeout', code: 'inactivity' })).toBeUndefined()
})

test('no single fault bans, and every rule that takes does so in the end', () => {
  const span = reputationBounds.initial - reputationBounds.banned
  for (const { change } of Object.values(reputationRules)) expect(-change).toBeLessThan(span / 2)
})

test('docs/swarm.md lists the rules as they are, below its mark', () => {
  const rows = rowsOf(below('docs/swarm.md', 'reputation rules'))
  const expected = Object.entries(reputationRules).map(([name, { change, meaning, source }]) => {
    const price = change > 0 ? `+${change}` : `−${-change}`
    return `| \`${name}\` | ${price} | ${meaning} | ${source} |`
  })
  expect(rows).toEqual(expected)
})
