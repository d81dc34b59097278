import { describe, expect, test } from 'vitest'
import { corpusOf } from '../../fuzz/engine/corpus.ts'
import { loadTarget, targetNames } from '../../fuzz/engine/targets.ts'

/** What was found, and what reaches as much of each parser as fuzzing has reached. */

describe.each(targetNames)('the parser %s', (name) => {
  test('reads each input of its corpus as it must', async () => {
    const target = await loadTarget(name)
    const inputs = corpusOf(name, target)
    expect(inputs.size).toBeGreaterThan(0)
    for (const [file, input] of inputs) {
      const outcome = await Promise.resolve(target.run(new Uint8Array(input))).catch((error) => {
        throw new Error(`fuzz/corpus/${name}/${file}`, { cause: error })
      })
      expect(outcome).toEqual(expect.any(String))
    }
  })
})

test('the corpus is small', () => {
  const bytes = targetNames.map((name) => [
    ...corpusOf(name, { covers: [], seeds: () => ({}), run: () => '' }).values(),
  ])
  expect(bytes.flat().reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1024 * 1024)
})

test('an answer of the DHT gets as far as to the nodes that are known', async () => {
  const target = await loadTarget('dht')
  const inputs = corpusOf('dht', target)
  const outcomes = ['answer', 'answer and query'].map((seed) => target.run(inputs.get(seed) as Uint8Array))
  expect(await Promise.all(outcomes)).toEqual(['response known', 'query known'])
})
