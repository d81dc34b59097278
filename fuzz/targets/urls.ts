import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { redirectTo } from '../../transport/redirect.ts'
import { withQuery } from '../../transport/tracker/http-request.ts'
import { hostOf, portOf, readTrackerUrl, trackerUrlMax } from '../../transport/tracker/tracker-url.ts'
import { fileUrl, readWebSeedUrl, webSeedUrlMax } from '../../transport/web-seed/web-seed-url.ts'
import { must, type Target } from '../engine/target.ts'

/**
 * Addresses of trackers and web seeds, which a torrent names, and where redirects lead: each that is taken has one spelling, and can be asked
 * for by Node's HTTP without an error. A first line is the address, a second what it redirects to, or a file.
 */
export const target: Target = {
  covers: [
    'transport/redirect.ts',
    'transport/url-credentials.ts',
    'transport/tracker/tracker-url.ts',
    'transport/web-seed/web-seed-url.ts',
  ],
  bytesMax: 2_100,
  words: [
    'http://',
    'https://',
    'udp://',
    'wss://',
    '\n',
    '/',
    '..',
    '%2e',
    '%ff',
    '@',
    ':80',
    ':0',
    '[::1]',
    '?',
    '#',
    '\\',
    'xn--',
    '\u00e4',
    '%00',
  ],
  seeds: () => ({
    tracker: 'http://tracker.example:6969/announce?key=1\n/elsewhere/announce',
    udp: 'udp://tracker.example:6969/announce\nhttp://other.example/',
    seed: 'https://user:name@seed.example/files/\nhttps://[2001:db8::1]/a/b',
  }),
  run(input) {
    const [text = '', second = ''] = Buffer.from(input).toString().split('\n')
    const tracker = readTrackerUrl(text)
    if (tracker !== undefined) {
      must(tracker.length <= trackerUrlMax && readTrackerUrl(tracker) === tracker, 'a tracker has one spelling')
      const port = portOf(new URL(tracker))
      must(hostOf(new URL(tracker)) !== '' && port >= 0 && port <= 65_535, 'it has a host and a port')
      if (!tracker.startsWith('udp:')) mustBeAsked(new URL(withQuery(tracker, ['a=b'])))
    }
    const seed = readWebSeedUrl(text)
    if (seed === undefined) return tracker === undefined ? 'none' : 'tracker'
    must(seed.length <= webSeedUrlMax && readWebSeedUrl(seed) === seed, 'a web seed has one spelling')
    const file = fileUrl(seed, { names: second.split('/'), isAlone: second.length % 2 === 0 })
    if (file) {
      must(file.origin === new URL(seed).origin, 'a file lies where its web seed does')
      mustBeAsked(file)
    }
    const next = redirectTo(second, new URL(seed), 0)
    if (typeof next === 'string') return next.slice(0, 10)
    mustBeAsked(next)
    return 'redirect'
  },
}

/** Node throws over what it cannot ask for; nothing is sent. */
function mustBeAsked(url: URL): void {
  const request = url.protocol === 'https:' ? overHttps : overHttp
  const asked = request(url, { agent: false, createConnection: () => undefined as never })
  asked.on('error', () => {})
  asked.destroy()
}
