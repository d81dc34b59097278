import { parseAddress } from '../transport/address.ts'
import type { Address } from '../transport/transport.ts'
import { MetainfoError, quote } from './metainfo-error.ts'

/** What a magnet link says (BEP 9): which torrent, and where to begin to look for it. Trackers are not read. */
export interface Magnet {
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** What to call it until the metadata has come; nobody vouches for it. */
  readonly name?: string
  /** In bytes, as the link claims. */
  readonly length?: number
  /** Peers to dial (`x.pe`), each once, at most 100. */
  readonly peers: readonly Address[]
}

/** Longer links are refused, in characters; with dozens of trackers they have some 5,000. */
const charactersMax = 64 * 1024

/** More addresses than a torrent dials at once help nobody. */
const peersMax = 100

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * Reads a magnet link of a version 1 or hybrid torrent (BEP 9), its info hash in 40 hex digits or 32 of base32. An address, a name
 * or a length that can not be understood is left out: the link is good without.
 *
 * @throws MetainfoError, one line long, on anything that names no such torrent.
 */
export function parseMagnet(uri: string): Magnet {
  if (!/^magnet:\?/i.test(uri)) throw new MetainfoError('a magnet link starts with magnet:?')
  if (uri.length > charactersMax) throw new MetainfoError(`it is longer than ${charactersMax} characters`)
  const fields = new URLSearchParams(uri.slice('magnet:?'.length))
  const name = fields.get('dn') ?? ''
  const length = Number(fields.get('xl') ?? Number.NaN)
  const peers = fields.getAll('x.pe').slice(0, peersMax).flatMap(readPeer)
  return {
    infoHash: readInfoHash(topicsOf(fields)),
    ...(name !== '' && { name }),
    ...(Number.isSafeInteger(length) && length > 0 && { length }),
    peers: peers.filter(({ host, port }, i) => peers.findIndex((one) => one.host === host && one.port === port) === i),
  }
}

/** The exact topics; `xt.1`, `xt.2` and so on number several. */
function topicsOf(fields: URLSearchParams): string[] {
  return [...fields].flatMap(([key, value]) => (/^xt(\.\d+)?$/i.test(key) ? [value] : []))
}

function readInfoHash(topics: readonly string[]): Uint8Array {
  const text = topics.map((topic) => /^urn:btih:(.*)$/is.exec(topic)?.[1]).find((hash) => hash !== undefined)
  if (text === undefined) {
    if (topics.some((topic) => /^urn:btmh:/i.test(topic))) {
      throw new MetainfoError('it names a version 2 torrent (BEP 52) alone, which is not supported yet')
    }
    throw new MetainfoError('it names no torrent: there is no xt=urn:btih: in it')
  }
  if (/^[0-9a-f]{40}$/i.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'))
  if (/^[a-z2-7]{32}$/i.test(text)) return readBase32(text.toUpperCase())
  throw new MetainfoError(`its info hash ${quote(text)} is neither 40 hex digits nor 32 of base32`)
}

/** RFC 4648; 32 digits of 5 bits are 20 bytes. */
function readBase32(digits: string): Uint8Array {
  const bits = [...digits].map((digit) => base32.indexOf(digit).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from({ length: 20 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2))
}

function readPeer(text: string): Address[] {
  try {
    return [parseAddress(text)]
  } catch {
    return []
  }
}
