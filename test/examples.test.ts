import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { read } from './source-tree.ts'

const lines: string[] = []
vi.spyOn(console, 'log').mockImplementation((...words) => void lines.push(words.join(' ')))
afterEach(() => void lines.splice(0))

/** What each example says last, when all went well. */
const lastLines: Readonly<Record<string, string>> = {
  'chat.ts': 'alice hears: Bye!',
  'embed.ts': 'complete 1000000 bytes',
  'own-transport.ts': 'complete 1000000 bytes, no network',
  'prove-transport.ts': 'every promise of a transport holds',
  'peer.ts': 'leecher: closed by local choice',
  'session.ts': 'complete 2 of 2, all through one port',
}

describe('every example runs to its end', () => {
  test('each is listed here', () => {
    // What exports something is a part of others.
    const programs = readdirSync('examples').filter((name) => !/^export /m.test(read(`examples/${name}`)))
    expect(programs.sort()).toEqual(Object.keys(lastLines).sort())
  })

  for (const [file, last] of Object.entries(lastLines)) {
    test(`${file} ends by saying: ${last}`, async () => {
      await import(`../examples/${file}`)
      expect(lines.at(-1)).toBe(last)
    })
  }
})
