import { expect, test } from 'vitest'
import { webSeedsOf } from '../../actors/web-seeds.ts'

test('the web seeds of a torrent are those that its owner adds, before those that it names and that can be asked', () => {
  const named = ['http://seed.example/a', 'ftp://seed.example/a', 'nothing']
  expect(webSeedsOf(named)).toEqual(['http://seed.example/a'])
  expect(webSeedsOf(named, ['HTTPS://other.example'])).toEqual(['https://other.example/', 'http://seed.example/a'])
  expect(webSeedsOf(named, false)).toEqual([])
})

test('an owner who adds what can be no web seed is told so', () => {
  expect(() => webSeedsOf([], ['ftp://seed.example/'])).toThrow(
    new RangeError("'ftp://seed.example/' is no web seed: it has an http or https URL"),
  )
})
