import { expect, test } from 'vitest'
import { hanging } from '../../../cli/output/wrapping.ts'

test('a line that fits stays as it is, with all its spaces', () => {
  expect(hanging('  1    it failed', 16, 4)).toBe('  1    it failed')
})

test('a longer one is broken between words, and its further lines are indented', () => {
  expect(hanging('  1    it failed, and says why', 17, 7)).toBe('  1    it failed,\n       and says\n       why')
})

test('a word that is longer than a line stays whole, on a line of its own', () => {
  expect(hanging('done, in /a/long/path now', 10, 2)).toBe('done, in\n  /a/long/path\n  now')
  expect(hanging('  /a/long/path', 4, 2)).toBe('  /a/long/path')
})

test('letters that take two columns count as two', () => {
  expect(hanging('映画 映画', 8, 2)).toBe('映画\n  映画')
})

test('each line but the last ends with the mark', () => {
  expect(hanging('seed a.torrent --data b', 18, 2, ' \\')).toBe('seed a.torrent \\\n  --data b')
})
