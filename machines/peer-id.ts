import { requireBytes } from '../transport/require.ts'

/** BEP 3. */
export const peerIdBytes = 20
const ownPrefix = '-PC0100-'
/** As many as the styles below read. */
const prefixBytes = 12

type VersionStyle = (digits: string) => string

/** `4650` is 4.6.5 and `46A0` is 4.6.10; a fourth character that is no digit is a build tag. */
const dotted: VersionStyle = (digits) => {
  const parts = [...digits.slice(0, 3)].map((digit) => Number.parseInt(digit, 36))
  const fourth = digits.slice(3)
  return [...parts, ...(/^[1-9]$/.test(fourth) ? [fourth] : [])].join('.')
}

/** `0201` is 2.1: two digits each, as WebTorrent writes it. */
const paired: VersionStyle = (digits) =>
  [digits.slice(0, 2), digits.slice(2)].map((pair) => Number(pair) || 0).join('.')

/** `2940` is 2.94; from version 4 on `4060` is 4.0.6. */
const transmission: VersionStyle = (digits) =>
  digits < '4' ? `${Number(digits.slice(0, 1)) || 0}.${digits.slice(1, 3)}` : dotted(digits)

const clients: ReadonlyMap<string, readonly [name: string, style: VersionStyle]> = new Map([
  ['7T', ['aTorrent', dotted]],
  ['AZ', ['Vuze', dotted]],
  ['BC', ['BitComet', dotted]],
  ['BI', ['BiglyBT', dotted]],
  ['BT', ['BitTorrent', dotted]],
  ['DE', ['Deluge', dotted]],
  ['FD', ['Free Download Manager', dotted]],
  ['FL', ['Flud', dotted]],
  ['GT', ['anacrolix/torrent', dotted]],
  ['KT', ['KTorrent', dotted]],
  ['LT', ['libtorrent', dotted]],
  ['PC', ['peerchart', dotted]],
  ['PI', ['PicoTorrent', dotted]],
  ['RN', ['Rain', dotted]],
  ['TL', ['Tribler', dotted]],
  ['TR', ['Transmission', transmission]],
  ['UE', ['\u00b5Torrent Embedded', dotted]],
  ['UM', ['\u00b5Torrent Mac', dotted]],
  ['UT', ['\u00b5Torrent', dotted]],
  ['UW', ['\u00b5Torrent Web', dotted]],
  ['WD', ['WebTorrent Desktop', paired]],
  ['WW', ['WebTorrent', paired]],
  ['XL', ['Xunlei', dotted]],
  ['lt', ['rTorrent', dotted]],
  ['qB', ['qBittorrent', dotted]],
  ['rQ', ['rqbit', dotted]],
] as const)

/** `03I` is 0.3.18: a digit of base 64 each, dashes at the end are none (BEP 20, Shadow). */
const shadow: VersionStyle = (digits) =>
  [...digits]
    .map((digit) => '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-'.indexOf(digit))
    .join('.')

/** `7-10-2` is 7.10.2 (BEP 20, Mainline), `1-36-0` is 1.36.0. */
const dashed: VersionStyle = (digits) => digits.replaceAll('-', '.')

/** Two bytes: `\u0000` and `\u0046` are 0.70. */
const binary: VersionStyle = (digits) => `${digits.charCodeAt(0)}.${String(digits.charCodeAt(1)).padStart(2, '0')}`

/** As it stands. */
const plain: VersionStyle = (digits) => digits

/** Other styles than that of Azureus: how the peer id begins, its version in the first group, and whose it is. */
const others: readonly (readonly [pattern: RegExp, name: string, style: VersionStyle])[] = [
  [/^-WS()/, 'web seed', plain],
  [/^A2-(\d{1,2}-\d{1,2}-\d{1,2})-/, 'aria2', dashed],
  [/^A2-(\d{1,2}-\d{1,2})-\0/, 'aria2', dashed],
  [/^exbc([^!-\xff][^d-\xff])LORD/, 'BitLord', binary],
  [/^(?:exbc|FUTB)([^!-\xff][^d-\xff])/, 'BitComet', binary],
  [/^Mbrst(\d-\d-\d)/, 'Burst', dashed],
  [/^346-()/, 'TorrentTopia', plain],
  [/^M(\d{1,2}-\d{1,2}-\d{1,2})-/, 'Mainline', dashed],
  [/^Q(\d{1,2}-\d{1,2}-\d{1,2})-/, 'Queen Bee', dashed],
  [/^OP(\d{4})/, 'Opera', plain],
  [/^TIX(\d{4})/, 'Tixati', paired],
  [/^-ML(\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)-/, 'MLDonkey', plain],
  [/^XBT(\d{3})[d-]-/, 'XBT', dotted],
  [/^btpd\/(\d{1,2}\.\d{1,2})/, 'btpd', plain],
  [/^A([0-9A-Za-z]{3})-{2}/, 'ABC', shadow],
  [/^O([0-9A-Za-z]{3})-{2}/, 'Osprey Permaseed', shadow],
  [/^R([0-9A-Za-z]{2,3})-{2}/, 'Tribler', shadow],
  [/^S([0-9A-Za-z]{3})-{2}/, 'Shadow', shadow],
  [/^T([0-9A-Za-z]{3})-{2}/, 'BitTornado', shadow],
  [/^U([0-9A-Za-z]{3})-{2}/, 'UPnP NAT BitTorrent', shadow],
]

/**
 * The client that chose a peer id, with its version: `qBittorrent 4.6.5`. Reads the styles of Azureus (`-qB4650-`), Mainline (`M7-9-2--`)
 * and Shadow (`T03I--`) (BEP 20), and a few of clients' own, such as aria2's `A2-1-36-0-`; everything else is `unknown`. A peer id
 * is the remote's text: nothing of it but version numbers reaches the answer.
 */
export function decodeClient(peerId: Uint8Array): string {
  requireBytes('a peer id', peerId)
  const prefix = String.fromCharCode(...peerId.subarray(0, prefixBytes))
  const [, code = '', digits = ''] = /^-([0-9A-Za-z]{2})([0-9A-Z]{3}[0-9A-Za-z])-/.exec(prefix) ?? []
  const client = clients.get(code)
  if (client) return `${client[0]} ${client[1](digits)}`
  for (const [pattern, name, style] of others) {
    const [, version] = pattern.exec(prefix) ?? []
    if (version !== undefined) return `${name} ${style(version)}`.trimEnd()
  }
  return 'unknown'
}

/** A peer id of ours: `-PC0100-` and 12 random bytes (BEP 20). `random` answers 0 to below 1, like `Math.random`. */
export function createPeerId(random: () => number): Uint8Array {
  const peerId = new Uint8Array(peerIdBytes)
  // An array of bytes drops the fraction.
  for (let i = 0; i < peerIdBytes; i++) peerId[i] = random() * 256
  peerId.set(new TextEncoder().encode(ownPrefix))
  return peerId
}
