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

const some = fc.uniqueArray(fc.nat(layout.pieceCount - 1)).map((indexes) => {
  const bits = new Uint8Array(2)
  for (const index of indexes) bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
  return bits
})

const bits = fc.oneof(
  { weight: 4, arbitrary: fc.constant(everything) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(2)) },
  { weight: 3, arbitrary: some },
)

const anyOptions: fc.Arbitrary<CoupleOptions> = fc.record({
  encryption: fc.constantFrom('none', 'preferred', 'required'),
  have: fc.record({ dialler: bits, accepter: bits }),
  seed: fc.nat(1_000),
  latencyMs: fc.constantFrom(0, 10, 40),
  isTrading: fc.constantFrom(true, true, true, false),
})

const words = ['piece', 'reject_request', 'cancel'] as const

/** What comes to either side at least, a walk: half of what does, or less, so that another seed does not fail it. */
const leastInAWalk = { piece: 2, reject_request: 3, cancel: 1 }

test('two real peers, walked at random, are open and as their models and the BEPs have them after each step, and hear what was said', async () => {
  const heard = { piece: 0, reject_request: 0, cancel: 0 }
  const commands = fc.commands([...walkCommands], {
    maxCommands: runs(100, 200),
    size: 'max',
    ...(walk.replayPath !== undefined && { replayPath: walk.replayPath }),
  })
  const property = fc.property(anyOptions, commands, (options, steps) => {
    const couple = new Couple(options)
    couple.requireNoFault('before the first step')
    fc.modelRun(() => ({ model: couple, real: couple }), steps)
    expect(couple.part()).toEqual([])
    for (const word of words) heard[word] += couple.heard[word]
  })
  const walks = runs(6, 60)
  await assertWalks(file, property, walk, walks)
  if (walk.path !== undefined) return
  for (const word of words) expect(heard[word], word).toBeGreaterThanOrEqual(walks * leastInAWalk[word])
}, 300_000)
