import { hasReadableCredentials } from './url-credentials.ts'

/** Redirects that are followed, one after another. Our own number. */
export const redirectsMax = 5

/** Whether an answer with this status leads elsewhere, where it says whereto. */
export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/**
 * Where a redirect leads, or, in words, why it is not followed: it is one too many, leads to another scheme than HTTP and HTTPS, or from
 * HTTPS to HTTP. Whether the host may be asked is to be looked at besides.
 *
 * @param redirects how many were followed before.
 */
export function redirectTo(location: string, from: URL, redirects: number): URL | string {
  if (redirects >= redirectsMax) return `it sends us on more than ${redirectsMax} times`
  if (!URL.canParse(location, from.href)) return 'it sends us to what is no address'
  const next = new URL(location, from)
  if (!hasReadableCredentials(next)) return 'it sends us to what is no address'
  if (!/^https?:$/.test(next.protocol)) return `it sends us to ${next.protocol.slice(0, 30)}, which is not HTTP`
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    return 'it sends us from HTTPS to HTTP, where others may listen'
  }
  return next
}
