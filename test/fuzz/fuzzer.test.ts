import { expect, test } from 'vitest'
import { Fuzzer, type Reached } from '../../fuzz/engine/fuzzer.ts'
import { mutate } from '../../fuzz/engine/mutate.ts'
import { shortened } from '../../fuzz/engine/shortened.ts'
import type { Target } from '../../fuzz/engine/target.ts'
import { seededRandom } from '../../transport/random.ts'
import { longTest } from '../in-full.ts'

/** Code that notes itself what of it was executed. */
function noting() {
  const noted = new Set<string>()
  let executed = new Set<string>()
  let unclaimed = new Set<string>()
  const coverage: Reached = {
    take() {
      unclaimed = new Set([...executed].filter((one) => !noted.has(one)))
      for (const one of executed) noted.add(one)
      executed = new Set()
      return unclaimed.size > 0
    },
    claim() {
      const claimed = [...executed].filter((one) => unclaimed.delete(one))
      executed = new Set()
      return claimed.length > 0
    },
    reset: () => noted.clear(),
  }
  return { coverage, reached: (what: string) => executed.add(what) }
}

/** A parser with a mistake behind four letters, each of which is known by the code that it leads to. */
function mistaken(word: string, wrong: () => string) {
  const { coverage, reached } = noting()
  const target: Target = {
    covers: [],
    words: [...word],
    seeds: () => ({}),
    run(input) {
      for (const [at, letter] of [...word].entries()) {
        if (input[at] !== letter.charCodeAt(0)) return 'other'
        reached(letter)
      }
      return wrong()
    },
  }
  return { coverage, target }
}

const begun = async (target: Target, coverage: Reached, now = () => 0) => {
  const fuzzer = new Fuzzer({ target, coverage, now, random: seededRandom(1), running: () => {} })
  await fuzzer.begin([])
  return fuzzer
}

/** A clock that goes on by itself. */
const ticking = () => {
  let ms = 0
  return () => ms++
}

longTest(
  'a mistake behind several branches is found, because what leads further is kept, and is told by the shortest input',
  async () => {
    const { coverage, target } = mistaken('deep', () => {
      throw new RangeError('found')
    })
    const fuzzer = await begun(target, coverage, ticking())
    await fuzzer.run(100_000)
    expect(fuzzer.finds.map(({ input }) => Buffer.from(input).toString())).toEqual(['deep'])
    expect(fuzzer.finds[0]?.what).toContain('RangeError: found')
    expect(Buffer.from((await fuzzer.distilled()).at(-1) ?? '').toString()).toMatch(/^dee/)
  },
)

test('an input that takes too long, again and again, is found', async () => {
  let ms = 0
  const { coverage, target } = mistaken('', () => {
    ms += 201
    return 'late'
  })
  const fuzzer = await begun(target, coverage, () => ms)
  await fuzzer.run(1)
  expect(fuzzer.finds.map(({ what }) => what)).toEqual(['it takes longer than 200 ms'])
})

test('the same seed makes the same inputs, none of which is longer than it may be', () => {
  const made = () => {
    const random = seededRandom(7)
    let input: Uint8Array = Buffer.from('d3:keyi12ee')
    return Array.from({ length: 2_000 }, () => {
      input = mutate(input, { random, other: Buffer.from('4:abcd'), words: [Buffer.from('le')], bytesMax: 64 })
      return Buffer.from(input).toString('hex')
    })
  }
  const inputs = made()
  expect(made()).toEqual(inputs)
  expect(Math.max(...inputs.map((hex) => hex.length / 2))).toBe(64)
})

test('an input is made shorter as long as it is of the same kind', async () => {
  const isSame = async (input: Uint8Array) => Buffer.from(input).toString().includes('b')
  expect(Buffer.from(await shortened(Buffer.from('aaaaabaaaa'), isSame, 100)).toString()).toBe('b')
})
