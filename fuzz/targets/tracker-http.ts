import { isDialable } from '../../transport/address.ts'
import { messageMax, peersMax } from '../../transport/tracker/announce.ts'
import { announceTo } from '../../transport/tracker/announce-to.ts'
import type { HttpAnswer } from '../../transport/tracker/http.ts'
import { readAnnounceAnswer } from '../../transport/tracker/http-answer.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'
import { aRequest, networkOf } from '../engine/asking.ts'
import { must, type Target } from '../engine/target.ts'

/**
 * What a tracker answers over HTTP: the answer, or why there is none, within bounds. With a first byte of `>` the rest is where it redirects
 * to, which is followed until it ends.
 */
export const target: Target = {
  covers: [
    'transport/tracker/http-answer.ts',
    'transport/tracker/http-announce.ts',
    'transport/tracker/announce-to.ts',
    'transport/redirect.ts',
  ],
  bytesMax: 16_384,
  words: [
    '5:peers',
    '6:peers6',
    '8:interval',
    '12:min interval',
    '8:complete',
    '10:incomplete',
    '10:downloaded',
    '11:external ip',
    '10:tracker id',
    '15:warning message',
    '14:failure reason',
    '8:retry in',
    '5:never',
    '2:ip',
    '4:port',
    'd',
    'e',
    'l',
    '>',
    '6:\xc0\x00\x02\x01\x1a\xe1',
    'http://',
    '/announce',
    'https://',
    '127.0.0.1',
    '10.0.0.1',
  ],
  seeds: () => ({
    compact: encodeBencode({
      complete: 3,
      downloaded: 9,
      'external ip': Uint8Array.of(192, 0, 2, 9),
      incomplete: 4,
      interval: 1800,
      'min interval': 60,
      peers: Uint8Array.of(192, 0, 2, 1, 0x1a, 0xe1, 127, 0, 0, 1, 0, 1),
      peers6: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x1a, 0xe1),
      'tracker id': 'again',
      'warning message': 'soon over',
    }),
    dictionaries: encodeBencode({
      interval: 60,
      peers: [
        { ip: '192.0.2.1', port: 6881 },
        { ip: '2001:db8::1', port: 1 },
        { ip: 'name.example', port: 2 },
      ],
    }),
    refused: encodeBencode({ 'failure reason': 'not registered', 'retry in': '5' }),
    redirect: '>/elsewhere/announce',
    abroad: '>http://198.51.100.2/announce',
  }),
  run(input) {
    const outcome = readAnnounceAnswer(input)
    if ('answer' in outcome) {
      const { interval = 0, minInterval = 0, peers, seeders = 0, trackerId = input, warning = '' } = outcome.answer
      must(peers.length <= peersMax && peers.every(isDialable), 'its peers are bounded, and can be dialled')
      must(
        [interval, minInterval, seeders].every((one) => Number.isSafeInteger(one) && one >= 0),
        'its numbers are counts',
      )
      must(warning.length <= messageMax && !/\p{Cc}/u.test(warning), 'what it says is one short line')
      must(trackerId === input || trackerId.length <= 256, 'what is said again is short')
    } else
      must(
        outcome.failure.message.length <= messageMax && !/\p{Cc}/u.test(outcome.failure.message),
        'why not is one short line',
      )
    return asked(input)
  },
}

function asked(input: Uint8Array): string {
  const location = input[0] === 0x3e ? Buffer.from(input.subarray(1)).toString() : undefined
  const answer: HttpAnswer =
    location === undefined ? { status: 200, body: input } : { status: 302, location, body: new Uint8Array() }
  const outcomes: string[] = []
  let count = 0
  announceTo(
    'http://192.0.2.200/announce',
    aRequest,
    networkOf({
      http: (_, done) => {
        must(++count <= 10, 'redirects end')
        done({ answer })
        return () => {}
      },
    }),
    {
      found: () => {},
      done: (outcome) => outcomes.push('answer' in outcome ? 'answer' : outcome.failure.fault),
    },
  )
  must(outcomes.length === 1, 'it ends once')
  return outcomes[0] ?? ''
}
