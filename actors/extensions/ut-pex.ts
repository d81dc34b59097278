import type { Extension, ExtensionHandlers, ExtensionHost, ExtensionPeer } from '../../machines/extensions/extension.ts'
import { PexIntake } from '../../machines/extensions/pex-intake.ts'
import { PexLog } from '../../machines/extensions/pex-log.ts'
import { PexRoster } from '../../machines/extensions/pex-roster.ts'
import { isUs, listenAddress } from '../../machines/extensions/whereabouts.ts'
import { flags } from '../../machines/peer/selectors.ts'
import { unknownLayout } from '../../machines/peer/vocabulary/context.ts'
import { distance, isInReachOf } from '../../transport/address.ts'
import { decodePex, encodePex, type PexMessage } from '../../transport/wire/extended/ut-pex.ts'
import { defineExtension } from './extension.ts'

/** Peers that get their turn in one tick, those first that wait longest. So a second has a bound, and 1,300 their message a minute. */
export const turnsMax = 20

/** An open connection. */
interface Acquaintance {
  readonly peer: ExtensionPeer
  /** See `distance`. */
  readonly distance: number
  /** The first tick it was there, in milliseconds. */
  since: number | undefined
  /** What it has told, and been told; once there is something of it. Most of very many peers may not speak ut_pex. */
  intake: PexIntake | undefined
  log: PexLog | undefined
}

/** One that gets a turn. */
type Due = Acquaintance & { readonly log: PexLog }

/** Messages are decoded when their turn has come (see `PexIntake`): a flood of them costs nothing. */
const codec = { encode: encodePex, decode: (payload: Uint8Array) => payload }

/**
 * Peers tell each other which peers they are connected to (BEP 11): `ut_pex`. We tell which are connected at that moment and where they
 * listen, at most once a minute, and no peer of itself; what we receive becomes `pex.contacts`, bounded and checked, as any
 * of it may be a lie. A peer that sends too much is closed as `pex_flood`.
 *
 * Of a magnet link we listen from the start, as that may be the only way to its swarm, and tell nobody of anybody before a peer
 * knows from us how the torrent divides: it may turn out to be private, and the torrent then ends this extension (BEP 27).
 */
export function utPex(): Extension {
  return defineExtension({ name: 'ut_pex', codec, start: exchangePeers })
}

function exchangePeers(host: ExtensionHost<PexMessage>): ExtensionHandlers<Uint8Array> {
  const acquaintances = new Map<number, Acquaintance>()
  const roster = new PexRoster()
  /** As of the last tick: a second is fine enough for what is counted in minutes. */
  let now = 0

  const list = (peer: ExtensionPeer) => roster.put(peer.peer, listenAddress(peer), () => flags(peer.ref.getSnapshot()))

  return {
    opened(peer) {
      const { host: from } = peer.address
      acquaintances.set(peer.peer, {
        peer,
        distance: distance(from),
        since: undefined,
        intake: undefined,
        log: undefined,
      })
      list(peer)
    },
    greeted(peer) {
      const known = acquaintances.get(peer.peer)
      if (!known) return
      acquaintances.set(peer.peer, { ...known, peer })
      list(peer)
    },
    closed({ peer }) {
      acquaintances.delete(peer)
      roster.remove(peer)
    },
    message(peer, payload) {
      const known = acquaintances.get(peer.peer)
      if (!known) return
      known.intake ??= new PexIntake()
      const { intake } = known
      const admission = intake.admit(now)
      if (admission === 'pex_flood') host.fault(peer, admission)
      if (admission !== 'take') return
      const message = decodePex(payload)
      if (!message) {
        host.fault(peer, 'extension_malformed')
        return
      }
      const { added, dropped } = message
      const near = added.filter(({ address }) => isInReachOf(peer.address.host, address.host) && !isUs(peer, address))
      const contacts = intake.take({ added: near, dropped })
      if (contacts.length > 0) host.tell({ type: 'pex.contacts', peer: peer.peer, contacts })
    },
    tick(at) {
      now = at
      const due: Due[] = []
      for (const known of acquaintances.values()) {
        known.since ??= at
        const { peer, since } = known
        if (!peer.speaks) continue
        known.log ??= new PexLog(since)
        const { log } = known
        if (log.isDue(roster, at) && knowsLayout(peer)) due.push({ ...known, log })
      }
      due.sort((one, other) => one.log.dueAt - other.log.dueAt)
      for (const { peer, log, distance } of due.slice(0, turnsMax)) {
        const news = log.next(roster, { distance, key: roster.keyOf(peer.peer) }, at)
        if (news) host.send(peer, news)
      }
    },
  }
}

const knowsLayout = ({ ref }: ExtensionPeer): boolean => ref.getSnapshot().context.layout !== unknownLayout
