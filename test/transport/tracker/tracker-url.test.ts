import { expect, test } from 'vitest'
import { hostOf, portOf, readTrackerUrl, trackerUrlMax } from '../../../transport/tracker/tracker-url.ts'

test.each([
  ['http://tracker.example/announce', 'http://tracker.example/announce'],
  [' HTTPS://Tracker.Example:443/announce?passkey=a%20b#x ', 'https://tracker.example/announce?passkey=a%20b'],
  ['udp://tracker.example:1337/announce', 'udp://tracker.example:1337/announce'],
  ['udp://[2001:DB8::1]:1337', 'udp://[2001:db8::1]:1337'],
])('%s is asked as %s', (text, url) => {
  expect(readTrackerUrl(text)).toBe(url)
})

test.each([
  '',
  'tracker.example',
  'wss://tracker.example/',
  'file:///etc/passwd',
  'ftp://tracker.example/announce',
  'udp://tracker.example/announce',
  'udp://tracker.example:0/announce',
  'http://%ff@tracker.example/announce',
  'http://a:%80@tracker.example/announce',
  `http://tracker.example/${'a'.repeat(trackerUrlMax)}`,
  `http://tracker.example/${'\u00e4'.repeat(trackerUrlMax / 2)}`,
])('"%s" is no tracker that can be asked', (text) => {
  expect(readTrackerUrl(text)).toBeUndefined()
})

test('the host of an IPv6 URL stands without its brackets, and the usual port is that of the scheme', () => {
  expect(hostOf(new URL('http://[::1]:8080/announce'))).toBe('::1')
  expect(['http://a/', 'https://a/', 'https://a:8443/'].map((url) => portOf(new URL(url)))).toEqual([80, 443, 8443])
})
