import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect } from 'vitest'
import { describePairs, type StateEventPairs } from '../../testing/model/pairs.ts'

/** Compares the pairs with the table `state-events.txt` beside the file of a test; with `RENEW=1` the table is written anew. */
export function expectTable(pairs: StateEventPairs, test: string): void {
  const table = join(dirname(test), 'state-events.txt')
  if (process.env.RENEW === '1') writeFileSync(table, describePairs(pairs))
  const renewing = `renewed by: RENEW=1 npx vitest run --config vitest.long.config.ts ${relative('', test)}`
  expect(describePairs(pairs), renewing).toBe(readFileSync(table, 'utf8'))
}
