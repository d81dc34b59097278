import { expect, test } from 'vitest'
import { hunt } from '../../mutants/hunt.ts'
import { type Hunter, hangs } from '../../mutants/hunter.ts'

const names = ['a', 'b', 'c', 'd']
const all = (known: readonly string[]) => known

/** A thread that begins, and the numbers that it has tried. */
function thread(tries: Hunter['tries'] = async (mutant) => `test ${mutant}`): Hunter {
  return { names, tries, end: async () => undefined }
}

/** Threads that begin one after the other. */
function inOrder(...begins: readonly (() => Promise<Hunter>)[]) {
  const left = [...begins]
  return () => left.shift()?.() ?? Promise.reject(new Error('none is left'))
}

const late = async () => {
  throw new Error('late')
}
const good = async () => thread()

test('a thread that does not come to begin leaves its work to the others, and that is told', async () => {
  const lost: string[] = []
  const begins = inOrder(good, late, late)
  const tried = await hunt('lamp', all, 3, { begins, tellOfLoss: (reason) => void lost.push(reason) })
  expect(tried.map(({ name, test: noticing }) => `${name}: ${noticing}`)).toEqual([
    'a: test 0',
    'b: test 1',
    'c: test 2',
    'd: test 3',
  ])
  expect(lost).toEqual(['Error: late', 'Error: late'])
})

test('one that hangs is followed by another', async () => {
  const hanging = async () => thread(async () => hangs)
  const tried = await hunt('lamp', all, 1, { begins: inOrder(hanging, good) })
  expect(tried.map(({ test: noticing }) => noticing)).toEqual([hangs, 'test 1', 'test 2', 'test 3'])
})

test('without any that begins there is no hunt, nor one that ends early', async () => {
  await expect(hunt('lamp', all, 2, { begins: late })).rejects.toThrow('late')
  const hanging = async () => thread(async () => hangs)
  await expect(hunt('lamp', all, 1, { begins: inOrder(hanging, late) })).rejects.toThrow('late')
})
