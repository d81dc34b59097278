import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HandlePool } from '../../storage/handle-pool.ts'
import { temporaryFolder } from './support.ts'

test('a file that could not be opened is tried again', async () => {
  const path = join(await temporaryFolder(), 'file')
  const pool = new HandlePool()
  const read = () => pool.with(path, 'read', async (handle) => (await handle.stat()).size)
  await expect(read()).rejects.toMatchObject({ code: 'ENOENT' })
  await writeFile(path, 'abc')
  expect(await read()).toBe(3)
  await pool.close()
})

test('an open file is used again', async () => {
  const path = join(await temporaryFolder(), 'file')
  const pool = new HandlePool()
  const numbers = await Promise.all([1, 2].map(() => pool.with(path, 'write', async (handle) => handle.fd)))
  expect(numbers[0]).toBe(numbers[1])
  expect(await pool.with(path, 'write', async (handle) => handle.fd)).toBe(numbers[0])
  await pool.close()
})

test('renewed it lends what is opened anew; what is lent out stays open until it comes back, the rest is closed', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'file')
  const pool = new HandlePool()
  const idle = await pool.with(join(folder, 'idle'), 'write', async (handle) => handle)
  const old = await pool.with(path, 'write', async (handle) => {
    await pool.renew()
    expect(idle.fd).toBe(-1)
    await pool.with(path, 'write', async (other) => {
      expect(other).not.toBe(handle)
      await other.write('new')
    })
    await handle.write('old')
    return handle
  })
  expect(old.fd).toBe(-1)
  expect(await pool.with(path, 'read', (handle) => handle.readFile('utf8'))).toBe('old')
  await pool.close()
})

test('writing makes the folders a file stands in, and again when they are gone', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'a', 'b', 'file')
  const pool = new HandlePool()
  await pool.with(path, 'write', async (handle) => handle.write('one'))
  await pool.close()
  await rm(join(folder, 'a'), { recursive: true })
  await pool.with(path, 'write', async (handle) => handle.write('two'))
  expect(await readFile(path, 'utf8')).toBe('two')
})

test('a file lent out when the pool closes is closed as it comes back', async () => {
  const path = join(await temporaryFolder(), 'file')
  const pool = new HandlePool()
  const handle = await pool.with(path, 'write', async (handle) => {
    await pool.close()
    await handle.write('still open')
    return handle
  })
  expect(handle.fd).toBe(-1)
  expect(await readFile(path, 'utf8')).toBe('still open')
})
