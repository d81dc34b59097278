import { addressKey, parseAddress } from '../transport/address.ts'
import { requireText } from '../transport/require.ts'
import type { Address } from '../transport/transport.ts'
import { MetainfoError, quote } from './metainfo-error.ts'

/** What a magnet link says (BEP 9): which torrent, and where to begin to look for it. */
export interface Magnet {
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** What to call it until the metadata has come; nobody vouches for it. */
  readonly name?: string
  /** In bytes, as the link claims. */
  readonly length?: number
  /** Which of its files it is about, as it stands there (BEP 53, `so`). `createTorrent` goes by it where nothing was saved. */
  readonly selectOnly?: string
  /** Peers to dial (`x.pe`), each once, at most 100. */
  readonly peers: readonly Address[]
  /** Trackers to ask (`tr`), each once, at most 100, as they stand there; absent where there are none. */
  readonly trackers?: readonly string[]
  /** Where the data may be had by HTTP (`ws`, BEP 19), at most 100, as they stand there; absent where there are none. */
  readonly webSeeds?: readonly string[]
  /** What stands for a peer there and is no address: without a port, with one that is none, IPv6 without brackets. At most 100. */
  readonly invalidPeers?: readonly string[]
}

/** Longer links are refused, in characters; with dozens of trackers they have some 5,000. */
const charactersMax = 64 * 1024

/** More addresses than a torrent dials at once help nobody. */
const peersMax = 100

/** As many as a torrent asks. */
const trackersMax = 100

/** Our own number. */
const webSeedsMax = 100

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * Whether somebody means a magnet link, in order or not, or names a torrent by its info hash alone; not a file, or an address of one.
 * Looks at the first 65,536 characters alone.
 */
export function isMagnet(text: string): boolean {
  requireText('a magnet link', text)
  const link = unwrapped(text.slice(0, charactersMax))
  return scheme.test(link) || bareHash.test(link) || bareHash2.test(link)
}

/**
 * Reads a magnet link of a version 1 or hybrid torrent (BEP 9), or its info hash alone, in 40 hex digits or 32 of base32, as people
 * paste them: white space, quotes or `<>` around it, broken into lines, its `&` written as `&amp;`, in any case, a `/` too many, with
 * the punctuation or the fragment behind it, without `magnet:?` before `xt=`. An
 * address, a name or a length that cannot be understood is left out: the link is good without.
 *
 * @throws MetainfoError, one line long, on anything that names no such torrent, and a TypeError for what is no text.
 */
export function parseMagnet(text: string): Magnet {
  requireText('a magnet link', text)
  if (text.length > charactersMax) throw new MetainfoError(`it is longer than ${charactersMax} characters`)
  const link = unwrapped(text)
  const [, bare] = bareHash.exec(link) ?? []
  if (bare !== undefined) return { infoHash: readInfoHash(bare), peers: [] }
  if (link === '') throw new MetainfoError('it is empty')
  if (bareHash2.test(link)) throw new MetainfoError(`it is the info hash of a ${version2}`)
  if (!start.test(link)) throw new MetainfoError('a magnet link starts with magnet:?')
  const fields = [...new URLSearchParams(link.replace(start, ''))].map(
    ([key, value]) => [key.toLowerCase(), value] as const,
  )
  const all = (wanted: RegExp) => fields.flatMap(([key, value]) => (wanted.test(key) ? [value.trim()] : []))
  const [name = ''] = all(/^dn$/)
  const length = Number(all(/^xl$/)[0] ?? Number.NaN)
  const [selectOnly = ''] = all(/^so$/)
  const trackers = [...new Set(all(/^tr(\.\d+)?$/).filter((url) => url !== ''))].slice(0, trackersMax)
  const webSeeds = [...new Set(all(/^ws$/).filter((url) => url !== ''))].slice(0, webSeedsMax)
  const { peers, invalidPeers } = readPeers(all(/^x\.pe(\.\d+)?$/).map(withoutTail))
  return {
    // `xt.1`, `xt.2` and so on number several.
    infoHash: infoHashOf(all(/^xt(\.\d+)?$/).map(withoutTail)),
    ...(name !== '' && { name }),
    ...(Number.isSafeInteger(length) && length > 0 && { length }),
    ...(selectOnly !== '' && { selectOnly }),
    peers,
    ...(trackers.length > 0 && { trackers }),
    ...(webSeeds.length > 0 && { webSeeds }),
    ...(invalidPeers.length > 0 && { invalidPeers }),
  }
}

const scheme = /^magnet:|^\??xt(?:\.\d+)?=urn(?::|%3a)/i
/** Some write it as if an authority, or a path, came before the query, leave out the `?`, or copy what stands behind it alone. */
const start = /^magnet:\/*(?:\?|(?=[a-z.\d]+=))|^\??(?=xt(?:\.\d+)?=)/i
const inOrder = /^(?:[0-9a-f]{40}|[a-z2-7]{32})$/i
const bareHash = /^(?:urn:)?(?:btih:)?([0-9a-f]{40}|[a-z2-7]{32})[/.,;!?)\]}]*(?:#.*)?$/i
/** Of version 2 (BEP 52): a SHA-256, by itself or as a multihash. */
const bareHash2 = /^(?:urn:)?(?:btmh:)?(?:1220)?[0-9a-f]{64}[/.,;!?)\]}]*(?:#.*)?$/i
const version2 = 'version 2 torrent (BEP 52), which is not supported yet'

/** What stands around a link in a mail, a page or a shell, and no link begins or ends with: spaces of no width among it. */
const wrapping = /[\s\u200b-\u200d\u2060"'`<>]/

/** A link as it was before it was quoted, broken into lines, put into a page (`&amp;`) or into another link (`magnet%3A`). */
function unwrapped(text: string): string {
  const lines = withoutWrapping(text).split(/[\r\n]+/)
  const link = lines.map((line) => line.trim()).join('')
  const plain = /^magnet%3a/i.test(link) ? decoded(link) : link
  return plain.replace(/&(?:amp;|#0*38;|#x0*26;)+/gi, '&')
}

/** By index: an expression that ends in `+$` is tried anew at each character of a run amid the text. */
function withoutWrapping(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && wrapping.test(text[from] ?? '')) from++
  while (to > from && wrapping.test(text[to - 1] ?? '')) to--
  return text.slice(from, to)
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link)
  } catch {
    return link
  }
}

/** What stands behind a hash or an address, of the text around a link, or as its fragment: neither ends so. */
function withoutTail(value: string): string {
  const [whole = ''] = value.split('#', 1)
  let to = whole.length
  while (/[/.,;!?)\]}\s]/.test(whole[to - 1] ?? '')) to--
  return whole.slice(0, to)
}

/** The first of several that is in order; those of other kinds, such as of version 2, are passed over. */
function infoHashOf(topics: readonly string[]): Uint8Array {
  const hashes = topics.flatMap((topic) => /^urn:btih:(.*)$/is.exec(topic)?.[1] ?? [])
  const [first] = hashes
  if (first !== undefined) return readInfoHash(hashes.find((hash) => inOrder.test(hash)) ?? first)
  if (topics.some((topic) => /^urn:btmh:/i.test(topic))) {
    throw new MetainfoError(`it names only a ${version2}`)
  }
  throw new MetainfoError('it names no torrent: there is no xt=urn:btih: in it')
}

function readInfoHash(text: string): Uint8Array {
  if (/^[0-9a-f]{40}$/i.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'))
  if (/^[a-z2-7]{32}$/i.test(text)) return readBase32(text.toUpperCase())
  throw new MetainfoError(`its info hash ${quote(text)} is neither 40 hex digits nor 32 of base32`)
}

/** RFC 4648; 32 digits of 5 bits are 20 bytes. */
function readBase32(digits: string): Uint8Array {
  const bits = [...digits].map((digit) => base32.indexOf(digit).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from({ length: 20 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2))
}

function readPeers(texts: readonly string[]): { readonly peers: Address[]; readonly invalidPeers: string[] } {
  const peers = new Map<string, Address>()
  const invalidPeers: string[] = []
  for (const text of texts) {
    if (peers.size >= peersMax) break
    try {
      const address = parseAddress(text)
      peers.set(addressKey(address), address)
    } catch {
      if (invalidPeers.length < peersMax) invalidPeers.push(text.slice(0, 100))
    }
  }
  return { peers: [...peers.values()], invalidPeers }
}
