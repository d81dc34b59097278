import type { AnnounceRequest } from './announce.ts'

/**
 * The URL that announces over HTTP (BEP 3): the tracker's own, with its query kept as it stands, and the parameters behind it. The compact
 * form of peers is asked for (BEP 23).
 */
export function announceUrl(tracker: string, request: AnnounceRequest): string {
  const { encryption, event, trackerId } = request
  const parameters = [
    `info_hash=${percentEncoded(request.infoHash)}`,
    `peer_id=${percentEncoded(request.peerId)}`,
    `port=${request.port}`,
    `uploaded=${request.uploaded}`,
    `downloaded=${request.downloaded}`,
    `left=${request.left}`,
    `key=${request.key.toString(16).toUpperCase().padStart(8, '0')}`,
    ...(event === undefined ? [] : [`event=${event}`]),
    `numwant=${request.numWant}`,
    'compact=1',
    ...(encryption === 'none' ? [] : ['supportcrypto=1']),
    ...(encryption === 'required' ? ['requirecrypto=1'] : []),
    ...(trackerId === undefined ? [] : [`trackerid=${percentEncoded(trackerId)}`]),
  ]
  return withQuery(tracker, parameters)
}

/** A URL with more parameters behind those that it has. */
export function withQuery(address: string, parameters: readonly string[]): string {
  const joint = address.includes('?') ? (/[?&]$/.test(address) ? '' : '&') : '?'
  return `${address}${joint}${parameters.join('&')}`
}

/** Bytes as they stand in a URL: unreserved characters as they are (RFC 3986), all else as `%` and two hex digits. */
export function percentEncoded(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte)
    return /[0-9A-Za-z._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}
