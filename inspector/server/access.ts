import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Whether a request may be answered, and for what: the path behind the token; undefined: it may not.
 *
 * A page of another site can make a browser send requests to loopback: its `Origin` gives it away, or, when its name was made to lead to
 * 127.0.0.1 (DNS rebinding), the `Host`. Neither knows the token, which is part of the address alone.
 */
export function grantedPath(request: IncomingMessage, port: number, token: string): string | undefined {
  const { host, origin } = request.headers
  const site = request.headers['sec-fetch-site']
  if (!isOurs(host, port)) return undefined
  if (origin !== undefined && origin !== `http://${host}`) return undefined
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return undefined
  const [path = ''] = (request.url ?? '').split('?')
  const [before, given = '', ...rest] = path.split('/')
  return before === '' && isToken(given, token) && rest.length > 0 ? rest.join('/') : undefined
}

const names = ['127.0.0.1', 'localhost']
/** Browsers leave it out. */
const httpPort = 80

const isOurs = (host: string | undefined, port: number): boolean =>
  names.some((name) => host === `${name}:${port}` || (port === httpPort && host === name))

function isToken(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}
