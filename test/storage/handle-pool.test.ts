import { constants, open, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FileHandles, HandlePool, type OpenFile } from '../../storage/handle-pool.ts'
import { openAnywhere, openWithin } from '../../storage/open-file.ts'
import { Descriptors } from '../../transport/descriptors.ts'
import { temporaryFolder } from './support.ts'

const aFolder = async () => realpath(await temporaryFolder())

describe('the files of a store', () => {
  test('that could not be opened are tried again', async () => {
    const path = join(await aFolder(), 'file')
    const files = new FileHandles(openAnywhere)
    const read = () => files.with(path, 'read', async (handle) => (await handle.stat()).size)
    await expect(read()).rejects.toMatchObject({ code: 'ENOENT' })
    await writeFile(path, 'abc')
    expect(await read()).toBe(3)
    await files.close()
  })

  test('that are open are used again', async () => {
    const folder = await aFolder()
    const path = join(folder, 'file')
    const files = new FileHandles(openWithin(folder))
    const numbers = await Promise.all([1, 2].map(() => files.with(path, 'write', async (handle) => handle.fd)))
    expect(numbers[0]).toBe(numbers[1])
    expect(await files.with(path, 'write', async (handle) => handle.fd)).toBe(numbers[0])
    await files.close()
  })

  test('are opened anew when renewed; what is lent out stays open until it comes back, the rest is closed', async () => {
    const folder = await aFolder()
    const path = join(folder, 'file')
    const files = new FileHandles(openWithin(folder))
    const idle = await files.with(join(folder, 'idle'), 'write', async (handle) => handle)
    const old = await files.with(path, 'write', async (handle) => {
      await files.renew()
      expect(idle.fd).toBe(-1)
      await files.with(path, 'write', async (other) => {
        expect(other).not.toBe(handle)
        await other.write('new')
      })
      await handle.write('old')
      return handle
    })
    expect(old.fd).toBe(-1)
    expect(await files.with(path, 'read', (handle) => handle.readFile('utf8'))).toBe('old')
    await files.close()
  })

  test('are closed when it closes, those lent out as they come back', async () => {
    const folder = await aFolder()
    const path = join(folder, 'file')
    const files = new FileHandles(openWithin(folder))
    const handle = await files.with(path, 'write', async (handle) => {
      await files.close()
      await handle.write('still open')
      return handle
    })
    expect(handle.fd).toBe(-1)
    expect(await readFile(path, 'utf8')).toBe('still open')
    expect((await files.with(path, 'read', async (late) => late)).fd).toBe(-1)
  })

  test('that are open for writing tell their inode, also when another has taken their place', async () => {
    const folder = await aFolder()
    const path = join(folder, 'file')
    const files = new FileHandles(openWithin(folder))
    expect(await files.inodeOfOpen(path)).toBeUndefined()
    const ino = await files.with(path, 'write', async (handle) => (await handle.stat({ bigint: true })).ino)
    await rm(path)
    await writeFile(path, 'another')
    await files.with(path, 'read', async () => {})
    expect(await files.inodeOfOpen(path)).toBe(ino)
    await files.forget(path)
    expect(await files.inodeOfOpen(path)).toBeUndefined()
    await files.close()
  })

  test('are made with the folders they stand in, and again when these are gone', async () => {
    const folder = await aFolder()
    const path = join(folder, 'a', 'b', 'file')
    const files = new FileHandles(openWithin(folder))
    await files.with(path, 'write', async (handle) => handle.write('one'))
    await files.close()
    await rm(join(folder, 'a'), { recursive: true })
    await files.with(path, 'write', async (handle) => handle.write('two'))
    expect(await readFile(path, 'utf8')).toBe('two')
  })
})

describe('a pool', () => {
  /** Opens counted files, which are all the same one. */
  const counted = async (most: number) => {
    const path = join(await aFolder(), 'file')
    await writeFile(path, 'abc')
    const descriptors = new Descriptors({ most, file: most, socket: most })
    const pool = new HandlePool(descriptors)
    const now = { open: 0, most: 0 }
    const opened: string[] = []
    const openOne: OpenFile = async (name) => {
      now.open++
      now.most = Math.max(now.most, now.open)
      opened.push(name)
      const handle = await open(path, constants.O_RDONLY)
      const close = handle.close.bind(handle)
      handle.close = async () => {
        await close()
        now.open--
      }
      return handle
    }
    const aStore = () => new FileHandles(openOne, pool)
    return { aStore, descriptors, now, opened }
  }

  test('holds as many files open as there are descriptors, of all stores together, those in use counted', async () => {
    const { aStore, descriptors, now } = await counted(3)
    const stores = [aStore(), aStore()]
    const reads = Array.from({ length: 20 }, (_, i) =>
      stores[i % 2]?.with(`${i}`, 'read', async (handle) => (await handle.readFile('utf8')).length),
    )
    expect(await Promise.all(reads)).toEqual(Array(20).fill(3))
    expect(now.most).toBe(3)
    await Promise.all(stores.map((store) => store.close()))
    expect(now.open).toBe(0)
    expect(descriptors.held).toBe(0)
  })

  test('closes the file that was used least recently, whosever it is, and never one in use', async () => {
    const { aStore, opened } = await counted(3)
    const one = aStore()
    const other = aStore()
    const touch = (store: FileHandles, name: string) => store.with(name, 'read', async () => {})
    await one.with('in use', 'read', async () => {
      await touch(one, 'a')
      await touch(other, 'b')
      await touch(one, 'a')
      await touch(other, 'c')
      opened.length = 0
      await touch(one, 'a')
      await touch(one, 'in use')
      expect(opened).toEqual([])
      await touch(other, 'b')
      expect(opened).toEqual(['b'])
    })
    await Promise.all([one.close(), other.close()])
  })

  test('gives a descriptor back when a file cannot be opened, or not be closed', async () => {
    const descriptors = new Descriptors({ most: 1, file: 1, socket: 1 })
    const pool = new HandlePool(descriptors)
    const files = new FileHandles(async (path) => {
      const handle = await open(path, 'r')
      const close = handle.close.bind(handle)
      handle.close = async () => {
        await close()
        if (path === '/') throw new Error('it will not close')
      }
      return handle
    }, pool)
    await expect(files.with('/not there', 'read', async () => {})).rejects.toMatchObject({ code: 'ENOENT' })
    await files.with('/', 'read', async () => {})
    await files.with('/dev/null', 'read', async () => {})
    await files.close()
    expect(descriptors.held).toBe(0)
  })

  test.each([
    ['its store closes', (files: FileHandles) => files.close()],
    ['its store opens all anew', (files: FileHandles) => files.renew()],
    ['its store waits for what is being closed', (files: FileHandles) => files.settled()],
  ])('has a file that it closes for others waited for, and its failure told, when %s', async (_, end) => {
    const pool = new HandlePool(new Descriptors({ most: 1, file: 1, socket: 1 }))
    let close = () => {}
    const files = new FileHandles(async () => {
      const handle = await open('/dev/null', 'r')
      const closeNow = handle.close.bind(handle)
      handle.close = async () => {
        await new Promise<void>((resolve) => (close = resolve))
        await closeNow()
        throw new Error('no room')
      }
      return handle
    }, pool)
    const other = new FileHandles(() => open('/dev/null', 'r'), pool)
    const handle = await files.with('/written', 'write', async (handle) => handle)
    const opened = other.with('/other', 'read', async () => {})
    const ended = end(files).then(() => [handle.fd, ...files.takeUnclosed().keys()])
    await new Promise((resolve) => setImmediate(resolve))
    close()
    expect(await ended).toEqual([-1, '/written'])
    await opened
    await other.close()
  })

  test('keeps nothing idle while somebody waits', async () => {
    const { aStore, descriptors, now } = await counted(1)
    const files = aStore()
    let socket = Promise.resolve()
    await files.with('a', 'read', async () => {
      socket = descriptors.take('socket')
    })
    await socket
    expect(now.open).toBe(0)
    descriptors.release('socket')
    await files.close()
  })
})
