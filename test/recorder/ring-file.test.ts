import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { olderPath, openRingFile, type RingFile } from '../../recorder/ring-file.ts'
import { temporaryFolder } from '../cli/sample-file.ts'

const head = (segment: number): string => `head ${segment}\n`

async function openRing({ bytesMax = 1_000_000 } = {}) {
  const path = join(await temporaryFolder(), 'ring')
  const failures: Error[] = []
  const ring = await openRingFile({ path, bytesMax, head, failed: (error) => failures.push(error) })
  return { ring, path, failures }
}

/** Writes in portions, with time for the disk between. */
async function writeSlowly(ring: RingFile, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    expect(ring.write(line)).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `line ${at}`.padEnd(99, '.').concat('\n'))

describe('a ring of two files', () => {
  test('writes lines in their order, and all of them when it is closed', async () => {
    const { ring, path } = await openRing()
    const lines = numbered(200)
    await writeSlowly(ring, lines)
    await ring.close()
    expect(await readFile(path, 'utf8')).toBe(`${head(0)}${lines.join('')}`)
  })

  test('goes on in a second file, and keeps the last full one', async () => {
    const { ring, path } = await openRing({ bytesMax: 4_000 })
    const lines = numbered(100)
    await writeSlowly(ring, lines)
    await ring.close()
    const [older, newer] = [await readFile(olderPath(path), 'utf8'), await readFile(path, 'utf8')]
    const segment = Number(/^head (\d+)/.exec(newer)?.[1])
    expect(segment).toBeGreaterThan(3)
    expect(older.startsWith(head(segment - 1))).toBe(true)
    expect(lines.join('').endsWith(older.slice(head(0).length) + newer.slice(head(0).length))).toBe(true)
    expect((await stat(path)).size + (await stat(olderPath(path))).size).toBeLessThanOrEqual(4_000)
  })

  test('does not turn for a line that no file has room for, nor takes it', async () => {
    const { ring, path } = await openRing({ bytesMax: 4_000 })
    await writeSlowly(ring, numbered(5))
    expect(ring.write('x'.repeat(2_000))).toBe(false)
    await writeSlowly(ring, ['the end\n'])
    await ring.close()
    expect(await readFile(path, 'utf8')).toBe(`${head(0)}${numbered(5).join('')}the end\n`)
  })

  test('tells what a file begins with that it may take half of it', async () => {
    const path = join(await temporaryFolder(), 'ring')
    const most: number[] = []
    const ring = await openRingFile({
      path,
      bytesMax: 4_000,
      head(_, bytesMax) {
        most.push(bytesMax)
        return `${'x'.repeat(bytesMax - 1)}\n`
      },
      failed: () => undefined,
    })
    const lines = numbered(40)
    await writeSlowly(ring, lines)
    await ring.close()
    // Ten lines in each file, whatever its head.
    expect(most).toEqual([1_000, 1_000, 1_000, 1_000])
    expect((await stat(path)).size + (await stat(olderPath(path))).size).toBeLessThanOrEqual(4_000)
  })

  test('is over when it is closed', async () => {
    const { ring } = await openRing()
    expect(ring.isOver).toBe(false)
    await ring.close()
    expect(ring.isOver).toBe(true)
  })

  test('writes what was taken while it was full of work, and takes no more than it has room for', async () => {
    const { ring, path } = await openRing({ bytesMax: 1e9 })
    const line = `${'x'.repeat(999_999)}\n`
    let taken = 0
    while (ring.write(line)) taken++
    expect(taken).toBe(8)
    expect(ring.write('one more\n')).toBe(false)
    await ring.close()
    expect((await stat(path)).size).toBe(head(0).length + taken * line.length)
  })

  test('takes lines again when half of what waited is written', async () => {
    const { ring } = await openRing({ bytesMax: 1e9 })
    const line = `${'x'.repeat(999_999)}\n`
    while (ring.write(line));
    await expect.poll(() => ring.write('again\n')).toBe(true)
    await ring.close()
  })

  test('tells once that it cannot be written, and takes nothing then', async () => {
    const { ring, path, failures } = await openRing({ bytesMax: 2_000 })
    await mkdir(olderPath(path))
    for (const line of numbered(30)) ring.write(line)
    await expect.poll(() => failures.length).toBe(1)
    expect(ring.write('more\n')).toBe(false)
    await ring.close()
    expect(ring.isOver).toBe(true)
    expect(failures).toHaveLength(1)
    await rm(olderPath(path), { recursive: true })
  })
})
