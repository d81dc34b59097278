import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { anyPexMessage } from '../../../../testing/fast-check/extended-messages.ts'
import { parseAddress } from '../../../../transport/address.ts'
import { type BencodeInput, encodeBencode } from '../../../../transport/wire/bencode.ts'
import { encode } from '../../../../transport/wire/encode.ts'
import { pexFlags } from '../../../../transport/wire/extended/pex-flags.ts'
import { pexEntriesMax, pexEntriesSentMax } from '../../../../transport/wire/extended/pex-limits.ts'
import { decodePex, encodePex, type PexContact, type PexMessage } from '../../../../transport/wire/extended/ut-pex.ts'
import { concat, hex, toHex } from '../record.ts'

const contact = (text: string, flags = 0): PexContact => ({ address: parseAddress(text), flags })
const dropped = (...texts: readonly string[]): PexMessage => ({ added: [], dropped: texts.map(parseAddress) })
const decodeDict = (dict: { readonly [key: string]: BencodeInput }) => decodePex(encodeBencode(dict))

/** How many addresses `work` looks at: of each it takes the last two bytes, the port. */
function looksOf(work: () => void): number {
  const cuts = vi.spyOn(Uint8Array.prototype, 'subarray')
  work()
  const looks = cuts.mock.calls.filter(([begin]) => begin === -2).length
  cuts.mockRestore()
  return looks
}

/** `count` addresses 10.0.0.0:1, 10.0.0.1:1, ... in compact form, or of another network than 10. */
const compactIpv4 = (count: number, network = 10) =>
  concat(Array.from({ length: count }, (_, i) => Uint8Array.of(network, 0, i >> 8, i & 255, 0, 1)))

const mixed: PexMessage = {
  added: [
    contact('192.0.2.1:6881', pexFlags.seed | pexFlags.reachable),
    contact('198.51.100.7:51413', pexFlags.prefersEncryption),
    contact('[2001:db8::1]:6881', pexFlags.utp),
  ],
  dropped: [parseAddress('203.0.113.9:80')],
}
const mixedOnTheWire =
  '00000062140164353a616464656431323ac00002011ae1c6336407c8d5373a61646465642e66323a1201363a61646465643631383a20010db80000000000000000000000011ae1383a6164646564362e66313a04373a64726f70706564363acb007109005065'

describe('ut_pex (BEP 11)', () => {
  it('is written with its keys in order and no empty list', () => {
    expect(toHex(concat(encode({ name: 'extended', id: 1, payload: encodePex(mixed) })))).toBe(mixedOnTheWire)
  })

  it('is read, both families in one list, and keeps nothing of the read it came with', () => {
    const payload = hex(mixedOnTheWire).subarray(6)
    const message = decodePex(payload)
    payload.fill(0)
    expect(message).toEqual(mixed)
  })

  it('writes each family into a list of its own, whatever their order', () => {
    const { added } = mixed
    expect(encodePex({ ...mixed, added: [...added].reverse() })).not.toEqual(encodePex(mixed))
    expect(decodePex(encodePex({ ...mixed, added: [...added.slice(2), ...added.slice(0, 2)] }))).toEqual(mixed)
    expect(decodePex(encodePex(dropped('[2001:db8::1]:1', '192.0.2.1:1')))).toEqual(
      dropped('192.0.2.1:1', '[2001:db8::1]:1'),
    )
  })

  it.each([
    ['no bytes', ''],
    ['no bencode', 'hello'],
    ['a list', 'le'],
    ['a cut dictionary', 'd5:added0:'],
    ['100 000 dictionaries in one another', `${'d1:a'.repeat(100_000)}de${'e'.repeat(100_000)}`],
  ])('that is %s is none', (_, letters) => {
    expect(decodePex(new TextEncoder().encode(letters))).toBeUndefined()
  })

  it('may name nobody when it comes from a remote', () => {
    expect(decodeDict({})).toEqual({ added: [], dropped: [] })
    expect(decodeDict({ added: '', 'added.f': '', dropped: '' })).toEqual({ added: [], dropped: [] })
  })

  const good = { added: hex('c00002011ae1'), added6: hex('20010db80000000000000000000000011ae1') }
  const justIpv4 = { added: [contact('192.0.2.1:6881')], dropped: [] }
  const justIpv6 = { added: [contact('[2001:db8::1]:6881')], dropped: [] }

  it.each<[string, { [key: string]: BencodeInput }, PexMessage]>([
    ['an added that is cut', { ...good, added: hex('c00002011ae1c00002021a') }, justIpv6],
    ['an added6 that is cut', { ...good, added6: hex('20010db80000000000000000000000011a') }, justIpv4],
    ['a dropped that is cut', { ...good, added6: '', dropped: hex('c00002021a') }, justIpv4],
    ['a dropped6 that is cut', { ...good, added6: '', dropped6: hex('c00002021ae1') }, justIpv4],
    ['an added that is an integer', { ...good, added: 1 }, justIpv6],
    ['an added whose flags are too few', { ...good, 'added.f': '' }, justIpv6],
    ['an added whose flags are too many', { ...good, 'added.f': hex('0101') }, justIpv6],
    ['an added6 whose flags are too many', { ...good, 'added6.f': hex('0101') }, justIpv4],
  ])('ignores %s, and nothing else', (_, dict, message) => {
    expect(decodeDict(dict)).toEqual(message)
  })

  it('ignores lists that only look like bytes', () => {
    const letters = 'd5:addedd9:__proto__6:xxxxxxe7:droppedd9:__proto__6:xxxxxxee'
    expect(decodePex(new TextEncoder().encode(letters))).toEqual({ added: [], dropped: [] })
  })

  it('takes missing flags, and flags that are no bytes, for none', () => {
    expect(decodeDict({ added: good.added })).toEqual(justIpv4)
    expect(decodeDict({ added: good.added, 'added.f': 18 })).toEqual(justIpv4)
  })

  it('keeps flags with their address, also behind one that is left out, and bits without a name', () => {
    const added = hex('c00002011ae1 e00000011ae1 c00002021ae1')
    expect(decodeDict({ added, 'added.f': hex('0102e4') })).toEqual({
      added: [contact('192.0.2.1:6881', 1), contact('192.0.2.2:6881', 0xe4)],
      dropped: [],
    })
  })

  it.each([
    ['port 0', 'c00002010000'],
    ['0.0.0.0', '000000001ae1'],
    ['multicast', 'e00000011ae1'],
    ['broadcast', 'ffffffff1ae1'],
    ['::', '000000000000000000000000000000001ae1'],
    ['IPv6 multicast', 'ff0200000000000000000000000000011ae1'],
    ['link-local IPv6, whose zone is not told', 'fe8000000000000000000000000000011ae1'],
    ['port 0 of IPv6', '20010db80000000000000000000000010000'],
    ['0.0.0.0 mapped into IPv6', '00000000000000000000ffff000000001ae1'],
    ['multicast mapped into IPv6', '00000000000000000000ffffe00000011ae1'],
  ])('leaves out who cannot be dialled: %s', (_, bytes) => {
    const list = hex(bytes)
    const dict = list.length === 6 ? { added: list, dropped: list } : { added6: list, dropped6: list }
    expect(decodeDict(dict)).toEqual({ added: [], dropped: [] })
  })

  it('reads an IPv4 address mapped into IPv6 as the IPv4 address', () => {
    expect(decodeDict({ added6: hex('00000000000000000000ffffc00002011ae1') })).toEqual(justIpv4)
  })

  it('takes a peer once, as it was first named', () => {
    const twice = { added: hex('c00002011ae1 c00002011ae1'), 'added.f': hex('0102') }
    const mapped = { added6: hex('00000000000000000000ffffc00002011ae1') }
    expect(decodeDict({ ...twice, ...mapped })).toEqual({ added: [contact('192.0.2.1:6881', 1)], dropped: [] })
    expect(decodeDict({ dropped: twice.added })).toEqual(dropped('192.0.2.1:6881'))
  })

  it('takes who is added and dropped for added', () => {
    expect(decodeDict({ added: good.added, dropped: good.added })).toEqual(justIpv4)
  })

  it('tells two ports of a host apart', () => {
    expect(decodeDict({ dropped: hex('c00002010001 c00002010002') })).toEqual(dropped('192.0.2.1:1', '192.0.2.1:2'))
  })

  it(`takes the first ${pexEntriesMax} added and dropped of 5000 each, and looks at no more`, () => {
    let message: PexMessage | undefined
    const looks = looksOf(() => {
      message = decodeDict({ added: compactIpv4(5000), added6: good.added6, dropped: compactIpv4(5000, 11) })
    })
    expect(looks).toBe(2 * pexEntriesMax)
    expect(message?.added).toHaveLength(pexEntriesMax)
    expect(message?.added.at(-1)).toEqual(contact('10.0.0.99:1'))
    expect(message?.dropped).toHaveLength(pexEntriesMax)
    expect(message?.dropped.at(-1)).toEqual(parseAddress('11.0.0.99:1'))
  })

  it('looks no further for those that can be dialled', () => {
    const nobody = { added: compactIpv4(5000, 224), dropped: compactIpv4(5000, 0) }
    expect(decodeDict(nobody)).toEqual(dropped())
    expect(looksOf(() => decodeDict(nobody))).toBe(2 * pexEntriesMax)
  })

  it('takes IPv6 addresses up to the same bound, together with IPv4', () => {
    const message = decodeDict({
      added: compactIpv4(pexEntriesMax - 1),
      added6: concat([good.added6, hex('20010db80000000000000000000000020001')]),
    })
    expect(message?.added).toHaveLength(pexEntriesMax)
    expect(message?.added.at(-1)).toEqual(contact('[2001:db8::1]:6881'))
  })

  it(`is written with ${pexEntriesSentMax} added and as many dropped, and not with one more`, () => {
    const contacts = Array.from({ length: pexEntriesSentMax + 1 }, (_, i) => contact(`192.0.2.${i}:1`))
    const gone = contacts.map((_, i) => parseAddress(`[2001:db8::${i}]:1`))
    const most = { added: contacts.slice(1), dropped: gone.slice(1) }
    expect(decodePex(encodePex(most))).toEqual(most)
    expect(() => encodePex({ ...most, added: contacts })).toThrow(RangeError)
    expect(() => encodePex({ ...most, dropped: gone })).toThrow(RangeError)
  })

  it.each<[string, PexMessage]>([
    ['nobody', { added: [], dropped: [] }],
    ['a host name', dropped('example.org:1')],
    ['a link-local address, whose zone would be lost', { added: [], dropped: [{ host: 'fe80::1%eth0', port: 1 }] }],
    ['an address nobody can dial', dropped('224.0.0.1:1')],
    ['port 0', { added: [{ address: { host: '192.0.2.1', port: 0 }, flags: 0 }], dropped: [] }],
    ['a peer twice', dropped('192.0.2.1:1', '192.0.2.1:1')],
    [
      'a peer twice in two spellings',
      { added: [], dropped: ['2001:db8::1', '2001:DB8:0::1'].map((host) => ({ host, port: 1 })) },
    ],
    ['a peer both added and dropped', { added: [contact('192.0.2.1:1')], dropped: [parseAddress('192.0.2.1:1')] }],
    ['flags of 256', { added: [contact('192.0.2.1:1', 256)], dropped: [] }],
    ['flags of -1', { added: [contact('192.0.2.1:1', -1)], dropped: [] }],
  ])('is not written with %s', (_, message) => {
    expect(() => encodePex(message)).toThrow(RangeError)
  })

  it('is written with the IPv4 address of one that is mapped into IPv6, in the list of IPv4', () => {
    const mapped = { added: [{ address: { host: '::ffff:192.0.2.1', port: 1 }, flags: 0 }], dropped: [] }
    expect(encodePex(mapped)).toEqual(encodePex({ added: [contact('192.0.2.1:1')], dropped: [] }))
  })

  it('reads back what was written, IPv4 first', () => {
    const isIpv6 = (host: string) => Number(host.includes(':'))
    fc.assert(
      fc.property(anyPexMessage, ({ added, dropped }) => {
        expect(decodePex(encodePex({ added, dropped }))).toEqual({
          added: [...added].sort((a, b) => isIpv6(a.address.host) - isIpv6(b.address.host)),
          dropped: [...dropped].sort((a, b) => isIpv6(a.host) - isIpv6(b.host)),
        })
      }),
    )
  })

  it('never throws, whatever the bytes, and whatever those of a message become', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodePex(bytes)))
    fc.assert(
      fc.property(
        anyPexMessage,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        (message, changes) => {
          const bytes = encodePex(message)
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte
          decodePex(bytes)
        },
      ),
    )
  })

  it('gives nothing that could not be written, whatever the lists', () => {
    const list = (entryBytes: number) =>
      fc.nat(8).chain((count) => fc.uint8Array({ minLength: count * entryBytes, maxLength: count * entryBytes }))
    const lists = fc.record({ added: list(6), added6: list(18), dropped: list(6), dropped6: list(18) })
    fc.assert(
      fc.property(lists, (dict) => {
        const message = decodeDict(dict)
        fc.pre(message !== undefined && message.added.length + message.dropped.length > 0)
        expect(decodePex(encodePex(message))).toEqual(message)
      }),
    )
  })
})
