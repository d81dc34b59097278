import { flags } from '../../machines/peer/selectors.ts'
import type { Extension, ExtensionHandlers, ExtensionHost, ExtensionPeer } from '../../machines/torrent/extension.ts'
import { PexIntake } from '../../machines/torrent/pex-intake.ts'
import { PexLog, toldMax } from '../../machines/torrent/pex-log.ts'
import { canonicalHost, formatAddress, ipBytes, ipText, isDialable, isInReachOf } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import { decodePex, encodePex, type PexContact, type PexMessage } from '../../transport/wire/extended/ut-pex.ts'
import { defineExtension } from './extension.ts'

/** Peers that get their turn in one tick: of thousands that connected together none keeps the others waiting. */
const turnsMax = 50

/** An open connection. */
interface Acquaintance {
  readonly peer: ExtensionPeer
  /** What it has told. */
  readonly intake: PexIntake
  /** What it has been told; from the first tick on. */
  log: PexLog | undefined
}

/**
 * Peers tell each other whom they are connected to (BEP 11): `ut_pex`. We tell who is connected at that moment and where they
 * listen, at most once a minute, and nobody of themselves; what we hear becomes `pex.contacts`, bounded and checked, as any
 * of it may be a lie. Not for private torrents (BEP 27): whoever adds it sees to that.
 */
export function utPex(): Extension {
  return defineExtension({ name: 'ut_pex', codec: { encode: encodePex, decode: decodePex }, start: exchangePeers })
}

function exchangePeers(host: ExtensionHost<PexMessage>): ExtensionHandlers<PexMessage> {
  const acquaintances = new Map<number, Acquaintance>()
  /** As of the last tick: a second is fine enough for what is counted in minutes. */
  let now = 0

  return {
    opened(peer) {
      acquaintances.set(peer.peer, { peer, intake: new PexIntake(), log: undefined })
    },
    greeted(peer) {
      const known = acquaintances.get(peer.peer)
      if (known) acquaintances.set(peer.peer, { ...known, peer })
    },
    closed({ peer }) {
      acquaintances.delete(peer)
    },
    message(peer, { added, dropped }) {
      const near = added.filter(({ address }) => isInReachOf(peer.address.host, address.host) && !isUs(peer, address))
      const contacts = acquaintances.get(peer.peer)?.intake.take({ added: near, dropped }, now) ?? []
      if (contacts.length > 0) host.tell({ type: 'pex.contacts', peer: peer.peer, contacts })
    },
    tick(at) {
      now = at
      let turns = turnsMax
      let contacts: readonly PexContact[] | undefined
      for (const known of acquaintances.values()) {
        known.log ??= new PexLog(at)
        if (!known.peer.speaks || !known.log.isDue(at)) continue
        if (turns-- === 0) break
        contacts ??= contactsOf(acquaintances.values())
        const news = known.log.next(contactsFor(known.peer, contacts), at)
        if (news) host.send(known.peer, news)
      }
    },
  }
}

/** The first to be told of, no more than a peer is told at a time; with the receiver, who may be among them. */
function contactsOf(acquaintances: Iterable<Acquaintance>): PexContact[] {
  const contacts: PexContact[] = []
  for (const { peer } of acquaintances) {
    const contact = contactOf(peer)
    if (contact) contacts.push(contact)
    if (contacts.length > toldMax) break
  }
  return contacts
}

/** Where others can dial a peer: it was dialled there, or says where it listens. Undefined when nobody knows, or could dial it. */
function contactOf(peer: ExtensionPeer): PexContact | undefined {
  const address = listenAddress(peer)
  if (!address || !isDialable(address) || !ipBytes(address.host)) return undefined
  return { address, flags: flags(peer.ref.getSnapshot()) }
}

/**
 * libtorrent names us to ourselves. The address is ours if the peer sees us at its host and we listen on its port; taken, it would
 * cost a dial, and the place of another peer behind our router.
 */
function isUs({ ref, greeting }: ExtensionPeer, { host, port }: Address): boolean {
  const ours = ref.getSnapshot().context.greeting?.p
  return port === ours && greeting?.yourip !== undefined && canonicalHost(host) === ipText(greeting.yourip)
}

function listenAddress({ address, direction, greeting }: ExtensionPeer): Address | undefined {
  if (direction === 'out') return address
  return greeting?.p === undefined ? undefined : { host: address.host, port: greeting.p }
}

/** Those a peer could dial, itself left out, by whatever connection it is known. */
function contactsFor(receiver: ExtensionPeer, contacts: readonly PexContact[]): PexContact[] {
  const own = listenAddress(receiver)
  return contacts.filter(
    ({ address }) => !(own && keyOf(address) === keyOf(own)) && isInReachOf(receiver.address.host, address.host),
  )
}

const keyOf = ({ host, port }: Address): string => formatAddress({ host: canonicalHost(host), port })
