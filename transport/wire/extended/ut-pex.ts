import { addressKey, isDialable } from '../../address.ts'
import type { Address } from '../../transport.ts'
import { decodeBencode, encodeBencode, isBencodeDict } from '../bencode.ts'
import { addressIn, compactOf, portBytes } from './compact-address.ts'
import { type Field, isBytes, isIntegerFrom } from './fields.ts'
import { pexEntriesMax, pexEntriesSentMax } from './pex-limits.ts'

/** A peer its sender is connected to. `flags` is a sum of `pexFlags`; of a remote's message any byte. */
export interface PexContact {
  readonly address: Address
  readonly flags: number
}

/** The peers that the sender of a `ut_pex` message has connected to, and those that it has lost, since its last one (BEP 11). */
export interface PexMessage {
  readonly added: readonly PexContact[]
  readonly dropped: readonly Address[]
}

/** The most values in a message that is read; BEP 11 names six keys, which with theirs are 13. */
const valuesMax = 64

/** Bytes of an address in compact form: the IP address, then the port as a big-endian u16 (BEP 23, BEP 7). */
const compactBytes = { ipv4: 4 + portBytes, ipv6: 16 + portBytes } as const

/**
 * The payload of the extended message that carries `message`. Throws RangeError when it says nothing, which BEP 11 does not
 * allow, for more than `pexEntriesSentMax` added or dropped, for flags that are no byte, for a peer that stands in it
 * twice, and for an address that has no place in it: it must be `isDialable`, and `ipBytes` must know its bytes.
 */
export function encodePex({ added, dropped }: PexMessage): Uint8Array {
  requireThat(added.length > 0 || dropped.length > 0, 'nobody is added and nobody dropped')
  requireThat(added.length <= pexEntriesSentMax, `${added.length} added, more than ${pexEntriesSentMax}`)
  requireThat(dropped.length <= pexEntriesSentMax, `${dropped.length} dropped, more than ${pexEntriesSentMax}`)
  requireDifferent([...added.map(({ address }) => address), ...dropped])
  for (const { flags } of added) requireThat(isIntegerFrom(flags, 0, 0xff), `flags are ${flags}, not a byte`)

  const come = byFamily(added.map(({ address, flags }) => ({ compact: compactOf(address, 'ut_pex'), flags })))
  const gone = byFamily(dropped.map((address) => ({ compact: compactOf(address, 'ut_pex') })))
  return encodeBencode({
    added: joined(come.ipv4.map(({ compact }) => compact)),
    'added.f': joined(come.ipv4.map(({ flags }) => [flags])),
    added6: joined(come.ipv6.map(({ compact }) => compact)),
    'added6.f': joined(come.ipv6.map(({ flags }) => [flags])),
    dropped: joined(gone.ipv4.map(({ compact }) => compact)),
    dropped6: joined(gone.ipv6.map(({ compact }) => compact)),
  })
}

/**
 * The peers that a `ut_pex` message names; undefined when it is not a bencoded dictionary, or one of too many values. Never throws, and
 * keeps no view of `payload`.
 *
 * Each peer comes once, IPv4 before IPv6, its host in its one spelling (see `canonicalHost`); one that is added and dropped is
 * added. An address that is not `isDialable` is left out. Entries behind the first `pexEntriesMax` of a list are not looked at, so that
 * the cost of a message has a bound, whatever its entries. A list that is cut within an address is ignored, and so, as in libtorrent, is
 * one whose flags are not one byte an address; without any they are 0.
 */
export function decodePex(payload: Uint8Array): PexMessage | undefined {
  const dict = decodeBencode(payload, valuesMax)?.value
  if (!isBencodeDict(dict)) return undefined
  const { added, 'added.f': flags, added6, 'added6.f': flags6, dropped, dropped6 } = dict
  const seen = new Set<string>()
  return {
    added: take([contactsIn(added, compactBytes.ipv4, flags), contactsIn(added6, compactBytes.ipv6, flags6)], seen),
    dropped: take([contactsIn(dropped, compactBytes.ipv4), contactsIn(dropped6, compactBytes.ipv6)], seen).map(
      ({ address }) => address,
    ),
  }
}

/** The first contacts of one list; none when the list is malformed. Lazy: nothing is made of those behind the last one taken. */
function* contactsIn(list: Field, entryBytes: number, flags?: Field): Generator<PexContact> {
  if (!isBytes(list) || list.length % entryBytes !== 0) return
  const count = list.length / entryBytes
  const flagBytes = isBytes(flags) ? flags : new Uint8Array(count)
  if (flagBytes.length !== count) return
  for (let i = 0; i < Math.min(count, pexEntriesMax); i++) {
    const entry = list.subarray(i * entryBytes, (i + 1) * entryBytes)
    yield { address: addressIn(entry), flags: flagBytes[i] as number }
  }
}

/** The first `pexEntriesMax` of `lists` that can be dialled and are not `seen`, where they are noted. */
function take(lists: readonly Iterable<PexContact>[], seen: Set<string>): PexContact[] {
  const taken: PexContact[] = []
  for (const list of lists) {
    for (const contact of list) {
      const key = addressKey(contact.address)
      if (seen.has(key) || !isDialable(contact.address)) continue
      seen.add(key)
      taken.push(contact)
      if (taken.length === pexEntriesMax) return taken
    }
  }
  return taken
}

function byFamily<Entry extends { readonly compact: readonly number[] }>(entries: readonly Entry[]) {
  return {
    ipv4: entries.filter(({ compact }) => compact.length === compactBytes.ipv4),
    ipv6: entries.filter(({ compact }) => compact.length === compactBytes.ipv6),
  }
}

/** The bytes of `parts`, one after another; undefined when there are none, as an empty list is not sent. */
function joined(parts: readonly (readonly number[])[]): Uint8Array | undefined {
  return parts.length === 0 ? undefined : Uint8Array.from(parts.flat())
}

function requireDifferent(addresses: readonly Address[]): void {
  const seen = new Set<string>()
  for (const address of addresses) {
    const key = addressKey(address)
    requireThat(!seen.has(key), `${key} stands in it twice`)
    seen.add(key)
  }
}

function requireThat(holds: boolean, detail: string): void {
  if (!holds) throw new RangeError(`ut_pex: ${detail}`)
}
