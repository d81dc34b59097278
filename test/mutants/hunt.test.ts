import { expect, test } from 'vitest'
import { hunt, type Tried } from '../../mutants/hunt.ts'
import { dies, type Hunter, hangs } from '../../mutants/hunter.ts'

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

test('after the last mutant none begins in the place of one that hangs', async () => {
  const hanging = async () => thread(async () => hangs)
  const tried = await hunt('lamp', (known) => known.slice(0, 1), 1, {
    begins: inOrder(hanging),
    tellOfLoss: expect.fail,
  })
  expect(tried).toHaveLength(1)
})

test('without any that begins there is no hunt, nor one that ends early', async () => {
  await expect(hunt('lamp', all, 2, { begins: late })).rejects.toThrow('late')
  const hanging = async () => thread(async () => hangs)
  await expect(hunt('lamp', all, 1, { begins: inOrder(hanging, late) })).rejects.toThrow('late')
})

/** A thread that dies of one mutant; `tried` is told the numbers of those that it is asked for. */
const mortal = (fatal: number, tried: number[] = []) =>
  thread(async (mutant) => {
    tried.push(mutant)
    if (mutant === fatal) throw new Error('no memory')
    return `test ${mutant}`
  })
const noticing = (tried: readonly Tried[]) => Object.fromEntries(tried.map(({ name, test: found }) => [name, found]))
const allNoticed = { a: 'test 0', b: 'test 1', c: 'test 2', d: 'test 3' }

test('a mutant amid which a thread dies is tried by another that begins, all else is kept, and the loss is told', async () => {
  const lost: string[] = []
  const begins = inOrder(async () => mortal(1), good)
  const tried = await hunt('lamp', all, 1, { begins, tellOfLoss: (reason) => void lost.push(reason) })
  expect(noticing(tried)).toEqual(allNoticed)
  expect(lost).toEqual(['Error: no memory, amid b'])
})

test('where no other begins, one that is through with all else takes it, and is ended but then', async () => {
  let die = () => {}
  const dying = async () => thread(() => new Promise((_, reject) => (die = () => reject(new Error('no memory')))))
  const did: string[] = []
  const lasting = async () => ({
    names,
    tries: async (mutant: number) => {
      did.push(`tries ${mutant}`)
      return `test ${mutant}`
    },
    end: async () => did.push('ends'),
  })
  const hunted = hunt('lamp', all, 2, { begins: inOrder(dying, lasting) })
  await new Promise((resolve) => setImmediate(resolve))
  expect(did).toEqual(['tries 1', 'tries 2', 'tries 3'])
  die()
  expect(noticing(await hunted)).toEqual(allNoticed)
  expect(did).toEqual(['tries 1', 'tries 2', 'tries 3', 'tries 0', 'ends'])
})

test('a mutant of which a second thread dies is noticed, and the hunt goes on', async () => {
  const asked: number[] = []
  const begins = inOrder(
    async () => mortal(1, asked),
    async () => mortal(1, asked),
    good,
  )
  expect(noticing(await hunt('lamp', all, 1, { begins }))).toEqual({ ...allNoticed, b: dies })
  expect(asked.filter((mutant) => mutant === 1)).toHaveLength(2)
})
