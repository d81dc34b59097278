import { expect, test } from 'vitest'
import { type Memories, ResumeKeeper } from '../../actors/resume-keeper.ts'
import { ResumeError } from '../../storage/resume-data.ts'
import type { ResumeStore } from '../../storage/resume-file.ts'

const infoHash = new Uint8Array(20).fill(1)
const memories = (downloaded: number): Memories => ({
  have: Uint8Array.of(0x80),
  stamps: [],
  blocks: [],
  downloaded,
  uploaded: 0,
  addresses: [],
})

/** Keeps in memory; each save waits until it is let go. */
function aStore() {
  let kept: Uint8Array | undefined
  const saves: (() => void)[] = []
  const store: ResumeStore = {
    load: async () => kept,
    save: (data) =>
      new Promise((resolve) => {
        saves.push(() => {
          kept = data
          resolve()
        })
      }),
  }
  return { store, saves }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what was saved is loaded; before, there is nothing', async () => {
  const { store, saves } = aStore()
  const keeper = new ResumeKeeper(store, infoHash)
  expect(await keeper.load()).toBeUndefined()
  const saved = keeper.save(async () => memories(5))
  await turn()
  saves[0]?.()
  await saved
  expect(await keeper.load()).toMatchObject({ downloaded: 5 })
})

test('one save runs at a time; of those that wait only the newest does, and none ends before it', async () => {
  const { store, saves } = aStore()
  const keeper = new ResumeKeeper(store, infoHash)
  const made: number[] = []
  const save = (downloaded: number) =>
    keeper.save(async () => {
      made.push(downloaded)
      return memories(downloaded)
    })
  const all = [save(1)]
  await turn()
  all.push(save(2), save(3))
  await turn()
  expect([made, saves.length]).toEqual([[1], 1])
  saves[0]?.()
  await turn()
  expect(made).toEqual([1, 3])
  saves[1]?.()
  await Promise.all(all)
  expect(await keeper.load()).toMatchObject({ downloaded: 3 })
})

test('a save that fails is told, and the next is carried out', async () => {
  const { store, saves } = aStore()
  const keeper = new ResumeKeeper(store, infoHash)
  await expect(keeper.save(() => Promise.reject(new Error('the disk fails')))).rejects.toThrow('the disk fails')
  const saved = keeper.save(async () => memories(2))
  await turn()
  saves[0]?.()
  await saved
  expect(await keeper.load()).toMatchObject({ downloaded: 2 })
})

test('nothing to save leaves what was saved', async () => {
  const { store, saves } = aStore()
  await new ResumeKeeper(store, infoHash).save(async () => undefined)
  expect(saves).toEqual([])
})

test('what is not its own is refused', async () => {
  const keeper = new ResumeKeeper({ load: async () => Uint8Array.of(1, 2, 3), save: async () => {} }, infoHash)
  await expect(keeper.load()).rejects.toThrow(ResumeError)
})
