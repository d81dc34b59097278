import { readdirSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { longTest } from './in-full.ts'
import { read } from './source-tree.ts'

const lines: string[] = []
vi.spyOn(console, 'log').mockImplementation((...words) => void lines.push(words.join(' ')))
/** What programs draw to a terminal. */
const drawn = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
afterEach(() => {
  lines.splice(0)
  drawn.mockClear()
})
afterAll(() => drawn.mockRestore())

/** What each example says last, when all went well. */
const lastLines: Readonly<Record<string, string>> = {
  'chat.ts': 'alice hears: Bye!',
  'embed.ts': 'complete 1000000 bytes',
  'own-transport.ts': 'complete 1000000 bytes, no network',
  'prove-transport.ts': 'every promise of a transport holds',
  'peer.ts': 'leecher: closed by local choice',
  'simulate.ts': 'complete 4 of 4, 0 honest banned, 0 violations',
  'session.ts': 'complete 2 of 2, all through one port',
  'recipes/bare-peer.ts': 'the peer is interested',
  'recipes/choose-files.ts': 'complete 43 pieces',
  'recipes/inspect.ts': 'complete 700000 bytes, each handshake seen',
  'recipes/own-choker.ts': 'complete 700000 bytes, as a friend',
  'recipes/own-store.ts': 'complete 43 pieces in a store of our own',
  'recipes/react.ts': 'complete, drawn by React',
  'recipes/stream-video.ts': 'played 100000 bytes of 600000',
  'testing/own-choker.ts': 'friends first: 4 states walked, the stranger waited for the friend',
  'testing/own-extension.ts': 'pc_echo: 4 transitions walked, 10 conversations held',
  'recipes/trackers.ts': 'complete 700000 bytes, found by a tracker',
}

/** Those that take a second or more: libraries are loaded, a suite of transports is run, a chart walked, a swarm simulated. */
const slow = new Set([
  'chat.ts',
  'prove-transport.ts',
  'recipes/react.ts',
  'simulate.ts',
  'testing/own-choker.ts',
  'testing/own-extension.ts',
])

describe('every example runs to its end', () => {
  test('each is listed here', () => {
    // What exports something is a part of others.
    const files = readdirSync('examples', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    const programs = files.filter((name) => !/^export /m.test(read(`examples/${name}`)))
    expect(programs.sort()).toEqual(Object.keys(lastLines).sort())
  })

  for (const [file, last] of Object.entries(lastLines)) {
    const asked = slow.has(file) ? longTest : test
    asked(`${file} ends by saying: ${last}`, async () => {
      await import(/* @vite-ignore */ `../examples/${file}`)
      expect(lines.at(-1)).toBe(last)
      if (file === 'recipes/react.ts') expect(drawn.mock.calls.join()).toMatch(/\d+ pieces\n\S+: unchoked, /)
    })
  }
})
