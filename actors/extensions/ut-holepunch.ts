import type { Extension, ExtensionHandlers, ExtensionHost } from '../../machines/extensions/extension.ts'
import { HolepunchRelay } from '../../machines/extensions/holepunch-relay.ts'
import { HolepunchSearch } from '../../machines/extensions/holepunch-search.ts'
import { PerMinute } from '../../machines/extensions/per-minute.ts'
import { isUs } from '../../machines/extensions/whereabouts.ts'
import { isDialable, isInReachOf } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import { decodeHolepunch, encodeHolepunch, type HolepunchMessage } from '../../transport/wire/extended/ut-holepunch.ts'
import { defineExtension } from './extension.ts'

/** Times a minute that a peer may have us connect to another; what comes beyond that is ignored. Our own number. */
export const connectsMax = 30

type Heard = HolepunchMessage | { readonly type: 'other' }

/**
 * A third peer brings two together that cannot dial each other, as the routers of both let in only answers (BEP 55):
 * `ut_holepunch`. Both are told to open a uTP connection to the other at the same time. We ask for it when an address that peers told us
 * of (BEP 11) does not answer, heed it when we are told to connect, and do it for others. Nothing of it ends a connection but a
 * message that is cut short: all of it is a favour, and is bounded.
 */
export function utHolepunch(): Extension {
  return defineExtension({
    name: 'ut_holepunch',
    codec: { encode: encodeHolepunch, decode: decodeHolepunch },
    start: punchHoles,
  })
}

function punchHoles(host: ExtensionHost<HolepunchMessage>): ExtensionHandlers<Heard> {
  const relay = new HolepunchRelay()
  const search = new HolepunchSearch()
  /** What each peer may have us do. */
  const heeded = new PerMinute(connectsMax)
  /** As of the last tick: a second is fine enough for what is counted in minutes. */
  let now = 0

  const ask = (peer: number | undefined, address: Address) => {
    if (peer === undefined) return
    const known = relay.peer(peer)
    if (known) host.send(known, { type: 'rendezvous', address })
    // It has left since.
    else ask(search.failed(peer, address), address)
  }
  return {
    opened: (peer) => relay.put(peer),
    greeted: (peer) => relay.put(peer),
    closed({ peer }) {
      relay.remove(peer)
      heeded.forget(peer)
    },
    message(peer, message) {
      switch (message.type) {
        case 'rendezvous': {
          const meeting = relay.rendezvous(peer.peer, message.address, now)
          if (!meeting) break
          if ('error' in meeting) {
            // What cannot be dialled cannot be written either.
            if (isDialable(message.address)) {
              host.send(peer, { type: 'error', address: message.address, code: meeting.error })
            }
            break
          }
          host.send(peer, { type: 'connect', address: meeting.target })
          host.send(meeting.peer, { type: 'connect', address: meeting.asker })
          break
        }
        case 'connect': {
          const { address } = message
          if (!isDialable(address) || !isInReachOf(peer.address.host, address.host) || isUs(peer, address)) break
          if (relay.isConnected(address) || !heeded.take(peer.peer, now)) break
          host.tell({ type: 'holepunch.connect', peer: peer.peer, address })
          break
        }
        case 'error':
          ask(search.failed(peer.peer, message.address), message.address)
      }
    },
    unreached(address, toldBy) {
      const relays = toldBy.filter((peer) => relay.peer(peer)?.speaks)
      ask(search.begin(address, relays, now), address)
    },
    tick(at) {
      now = at
    },
  }
}
