import type { IncomingMessage } from 'node:http'
import { grantedPath } from '../../inspector/server/access.ts'
import { grantWish } from '../../inspector/server/wishes.ts'
import { portionsOf } from '../engine/portions.ts'
import { must, type Target } from '../engine/target.ts'

const token = 'aaaabbbbccccdddd'
const port = 8_080

/**
 * Requests that reach the inspector: four lines are URL, Host, Origin and Sec-Fetch-Site, the rest is the body. Without the token, from another
 * site or under another name nothing is granted; and an event is sent to an actor alone if the program allows its type.
 */
export const target: Target = {
  covers: ['inspector/server/access.ts', 'inspector/server/wishes.ts'],
  bytesMax: 20_000,
  words: [
    token,
    '/',
    '?',
    '127.0.0.1:8080',
    'localhost:8080',
    'http://',
    'same-origin',
    'none',
    '\n',
    '{',
    '}',
    '"to":',
    '"event":',
    '"type":',
    '"allowed"',
    '1',
    'null',
    '"__proto__":',
  ],
  seeds: () => ({
    feed: `/${token}/feed\n127.0.0.1:8080\n\nsame-origin\n`,
    wish: `/${token}/send\nlocalhost:8080\nhttp://localhost:8080\nsame-origin\n{"to":1,"event":{"type":"allowed","index":3}}`,
    'not allowed': `/${token}/send\nlocalhost:8080\n\n\n{"to":2,"event":{"type":"other"}}`,
    rebound: `/${token}/feed\nevil.example:8080\n\n\n`,
  }),
  async run(input) {
    const [url = '', host = '', origin = '', site = '', ...rest] = Buffer.from(input).toString('latin1').split('\n')
    const headers = { host, ...(origin && { origin }), ...(site && { 'sec-fetch-site': site }) }
    const path = grantedPath({ url, headers } as IncomingMessage, port, token)
    if (path !== undefined) {
      must(url.startsWith(`/${token}/`), 'it has the token')
      must(host === '127.0.0.1:8080' || host === 'localhost:8080', 'it asks by our name')
      must(origin === '' || origin === `http://${host}`, 'it comes from our page')
      must(['', 'none', 'same-origin'].includes(site), 'it comes from no other site')
    }
    const sent: { readonly type: string }[] = []
    const actor = { send: (event: { readonly type: string }) => sent.push(event) } as never
    const body = Buffer.from(rest.join('\n'), 'latin1')
    const request = Object.assign(
      (async function* () {
        yield* portionsOf(body).map((one) => Buffer.from(one))
      })(),
      { headers },
    )
    const status = await grantWish(request as never, ['allowed'], (id) => (id === 1 ? actor : undefined))
    must(
      sent.every(({ type }) => type === 'allowed') && sent.length === Number(status === 204),
      'what is sent is allowed',
    )
    must(body.length <= 16 * 1024 || status === 413, 'a wish is bounded')
    return `${path === undefined ? 'not granted' : 'granted'} ${status}`
  },
}
