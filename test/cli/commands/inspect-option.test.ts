import { describe, expect, test } from 'vitest'
import { withInspectPort } from '../../../cli/commands/inspect-option.ts'
import { run } from '../../../cli/run.ts'
import { fakeIo } from '../fake-io.ts'

describe('what follows --inspect is its port when it is digits, and otherwise an argument of its own', () => {
  test.each([
    [
      ['download', '--inspect', '8080', 'a.torrent'],
      ['download', '--inspect', '8080', 'a.torrent'],
    ],
    [
      ['download', '--inspect', 'a.torrent'],
      ['download', '--inspect=0', 'a.torrent'],
    ],
    [
      ['download', '--inspect', './8080'],
      ['download', '--inspect=0', './8080'],
    ],
    [
      ['download', '--inspect', 'magnet:?xt=1'],
      ['download', '--inspect=0', 'magnet:?xt=1'],
    ],
    [
      ['replay', '--inspect', 'bug.record', '--json'],
      ['replay', '--inspect=0', 'bug.record', '--json'],
    ],
    [
      ['seed', 'a.torrent', '--inspect', '--json'],
      ['seed', 'a.torrent', '--inspect=0', '--json'],
    ],
    [
      ['demo', '--inspect'],
      ['demo', '--inspect=0'],
    ],
    [
      ['demo', '--inspect=8080'],
      ['demo', '--inspect=8080'],
    ],
    [
      ['replay', '--', '--inspect'],
      ['replay', '--', '--inspect'],
    ],
  ])('%j', (argv, read) => {
    expect(withInspectPort(argv)).toEqual(read)
  })

  test.each(['download', 'seed', 'replay'])('%s takes the file behind it', async (command) => {
    const { io, stderr } = fakeIo()
    expect(await run([command, '--inspect', '/nowhere/a.file'], io)).toBe(1)
    expect(stderr.text).toContain('/nowhere/a.file')
  })

  test('the demo takes no file', async () => {
    const { io, stderr } = fakeIo()
    expect(await run(['demo', '--inspect', 'a.file'], io)).toBe(2)
    expect(stderr.text).toContain('too many arguments')
  })

  test('a port out of range is none', async () => {
    const { io, stderr } = fakeIo()
    expect(await run(['replay', '--inspect', '65536', 'a.file'], io)).toBe(2)
    expect(stderr.text).toContain("'65536'")
  })
})
