import { expect, test } from 'vitest'
import { quote } from '../../storage/metainfo-error.ts'

test('foreign text is quoted on one line, and cut at 80 characters', () => {
  expect(quote('a"b\n\u001b[31m')).toBe('"a\\"b\\n\\u001b[31m"')
  expect(quote('\u007f\u009b\u2028ü')).toBe('"\\u007f\\u009b\\u2028ü"')
  expect(quote('photo\u2067gpj.exe\u061c')).toBe('"photo\\u2067gpj.exe\\u061c"')
  expect(quote('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`)
  expect(quote('x'.repeat(81))).toBe(`"${'x'.repeat(79)}…"`)
})
