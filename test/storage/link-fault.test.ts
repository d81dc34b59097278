import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isWithin, linkFault, notFile, wayOut } from '../../storage/link-fault.ts'
import { temporaryFolder } from './support.ts'

test('a link that cannot be followed is told from another failure, and where it leads', async () => {
  const folder = await temporaryFolder()
  const at = (name: string) => join(folder, name)
  await symlink('gone', at('dangling'))
  await symlink('circle', at('circle'))
  await writeFile(at('file'), '')
  const failed = (code: string) => Object.assign(new Error(code), { code })
  expect((await linkFault(at('dangling'), failed('ENOENT')))?.message).toBe(
    `${at('dangling')} is a link that leads to nothing`,
  )
  expect(await linkFault(at('circle'), failed('ELOOP'))).toMatchObject({
    message: `${at('circle')} is a link that leads in a circle`,
    code: 'ELOOP',
    path: at('circle'),
  })
  expect(await linkFault(at('dangling'), failed('EACCES'))).toBeUndefined()
  expect(await linkFault(at('file'), failed('ENOENT'))).toBeUndefined()
  expect(await linkFault(at('missing'), failed('ENOENT'))).toBeUndefined()
})

test('a place is within a folder by its names, not by their letters', () => {
  const within = (place: string, root = '/data/out') => isWithin(root, place)
  expect(['/data/out', '/data/out/a', '/data/out/a/b'].map((place) => within(place))).toEqual([true, true, true])
  expect(['/data/outside', '/data', '/'].map((place) => within(place))).toEqual([false, false, false])
  expect(within('/anything', '/')).toBe(true)
})

test('what is wrong is said in a line that names the path', () => {
  expect(wayOut('/out', '/out/a/b').message).toBe(
    '/out/a/b leads out of /out by a symbolic link, which is not followed to write there',
  )
  expect(notFile('/out/a', { isDirectory: () => true })).toMatchObject({
    message: '/out/a should be a file, but is a folder',
    code: 'EISDIR',
  })
  expect(notFile('/out/a', { isDirectory: () => false }).message).toBe('/out/a should be a file, but is something else')
})
