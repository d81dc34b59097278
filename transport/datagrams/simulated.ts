import { formatAddress } from '../address.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { requireClock, requireFunction, requireObject } from '../require.ts'
import { addressToBind, createDynamicPorts } from '../simulated-ports.ts'
import type { Address } from '../transport.ts'
import type { DatagramHandler, DatagramSocket, Datagrams } from './datagrams.ts'
import { type PathOptions, SimulatedPath } from './simulated-path.ts'

/** All time that passes is the clock's, all chance is `random`'s: same seed, same run. */
export interface DatagramNetworkOptions extends PathOptions {
  readonly clock: Clock
  readonly random: Random
}

/** Hosts that send each other datagrams inside one process. */
export interface DatagramNetwork {
  /** The datagrams of one host, any non-empty name; `path`: what its way out has that is unlike the network's. One call a host. */
  host(name: string, path?: PathOptions): Datagrams
  /** From now on nothing reaches `host`, and nothing leaves it, as if it had lost its power. */
  blackhole(host: string): void
}

/**
 * Makes an empty network of datagrams. What a host sends passes its own way out, whose rate all its sockets share, and comes to the
 * socket that is bound there when it arrives, or to none. A host is known by its name alone. Throws a RangeError for what no path can be.
 */
export function createDatagramNetwork(options: DatagramNetworkOptions): DatagramNetwork {
  requireObject('what a network is like', options)
  const { clock, random, ...common } = options
  requireClock(clock)
  requireFunction('random', random)
  const sockets = new Map<string, DatagramHandler>()
  const blackholes = new Set<string>()
  const dynamicPort = createDynamicPorts()

  function carry(path: SimulatedPath, bytes: Uint8Array, from: Address, to: Address): void {
    if (blackholes.has(from.host) || blackholes.has(to.host)) return
    const nowMs = clock.now()
    for (const atMs of path.arrivals(bytes.length, nowMs)) {
      const copy = bytes.slice()
      path.harm(copy)
      clock.setTimeout(() => {
        if (!blackholes.has(to.host)) sockets.get(formatAddress(to))?.received(copy, from)
      }, atMs - nowMs)
    }
  }

  const bound = (path: SimulatedPath, address: Address, handler: DatagramHandler): DatagramSocket =>
    simulatedSocket(sockets, address, handler, (bytes, to) => carry(path, bytes, address, to))

  function bind(name: string, path: SimulatedPath, address: Address, handler: DatagramHandler): DatagramSocket | Error {
    const free = addressToBind(name, address, { dynamicPort, isTaken: (one) => sockets.has(formatAddress(one)) })
    return free instanceof Error ? free : bound(path, free, handler)
  }

  return {
    host: (name, path) => {
      const out = new SimulatedPath({ ...common, ...path }, random)
      return {
        bind: (address, handler, done) => done(bind(name, out, address, handler)),
        resolve: (host, done) => done([host]),
        anyHostFor: () => name,
      }
    },
    blackhole: (host) => {
      blackholes.add(host)
    },
  }
}

/**
 * A socket of a simulated network, among its sockets by the text of their addresses. It is closed by `close`, or when another takes its place:
 * from then on nothing is carried.
 */
export function simulatedSocket(
  sockets: Map<string, DatagramHandler>,
  address: Address,
  handler: DatagramHandler,
  carry: (bytes: Uint8Array, to: Address) => void,
): DatagramSocket {
  const key = formatAddress(address)
  let sentCount = 0
  sockets.set(key, handler)
  return {
    address,
    send: (bytes, to) => {
      if (sockets.get(key) === handler) carry(bytes, to)
      return ++sentCount
    },
    get departed() {
      return sentCount
    },
    isBusy: false,
    reaches: () => true,
    ref: () => undefined,
    unref: () => undefined,
    close: (done) => {
      if (sockets.get(key) === handler) sockets.delete(key)
      done()
    },
  }
}
