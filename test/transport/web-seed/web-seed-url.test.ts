import { expect, test } from 'vitest'
import { fileUrl, readWebSeedUrl, webSeedUrlMax } from '../../../transport/web-seed/web-seed-url.ts'

const hrefOf = (webSeed: string, names: readonly string[], isAlone = false) =>
  fileUrl(webSeed, { names, isAlone })?.href

test('a torrent of one file lies at the URL, or below it where that ends in a slash (BEP 19)', () => {
  expect(hrefOf('http://seed.example/a/file.iso', ['other'], true)).toBe('http://seed.example/a/file.iso')
  expect(hrefOf('http://seed.example/a/', ['file.iso'], true)).toBe('http://seed.example/a/file.iso')
  expect(hrefOf('http://seed.example', ['file.iso'], true)).toBe('http://seed.example/file.iso')
  expect(hrefOf('http://seed.example/get?id=7', ['file.iso'], true)).toBe('http://seed.example/get?id=7')
})

test('files of a torrent of several lie below the URL, each part of their names encoded', () => {
  expect(hrefOf('http://seed.example/a/', ['Name', 'b c', 'é?#%.txt'])).toBe(
    'http://seed.example/a/Name/b%20c/%C3%A9%3F%23%25.txt',
  )
  expect(hrefOf('http://seed.example/a', ['Name', 'b'])).toBe('http://seed.example/a/Name/b')
  expect(hrefOf('http://seed.example/a/?key=1', ['Name', 'b/c'])).toBe('http://seed.example/a/Name/b%2Fc?key=1')
  expect(hrefOf('http://seed.example/', ['Name', '\ud800'])).toBe('http://seed.example/Name/%EF%BF%BD')
})

test('a name that would lead elsewhere has no URL', () => {
  for (const name of ['.', '..', '']) expect(hrefOf('http://seed.example/', ['Name', name])).toBeUndefined()
})

test('a web seed has an http or https URL of bounded length, in one spelling', () => {
  expect(readWebSeedUrl(' HTTP://Seed.Example:80/a b#c ')).toBe('http://seed.example/a%20b')
  expect(readWebSeedUrl('https://me:secret@seed.example')).toBe('https://me:secret@seed.example/')
  for (const text of [
    'http://%ff@seed.example/',
    'ftp://seed.example/',
    'seed.example/a',
    'udp://seed.example:1/',
    '',
    'http://',
  ])
    expect(readWebSeedUrl(text)).toBeUndefined()
  expect(readWebSeedUrl(`http://seed.example/${'a'.repeat(webSeedUrlMax)}`)).toBeUndefined()
  expect(readWebSeedUrl(`http://seed.example/${'\u00e4'.repeat(webSeedUrlMax / 2)}`)).toBeUndefined()
})
