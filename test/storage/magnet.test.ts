import { describe, expect, test } from 'vitest'
import { isMagnet, parseMagnet } from '../../storage/magnet.ts'
import { MetainfoError } from '../../storage/metainfo-error.ts'

const hex = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a'
const base32 = 'YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK'
const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
const messageOf = (uri: string): string => {
  try {
    parseMagnet(uri)
  } catch (error) {
    if (error instanceof MetainfoError) return error.message
    throw error
  }
  throw new Error(`${uri} was read`)
}

describe('the info hash (BEP 9)', () => {
  test.each([
    ['in hex', `magnet:?xt=urn:btih:${hex}`],
    ['in upper case', `MAGNET:?xt=URN:BTIH:${hex.toUpperCase()}`],
    ['in base32', `magnet:?xt=urn:btih:${base32}`],
    ['in base32 of lower case', `magnet:?xt=urn:btih:${base32.toLowerCase()}`],
    ['escaped', `magnet:?xt=urn%3Abtih%3A${hex}`],
    ['behind other fields', `magnet:?as=x&kt=udp%3A%2F%2Fx%2Fannounce&xt=urn:btih:${hex}&`],
    ['beside one of version 2', `magnet:?xt=urn:btmh:1220${'ab'.repeat(32)}&xt=urn:btih:${hex}`],
    ['among numbered topics', `magnet:?xt.1=urn:sha1:${base32}&xt.2=urn:btih:${hex}`],
  ])('is read %s', (_, uri) => {
    expect(parseMagnet(uri)).toEqual({ infoHash: bytes, peers: [] })
  })

  test.each([
    ['with 39 digits', `magnet:?xt=urn:btih:${hex.slice(1)}`, /"12fe1c.*" is neither 40 hex digits nor 32 of base32/],
    ['with 41 digits', `magnet:?xt=urn:btih:${hex}0`, /is neither/],
    ['of no digits at all', `magnet:?xt=urn:btih:${'z'.repeat(40)}`, /is neither/],
    ['empty', 'magnet:?xt=urn:btih:', /"" is neither/],
    ['with a base32 digit that is none', `magnet:?xt=urn:btih:${base32.slice(1)}1`, /is neither/],
    ['of version 2 alone', `magnet:?xt=urn:btmh:1220${'ab'.repeat(32)}`, /version 2 torrent \(BEP 52\)/],
    ['missing', 'magnet:?dn=song', /names no torrent/],
    ['of another kind', `magnet:?xt=urn:sha1:${base32}`, /names no torrent/],
  ])('%s is refused', (_, uri, message) => {
    expect(messageOf(uri)).toMatch(message)
  })
})

describe('what people paste', () => {
  const link = `magnet:?xt=urn:btih:${hex}`
  test.each([
    ['with white space around it', `\n\t ${link} \u00a0\r\n`],
    ['with spaces of no width around it', `\ufeff${link}\u200b`],
    ['in quotes', `"${link}"`],
    ['in angle brackets', `<${link}>`],
    ['broken into lines', `magnet:?xt=urn:btih:\r\n  ${hex.slice(0, 20)}\n${hex.slice(20)}`],
    ['with a / behind it', `${link}/`],
    ['with slashes before its query', link.replace(':', '://')],
    ['from a page', `magnet:?dn=&amp;xt=urn:btih:${hex}&amp;kt=udp://x`],
    ['from a page that escaped it twice', `magnet:?dn=&amp;amp;xt=urn:btih:${hex}&#38;kt=udp://x&#x26;xl=`],
    ['in upper case', `MAGNET:?DN=&XT=URN:BTIH:${hex.toUpperCase()}`],
    ['out of another link', encodeURIComponent(link)],
    ['with an info hash that is broken and one that is not', `magnet:?xt=urn:btih:00&xt=urn:btih:${hex}`],
    ['that says its info hash twice', `${link}&xt=urn:btih:${base32}`],
    ['that is an info hash', hex],
    ['that is one in upper case, with space around', ` ${hex.toUpperCase()}\n`],
    ['that is one in base32', base32],
    ['that is one in base32 of lower case', base32.toLowerCase()],
    ['that is the name of one', `urn:btih:${hex}`],
    ['that is one at the end of a sentence', `${hex}.`],
    ['that is one in a list', `${hex},`],
    ['that is one in brackets, with more behind', `${base32});`],
    ['that is one with a fragment', `${hex}#top`],
    ['at the end of a sentence', `${link}.`],
    ['with a comma behind it', `${link},`],
    ['with a semicolon behind it', `${link};`],
    ['with a bracket behind it', `${link})`],
    ['with a fragment', `${link}#top`],
    ['without its ?', `magnet:xt=urn:btih:${hex}`],
    ['that begins with its topic', `xt=urn:btih:${hex}&dn=`],
    ['that begins with its topic, escaped', `xt=urn%3Abtih%3A${hex}`],
    ['that begins with its ?', `?xt=urn:btih:${hex}`],
  ])('a link %s is read', (_, text) => {
    expect(isMagnet(text)).toBe(true)
    expect(parseMagnet(text)).toEqual({ infoHash: bytes, peers: [] })
  })

  test('a / behind an address is passed over, and keys are of any case', () => {
    const { peers, name, length } = parseMagnet(`${link}&X.PE=[2001:DB8::1]:6881/&Dn=a&XL=5&x.pe= 192.0.2.1:1 `)
    expect({ peers, name, length }).toEqual({
      peers: [
        { host: '2001:db8::1', port: 6881 },
        { host: '192.0.2.1', port: 1 },
      ],
      name: 'a',
      length: 5,
    })
  })

  test.each(['song.torrent', hex.slice(1), `${hex}0`, 'http://x/y.torrent', `./${hex}`, ''])(
    '"%s" is no link',
    (text) => {
      expect(isMagnet(text)).toBe(false)
    },
  )

  test('what looks like a link and cannot be read is one that cannot be read, not a file', () => {
    expect(isMagnet('magnet:junk')).toBe(true)
    expect(messageOf('magnet:junk')).toBe('a magnet link starts with magnet:?')
  })
})

test('which files a link is about is told as it stands (BEP 53)', () => {
  expect(parseMagnet(`magnet:?xt=urn:btih:${hex}&so=0,2,4-6`).selectOnly).toBe('0,2,4-6')
})

test.each(['junk', 'magnet:', `http://x/?xt=urn:btih:${hex}`, `stream-magnet:?xt=urn:btih:${hex}`])(
  '"%s" is no magnet link',
  (uri) => {
    expect(messageOf(uri)).toBe('a magnet link starts with magnet:?')
  },
)

test.each([
  ['', 'it is empty'],
  [' \n', 'it is empty'],
  [`1220${'ab'.repeat(32)}`, 'it is the info hash of a version 2 torrent (BEP 52), which is not supported yet'],
  [`${'ab'.repeat(32)}.`, 'it is the info hash of a version 2 torrent (BEP 52), which is not supported yet'],
])('"%s" is told what is wrong with it', (text, message) => {
  expect(messageOf(text)).toBe(message)
  expect(isMagnet(text)).toBe(text.trim() !== '')
})

test('a name keeps its brackets and its number sign', () => {
  for (const dn of ['song (1999)', 'C# etc.']) {
    const magnet = parseMagnet(`magnet:?dn=${dn}&xt=urn:btih:${hex}&x.pe=192.0.2.1:1).`)
    expect(magnet).toEqual({ infoHash: bytes, name: dn, peers: [{ host: '192.0.2.1', port: 1 }] })
    expect(parseMagnet(`magnet:?xt=urn:btih:${hex}&dn=${dn}`).name).toBe(dn)
  }
})

test('what is refused is told in one line, whatever stands in it', () => {
  expect(messageOf(`magnet:?xt=urn:btih:%0a%1b[31m${'x'.repeat(500)}`)).toMatch(/^[\x20-\x7e…]{1,200}$/)
})

test('a link of megabytes is refused', () => {
  expect(messageOf(`magnet:?xt=urn:btih:${hex}&dn=${'x'.repeat(1e6)}`)).toMatch(/longer than 65536/)
})

test('whether a text is a link is told by its first 65,536 characters', () => {
  expect(isMagnet(`${' '.repeat(65_536)}${hex}`)).toBe(false)
  expect(isMagnet(`${hex}${' '.repeat(1e6)}`)).toBe(true)
  expect(isMagnet(`magnet:?xt=urn:btih:${hex}${' '.repeat(4e6)}&dn=x`)).toBe(true)
})

describe('a link as long as they come is read, in work that grows with its length alone:', () => {
  const room = 65_000
  // Each took the square of it where a run is tried anew at each of its characters: seconds.
  test.each([
    ['blanks', ' '],
    ['line ends', '\n'],
    ['blanks and line ends by turns', ' \n'],
    ['spaces of no width', '\u200b'],
    ['quotes', '"'],
    ['slashes', '/'],
    ['escaped ampersands', '&amp;'],
    ['beginnings of them', '&#0'],
    ['zeros of one', '0'],
    ['percent signs', '%'],
    ['colons', ':'],
    ['brackets', '['],
  ])('%s amid', (_, run) => {
    const amid = `x${run.repeat(Math.floor(room / run.length))}x`
    for (const field of ['dn', 'x.pe', 'xl', 'xt.1']) {
      const text = `magnet:?xt=urn:btih:${hex}&${field}=${amid}`
      expect(isMagnet(text)).toBe(true)
      expect(parseMagnet(text).infoHash).toEqual(bytes)
    }
    expect(isMagnet(amid)).toBe(false)
  })
})

describe('the name', () => {
  test.each([
    ['a+song%21', 'a song!'],
    ['%C3%A9t%C3%A9', 'été'],
    ['100%', '100%'],
  ])('%s is %s', (written, name) => {
    expect(parseMagnet(`magnet:?xt=urn:btih:${hex}&dn=${written}`).name).toBe(name)
  })
})

describe('the length', () => {
  test('is bytes', () => {
    expect(parseMagnet(`magnet:?xt=urn:btih:${hex}&xl=1048576`).length).toBe(1_048_576)
  })

  test.each(['', '-1', '0', '1.5', 'many', '1e400'])('%s is left out', (length) => {
    expect(parseMagnet(`magnet:?xt=urn:btih:${hex}&xl=${length}`)).not.toHaveProperty('length')
  })
})

describe('peers (x.pe)', () => {
  const peersOf = (...addresses: readonly string[]) =>
    parseMagnet(`magnet:?xt=urn:btih:${hex}${addresses.map((one) => `&x.pe=${one}`).join('')}`).peers

  test('are IPv4, IPv6 in brackets, escaped or not, and host names', () => {
    expect(
      peersOf('192.0.2.1:6881', '[2001:db8::1]:6882', '%5B2001%3Adb8%3A%3A2%5D%3A6883', 'Example.org:6884'),
    ).toEqual([
      { host: '192.0.2.1', port: 6881 },
      { host: '2001:db8::1', port: 6882 },
      { host: '2001:db8::2', port: 6883 },
      { host: 'example.org', port: 6884 },
    ])
  })

  test('may be numbered', () => {
    expect(parseMagnet(`magnet:?xt=urn:btih:${hex}&x.pe.1=192.0.2.1:1&x.pe.2=192.0.2.2:1`).peers).toHaveLength(2)
  })

  test('that are no address are told of, 100 of them, and of each 100 characters', () => {
    const wrong = ['::1:6881', '192.0.2.1', '192.0.2.1:0', '192.0.2.1:70000']
    const read = (texts: readonly string[]) =>
      parseMagnet(`magnet:?xt=urn:btih:${hex}${texts.map((one) => `&x.pe=${one}`).join('')}`).invalidPeers
    expect(read([...wrong, '192.0.2.2:1'])).toEqual(wrong)
    expect(read(['192.0.2.2:1'])).toBeUndefined()
    expect(read(new Array(300).fill('x'))).toHaveLength(100)
    expect(read(['x'.repeat(1_000)])).toEqual(['x'.repeat(100)])
  })

  test('that cannot be understood are left out', () => {
    expect(peersOf('nowhere', '192.0.2.1', '192.0.2.1:0', '192.0.2.1:65536', '::1:6881', '', '192.0.2.2:1')).toEqual([
      { host: '192.0.2.2', port: 1 },
    ])
  })

  test('are named once', () => {
    expect(peersOf('192.0.2.1:1', '[::ffff:192.0.2.1]:1', '192.0.2.1:2')).toEqual([
      { host: '192.0.2.1', port: 1 },
      { host: '192.0.2.1', port: 2 },
    ])
  })

  test('are at most 100 of those that can be understood', () => {
    expect(peersOf('nowhere', ...Array.from({ length: 300 }, (_, i) => `192.0.2.1:${i + 1}`))).toHaveLength(100)
  })
})

test('trackers (`tr`) are read as they stand there, each once, and 100 of them', () => {
  const trackers = ['udp://a.example:1/announce', 'http://b.example/announce?key=a&b=c', 'x']
  const link = `magnet:?xt=urn:btih:${hex}${[...trackers, trackers[0] ?? '', ''].map((url) => `&tr=${encodeURIComponent(url)}`).join('')}`
  expect(parseMagnet(link).trackers).toEqual(trackers)
  expect(parseMagnet(`magnet:?tr.1=x&tr.2=y&xt=urn:btih:${hex}`).trackers).toEqual(['x', 'y'])
  const many = Array.from({ length: 300 }, (_, i) => `&tr=udp://t${i}:1`).join('')
  expect(parseMagnet(`magnet:?xt=urn:btih:${hex}${many}`).trackers).toHaveLength(100)
})

test('web seeds (`ws`) are read as they stand there, each once, and 100 of them', () => {
  const link = `magnet:?xt=urn:btih:${hex}&ws=https%3A%2F%2Fa.example%2F&ws=x&ws=x&ws=`
  expect(parseMagnet(link).webSeeds).toEqual(['https://a.example/', 'x'])
  const many = Array.from({ length: 300 }, (_, i) => `&ws=http://w${i}`).join('')
  expect(parseMagnet(`magnet:?xt=urn:btih:${hex}${many}`).webSeeds).toHaveLength(100)
})
