import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSafeName, safeName } from '../../storage/safe-name.ts'
import { runs } from '../in-full.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const onLinux = (part: string | Uint8Array) => safeName(Buffer.from(part), 'linux').name
const onWindows = (part: string) => safeName(Buffer.from(part), 'win32').name

describe('of a part that is no UTF-8, each bad byte is _', () => {
  test.each([
    ['Latin-1', 'caf\xe9.txt', 'caf_.txt'],
    ['bytes of no encoding', '\xff\xfe.mp3', '__.mp3'],
    ['an overlong slash', 'a\xc0\xafb', 'a__b'],
    ['an overlong dot', '\xe0\x80\xae', '___'],
    ['a surrogate', '\xed\xa0\x80x', '___x'],
    ['past U+10FFFF', '\xf4\x90\x80\x80', '____'],
    ['a sequence cut off', 'x\xe6\xbc', 'x__'],
    ['a sequence cut off by another', '\xe6\xbc\xe6\xbc\xa2', '__漢'],
    ['a stray continuation', '\x80', '_'],
    ['five bytes', '\xf8\x88\x80\x80\x80', '_____'],
  ])('%s', (_what, part, name) => {
    expect(safeName(latin1(part), 'linux')).toEqual({ name, isChanged: true })
  })
})

test.each(['a', 'größe', '漢字', '😀', '\u00a0', '\ufeffx', '...', '.hidden', ' a ', 'a:b?', 'CON', '-rf', '\u200d'])(
  '%j stays as it is',
  (part) => expect(safeName(Buffer.from(part), 'linux')).toEqual({ name: part, isChanged: false }),
)

test.each([
  ['', '_'],
  ['AC/DC.mp3', 'ACDC.mp3'],
  ['a\\b', 'ab'],
  ['/etc/x', 'etcx'],
  ['a/../../b', 'a....b'],
  ['.', ''],
  ['..', ''],
  ['./.', ''],
  ['\0..', ''],
  ['/', ''],
  ['a\0b', 'ab'],
  ['a\tb\rc\nd', 'a_b_c_d'],
  ['\u001b[31m', '_[31m'],
  ['\u007f\u0080\u009f', '___'],
  ['gpj.\u202eexe', 'gpj.exe'],
  ['\u200e\u200f\u202a\u202b\u202c\u202d', ''],
])('%j becomes %j', (part, name) => {
  expect(safeName(Buffer.from(part), 'linux')).toEqual({ name, isChanged: true })
})

test('a mark that turns the direction of writing is left out, whichever Unicode knows', () => {
  const marks = Array.from({ length: 0x1_0000 }, (_, unit) => String.fromCharCode(unit)).filter((mark) =>
    /\p{Bidi_Control}/u.test(mark),
  )
  expect(marks.map((mark) => onLinux(`photo${mark}gpj.exe`))).toEqual(Array(12).fill('photogpj.exe'))
})

describe('a part of more than 255 bytes', () => {
  test('is cut to 240, and keeps an extension of up to 8 letters', () => {
    expect(onLinux('x'.repeat(255))).toBe('x'.repeat(255))
    expect(onLinux('x'.repeat(256))).toBe('x'.repeat(240))
    expect(onLinux(`${'x'.repeat(300)}.mp3`)).toBe(`${'x'.repeat(240)}.mp3`)
    expect(onLinux(`${'x'.repeat(300)}.tar.gz`)).toBe(`${'x'.repeat(240)}.gz`)
    expect(onLinux(`${'x'.repeat(300)}.12345678`)).toBe(`${'x'.repeat(240)}.12345678`)
    expect(onLinux(`${'x'.repeat(300)}.123456789`)).toBe('x'.repeat(240))
  })

  test('is cut at a character', () => {
    expect(onLinux(`${'x'.repeat(239)}${'漢'.repeat(20)}.txt`)).toBe(`${'x'.repeat(239)}漢.txt`)
    expect(onLinux('ü'.repeat(128))).toBe('ü'.repeat(120))
  })

  test('is measured when it is safe', () => {
    expect(onLinux(`${'/'.repeat(300)}x`)).toBe('x')
    expect(onLinux(latin1(`${'\xff'.repeat(300)}.mp3`))).toBe(`${'_'.repeat(240)}.mp3`)
  })
})

describe('on Windows', () => {
  test.each([
    ['con', '_con'],
    ['nul.txt', '_nul.txt'],
    ['aux .tar.gz', '_aux .tar.gz'],
    ['Lpt1', '_Lpt1'],
    ['com²', '_com²'],
    ['conout$', '_conout$'],
    ['C:foo', 'C_foo'],
    ['What? "a" <b>|*', 'What_ _a_ _b___'],
    ['ends in dots. .', 'ends in dots'],
    ['...', ''],
    ['con ', '_con'],
  ])('%j becomes %j', (part, name) => expect(onWindows(part)).toBe(name))

  test.each(['console', 'nullify.txt', 'a.con', 'com', 'com10', 'lpt', '.hidden', "it's 100% [ok]"])(
    '%j stays as it is',
    (part) => expect(onWindows(part)).toBe(part),
  )
})

test('whatever the part, its name leads nowhere and fits a disk', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ minLength: 200, maxLength: 400 }),
    fc.array(fc.constantFrom(...Buffer.from('./\\ :\0a\xc0\xe0')), { maxLength: 6 }).map((one) => Uint8Array.from(one)),
  )
  fc.assert(
    fc.property(bytes, fc.constantFrom('linux', 'darwin', 'win32'), (part, platform) => {
      const { name, isChanged } = safeName(part, platform)
      expect(name).not.toMatch(/^\.{1,2}$|[/\\\p{Cc}\ufffd]/u)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
      expect(isChanged).toBe(Buffer.compare(Buffer.from(name), part) !== 0)
      if (platform === 'win32') expect(name).not.toMatch(/[<>:"|?*]|[. ]$/)
      expect(safeName(Buffer.from(name || 'x'), platform).isChanged).toBe(false)
    }),
    { seed: 1, numRuns: runs(500, 2000) },
  )
})

test('a text of which it is known at a glance is the name that a second look makes', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 6 }), (text) => {
      if (/^[\x20-\x7e]*$/.test(text) && isSafeName(text, 'linux')) expect(onLinux(text)).toBe(text)
    }),
    { seed: 1, numRuns: runs(500, 2000) },
  )
})
