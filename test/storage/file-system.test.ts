import { describe, expect, test } from 'vitest'
import { fileSystem, isPunctualType } from '../../storage/file-system.ts'

describe('the times of a write', () => {
  test.each<[string, bigint, boolean]>([
    ['ext4', 0xef53n, true],
    ['Btrfs, as a number with a sign', -0x6edc97c2n, true],
    ['NFS', 0x6969n, false],
    ['FUSE', 0x65735546n, false],
    ['a type that says nothing', 0n, false],
  ])('are there when it has ended, or may come late, by the file system: %s', (_, type, expected) => {
    expect(isPunctualType(type)).toBe(expected)
  })

  test('may come late where the system names another file system, or nothing', async () => {
    const { isPunctual } = fileSystem(async () => undefined)
    expect([await isPunctual('/proc'), await isPunctual('/not there')]).toEqual([false, false])
  })
})
