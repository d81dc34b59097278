import { expect, test } from 'vitest'
import { readAll, type Source, type Target, writeAll } from '../../storage/whole-transfers.ts'

/** A file of eight bytes that takes and gives three at a time, as a system may. */
function slowFile(content = new Uint8Array(8)): Source & Target & { readonly content: Uint8Array } {
  const most = (length: number, position: number) => Math.max(0, Math.min(3, length, content.length - position))
  return {
    content,
    write: async (bytes, offset, length, position) => {
      const bytesWritten = most(length, position)
      content.set(bytes.subarray(offset, offset + bytesWritten), position)
      return { bytesWritten }
    },
    read: async (bytes, offset, length, position) => {
      const bytesRead = most(length, position)
      bytes.set(content.subarray(position, position + bytesRead), offset)
      return { bytesRead }
    },
  }
}

test('what the system takes in portions is written whole, at its place', async () => {
  const file = slowFile()
  await writeAll(file, Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 1)
  expect([...file.content]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('what it takes nothing of fails, in place of being tried for ever', async () => {
  await expect(writeAll(slowFile(), new Uint8Array(9), 0)).rejects.toThrow('took no byte')
})

test('what it gives in portions is read whole, from its place', async () => {
  const into = new Uint8Array(7)
  await readAll(slowFile(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7)), into, 1)
  expect([...into]).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('a file that ends early is told by its code', async () => {
  await expect(readAll(slowFile(), new Uint8Array(7), 2)).rejects.toMatchObject({ code: 'EPARTIALREAD' })
})
