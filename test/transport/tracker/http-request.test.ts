import { expect, test } from 'vitest'
import { announceUrl, withQuery } from '../../../transport/tracker/http-request.ts'
import { aRequest } from './a-request.ts'

const tracker = 'http://tracker.example/announce'
const parameters = (url: string) => url.slice(url.indexOf('?') + 1).split('&')

test('an announce bears the bytes of info hash and peer id, percent-encoded but for unreserved characters', () => {
  expect(parameters(announceUrl(tracker, aRequest()))).toEqual([
    'info_hash=%00%20%25%26%2B-.%2F0A_a~%7F%80%FF%01%02%03%04',
    'peer_id=-PC0100-abcdefghijkl',
    'port=6881',
    'uploaded=1',
    'downloaded=2',
    'left=3',
    'key=0000BEEF',
    'numwant=200',
    'compact=1',
  ])
})

test('a URL keeps these bytes as they are', () => {
  const url = announceUrl(tracker, aRequest())
  expect(new URL(url).href).toBe(url)
})

test('event, tracker id and encryption are said where there is something to say', () => {
  const said = { event: 'started', trackerId: Uint8Array.of(0xff), encryption: 'required' } as const
  expect(parameters(announceUrl(tracker, aRequest(said)))).toEqual(
    expect.arrayContaining(['event=started', 'trackerid=%FF', 'supportcrypto=1', 'requirecrypto=1']),
  )
  expect(announceUrl(tracker, aRequest({ encryption: 'preferred' }))).not.toContain('requirecrypto')
})

test('the query of the tracker stays in front', () => {
  expect(announceUrl(`${tracker}?passkey=a%26b`, aRequest())).toContain('announce?passkey=a%26b&info_hash=%00')
  expect(withQuery(`${tracker}?`, ['a=1'])).toBe(`${tracker}?a=1`)
  expect(withQuery(`${tracker}?b=2&`, ['a=1'])).toBe(`${tracker}?b=2&a=1`)
})
