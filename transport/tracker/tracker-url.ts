import { hasReadableCredentials } from '../url-credentials.ts'

/** The longest address of a tracker that is asked, in characters. Our own number: the longest in use have a passkey of some 100. */
export const trackerUrlMax = 2_048

const schemes: readonly string[] = ['http:', 'https:', 'udp:']

/**
 * The address of a tracker in its one spelling; undefined for what is none that can be asked: over HTTP, HTTPS or UDP, with a port where
 * there is no usual one. WebTorrent's (`wss:`) are for browsers.
 */
export function readTrackerUrl(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed.length > trackerUrlMax || !URL.canParse(trimmed)) return undefined
  const url = new URL(trimmed)
  if (!schemes.includes(url.protocol) || url.hostname === '' || !hasReadableCredentials(url)) return undefined
  if (url.protocol === 'udp:' && (url.port === '' || url.port === '0')) return undefined
  url.hash = ''
  // What is no ASCII is longer by then.
  return url.href.length > trackerUrlMax ? undefined : url.href
}

/** The host of a URL as a resolver takes it: an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** Its port, or the usual one. */
export const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
