import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { boundsFor, Descriptors, isShortage, processDescriptors } from '../../transport/descriptors.ts'

const shortage = (code = 'EMFILE') => Object.assign(new Error('too many open files'), { code })

/** Which of these have been given one. */
const watch = async (takes: readonly Promise<void>[]) => {
  const given = takes.map(() => false)
  for (const [i, take] of takes.entries())
    take.then(() => {
      given[i] = true
    })
  await Promise.resolve()
  await Promise.resolve()
  return () => Promise.resolve().then(() => given)
}

describe('descriptors', () => {
  test('are given first come first served, to whom there is one for', async () => {
    const descriptors = new Descriptors({ most: 3, file: 3, socket: 1 })
    expect(descriptors.tryTake('socket')).toBe(true)
    expect(descriptors.tryTake('socket')).toBe(false)
    const given = await watch([
      descriptors.take('file'),
      descriptors.take('socket'),
      descriptors.take('file'),
      descriptors.take('file'),
      descriptors.take('file'),
    ])
    expect(await given()).toEqual([true, false, true, false, false])
    descriptors.release('file')
    expect(await given()).toEqual([true, false, true, true, false])
    descriptors.release('socket')
    expect(await given()).toEqual([true, true, true, true, false])
    expect(descriptors.held).toBe(3)
  })

  test('that are wanted are taken from idle files, unless sockets have all that they may', async () => {
    const descriptors = new Descriptors({ most: 2, file: 2, socket: 1 })
    let idle = 2
    descriptors.keepsIdle(() => {
      if (idle === 0) return false
      idle--
      queueMicrotask(() => descriptors.release('file'))
      return true
    })
    await descriptors.take('file')
    await descriptors.take('file')
    await descriptors.take('socket')
    expect(idle).toBe(1)
    const second = descriptors.take('socket')
    expect(descriptors.isWanted).toBe(false)
    expect(idle).toBe(1)
    descriptors.release('socket')
    await second
    const file = descriptors.take('file')
    expect(idle).toBe(0)
    await file
    descriptors.take('file')
    expect(descriptors.isWanted).toBe(true)
  })

  test('are not kept for whom they are wanted by no longer', () => {
    const descriptors = new Descriptors({ most: 1, file: 1, socket: 1 })
    const given: number[] = []
    const leaves = [0, 1, 2].map((i) => descriptors.whenFree('socket', () => given.push(i)))
    leaves[1]?.()
    descriptors.release('socket')
    leaves[0]?.()
    expect([given, descriptors.held]).toEqual([[0, 2], 1])
    descriptors.release('socket')
    expect(descriptors.held).toBe(0)
  })

  test('of accepted sockets are counted as they come, and one too many is not taken', () => {
    const descriptors = new Descriptors({ most: 3, file: 3, socket: 2 })
    expect([descriptors.admit(), descriptors.admit(), descriptors.admit()]).toEqual([true, true, false])
    expect(descriptors.held).toBe(2)
  })

  test.each(['EMFILE', 'ENFILE'])(
    'that run out all the same (%s) are waited for, and idle ones closed',
    async (code) => {
      const descriptors = new Descriptors({ most: 9, file: 9, socket: 9 })
      await descriptors.take('file')
      let idle = 0
      descriptors.keepsIdle(() => {
        idle++
        queueMicrotask(() => descriptors.release('file'))
        return true
      })
      let calls = 0
      const open = async () => {
        if (calls++ === 0) throw shortage(code)
        return 'open'
      }
      expect(await descriptors.opening(open)).toBe('open')
      expect([calls, idle]).toEqual([2, 1])
    },
  )

  test('that run out are tried for again by one alone when one is freed, the others later', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const descriptors = new Descriptors({ most: 9, file: 9, socket: 9 })
    await descriptors.take('file')
    const over: number[] = []
    const reliefs = [0, 1, 2].map((i) => descriptors.relief().then(() => over.push(i)))
    descriptors.release('file')
    await reliefs[0]
    expect(over).toEqual([0])
    await vi.advanceTimersByTimeAsync(99)
    expect(over).toEqual([0])
    await vi.advanceTimersByTimeAsync(1)
    expect(over).toEqual([0, 1, 2])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('are waited for a minute, then the failure is told, and the one that was taken is given back', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const descriptors = new Descriptors({ most: 9, file: 9, socket: 9 })
    let calls = 0
    const work = async () => {
      calls++
      throw shortage()
    }
    const told = expect(descriptors.using(work)).rejects.toMatchObject({ code: 'EMFILE' })
    await vi.advanceTimersByTimeAsync(60_000)
    await told
    expect(calls).toBe(600)
    expect(descriptors.held).toBe(0)
  })

  test('are no remedy for another failure', async () => {
    const descriptors = new Descriptors({ most: 1, file: 1, socket: 1 })
    let calls = 0
    const open = async () => {
      calls++
      throw Object.assign(new Error('not there'), { code: 'ENOENT' })
    }
    await expect(descriptors.opening(open)).rejects.toThrow('not there')
    expect(calls).toBe(1)
  })
})

test('what the system allows is divided: files have 128 at most, and some left to them however many sockets there are', () => {
  expect(boundsFor(1024, 22)).toEqual({ most: 986, file: 128, socket: 970 })
  expect(boundsFor(128, 22)).toEqual({ most: 90, file: 90, socket: 74 })
  expect(boundsFor(30, 22)).toEqual({ most: 32, file: 32, socket: 16 })
  const unlimited = Number.POSITIVE_INFINITY
  expect(boundsFor(unlimited, 22)).toEqual({ most: unlimited, file: 128, socket: unlimited })
})

test('a process has one set of them', () => {
  expect(processDescriptors()).toBe(processDescriptors())
})

test('a shortage is told from other errors by its code', () => {
  expect([shortage(), shortage('ENFILE'), shortage('EACCES'), new Error('EMFILE'), 'EMFILE'].map(isShortage)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
