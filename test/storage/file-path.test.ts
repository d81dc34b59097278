import { expect, test } from 'vitest'
import { checkFileTree, checkPathComponent } from '../../storage/file-path.ts'
import { MetainfoError } from '../../storage/metainfo-error.ts'

test('a part of a path may have 255 bytes of UTF-8, not 255 letters', () => {
  expect(() => checkPathComponent('a'.repeat(255), 'name')).not.toThrow()
  expect(() => checkPathComponent(`${'a'.repeat(254)}ü`, 'name')).toThrow(MetainfoError)
})

test.each(['\0', '\n', '\u001b', '\u007f', '\u009b'])('a control character is refused everywhere: %j', (character) => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    expect(() => checkPathComponent(`a${character}b`, 'name', platform)).toThrow(/control character/)
  }
})

test.each(['..', '.', '', 'a/b', 'a\\b', '..\\b'])(
  'what could lead out of the folder is refused everywhere: %j',
  (name) => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      expect(() => checkPathComponent(name, 'name', platform)).toThrow(MetainfoError)
    }
  },
)

test.each([
  ['CON', /a device/],
  ['nul.txt', /a device/],
  ['aux .tar.gz', /a device/],
  ['Lpt1', /a device/],
  ['com²', /a device/],
  ['conout$', /a device/],
  ['C:', /does not allow/],
  ['C:foo', /does not allow/],
  ['file:stream', /does not allow/],
  ['What?', /does not allow/],
  ['"quoted"', /does not allow/],
  ['<*|>', /does not allow/],
  ['ends in a dot.', /whose end/],
  ['...', /whose end/],
  ['ends in a space ', /whose end/],
])('%j is refused on Windows, and a name like any other elsewhere', (name, message) => {
  expect(() => checkPathComponent(name, 'name', 'win32')).toThrow(message)
  for (const platform of ['linux', 'darwin'] as const) {
    expect(() => checkPathComponent(name, 'name', platform)).not.toThrow()
  }
})

test.each(['console', 'nullify.txt', 'a.con', 'com', 'com10', 'lpt', '.hidden', ' leading', 'a..b', "it's 100% [ok]"])(
  '%j is a name on Windows too',
  (name) => {
    expect(() => checkPathComponent(name, 'name', 'win32')).not.toThrow()
  },
)

test('paths that differ only in case are one file on Windows and macOS, two elsewhere', () => {
  const twins = [
    ['t', 'Readme'],
    ['T', 'README'],
  ]
  const folderToo = [
    ['t', 'a'],
    ['t', 'A', 'b'],
  ]
  for (const platform of ['win32', 'darwin'] as const) {
    expect(() => checkFileTree(twins, platform)).toThrow('two files have the path "T/README"')
    expect(() => checkFileTree(folderToo, platform)).toThrow('"t/A" is both')
  }
  expect(() => checkFileTree([...twins, ...folderToo], 'linux')).not.toThrow()
})

test('a letter composed and decomposed is one name on macOS alone', () => {
  const twins = [['\u00fc'], ['u\u0308']]
  expect(() => checkFileTree(twins, 'darwin')).toThrow(/two files/)
  expect(() => checkFileTree(twins, 'win32')).not.toThrow()
  expect(() => checkFileTree(twins, 'linux')).not.toThrow()
})

test('files beside one another may share a folder or the start of a name', () => {
  expect(() =>
    checkFileTree([
      ['t', 'a', 'b'],
      ['t', 'a', 'c'],
      ['t', 'ab'],
      ['t', 'a.'],
    ]),
  ).not.toThrow()
})

test('a file may not be a folder on the path of another, in whichever order they stand', () => {
  expect(() =>
    checkFileTree([
      ['t', 'a'],
      ['t', 'a', 'b', 'c'],
    ]),
  ).toThrow(/"t\/a" is both/)
  expect(() =>
    checkFileTree([
      ['t', 'a', 'b', 'c'],
      ['t', 'a', 'b'],
    ]),
  ).toThrow(/"t\/a\/b" is both/)
})
