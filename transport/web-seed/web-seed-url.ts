import { percentEncoded } from '../tracker/http-request.ts'
import { hasReadableCredentials } from '../url-credentials.ts'

/** The longest address of a web seed that is used, in characters. Our own number, as for trackers. */
export const webSeedUrlMax = 2_048

/** The address of a web seed (BEP 19) in its one spelling; undefined for what is none: over HTTP or HTTPS. */
export function readWebSeedUrl(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed.length > webSeedUrlMax || !URL.canParse(trimmed)) return undefined
  const url = new URL(trimmed)
  if (!/^https?:$/.test(url.protocol) || url.hostname === '' || !hasReadableCredentials(url)) return undefined
  url.hash = ''
  // What is no ASCII is longer by then.
  return url.href.length > webSeedUrlMax ? undefined : url.href
}

/** What a file is called in its torrent, the torrent's own name first, and whether that is all: of a torrent of one file. */
interface NamedFile {
  readonly names: readonly string[]
  readonly isAlone: boolean
}

/**
 * Where a web seed has a file (BEP 19). A torrent of one file lies at the URL itself, or below it where it ends in a slash; one of several
 * below it. Its query stays as it is. Undefined for a file that no URL can name: `..` would lead elsewhere.
 */
export function fileUrl(webSeed: string, { names, isAlone }: NamedFile): URL | undefined {
  const url = new URL(webSeed)
  if (isAlone && !url.pathname.endsWith('/')) return url
  if (names.some((name) => name === '' || name === '.' || name === '..')) return undefined
  const parts = names.map((name) => percentEncoded(new TextEncoder().encode(name)))
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${parts.join('/')}`
  return url
}
