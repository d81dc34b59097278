import { addressKey } from '../../transport/address.ts'
import type { Clock } from '../../transport/clock.ts'
import type { Datagrams } from '../../transport/datagrams/datagrams.ts'

/** For how long an answer is let in, in milliseconds: what RFC 4787 asks of a router at least. */
const mappingMs = 120_000

/**
 * A host behind a router that lets in only answers: a datagram comes through when the host has sent to where it comes from before. So are
 * most homes; the port stays the same here (RFC 4787: endpoint-independent mapping, address and port-dependent filtering).
 */
export const behindRouter = (datagrams: Datagrams, clock: Pick<Clock, 'now'>): Datagrams => ({
  ...datagrams,
  bind(address, handler, done) {
    const sentAt = new Map<string, number>()
    const inner = {
      received(bytes: Uint8Array, from: typeof address) {
        const at = sentAt.get(addressKey(from))
        if (at !== undefined && clock.now() - at < mappingMs) handler.received(bytes, from)
      },
      drained: () => handler.drained(),
    }
    datagrams.bind(address, inner, (bound) => {
      if (bound instanceof Error) {
        done(bound)
        return
      }
      done({
        address: bound.address,
        get departed() {
          return bound.departed
        },
        get isBusy() {
          return bound.isBusy
        },
        reaches: (host) => bound.reaches(host),
        ref: () => bound.ref(),
        unref: () => bound.unref(),
        close: (closed) => bound.close(closed),
        send(bytes, to, failed) {
          sentAt.set(addressKey(to), clock.now())
          return bound.send(bytes, to, failed)
        },
      })
    })
  },
})
