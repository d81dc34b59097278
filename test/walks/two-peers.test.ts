import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inFull, runs } from '../in-full.ts'
import { everything, layout } from '../pair.ts'
import { walkCommands } from './commands.ts'
import { Couple, type CoupleOptions } from './couple.ts'
import { assertWalks, walkOf } from './reproducible.ts'

const file = 'test/walks/two-peers.test.ts'
const walk = walkOf(inFull ? Date.now() % 0x7fff_ffff : 1)
if (inFull) console.log(`${file}: WALK='${walk.seed}'`)

const bits = fc.oneof(
  fc.constant(everything),
  fc.constant(new Uint8Array(2)),
  fc.uniqueArray(fc.nat(layout.pieceCount - 1)).map((indexes) => {
    const some = new Uint8Array(2)
    for (const index of indexes) some[index >> 3] = (some[index >> 3] ?? 0) | (0x80 >> (index & 7))
    return some
  }),
)

const anyOptions: fc.Arbitrary<CoupleOptions> = fc.record({
  encryption: fc.constantFrom('none', 'preferred', 'required'),
  have: fc.record({ dialler: bits, accepter: bits }),
  seed: fc.nat(1_000),
  latencyMs: fc.constantFrom(0, 10, 40),
})

test('two real peers, walked at random, are in the states of their models after each step, and hear what was said', async () => {
  const commands = fc.commands([...walkCommands], {
    maxCommands: runs(60, 200),
    size: 'max',
    ...(walk.replayPath !== undefined && { replayPath: walk.replayPath }),
  })
  const property = fc.property(anyOptions, commands, (options, steps) => {
    const couple = new Couple(options)
    fc.modelRun(() => ({ model: couple, real: couple }), steps)
    expect(couple.part()).toEqual([])
  })
  await assertWalks(file, property, walk, runs(12, 60))
}, 300_000)
