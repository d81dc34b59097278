import { formatAddress } from '../../transport/address.ts'
import type { Clock } from '../../transport/clock.ts'
import type { Datagrams } from '../../transport/datagrams/datagrams.ts'
import { connectionOver } from '../../transport/line.ts'
import type { Random } from '../../transport/random.ts'
import type { Address, Connection, ListenerHandle, Transport } from '../../transport/transport.ts'
import { Downlink, Uplink } from './access-link.ts'
import { BufferPool } from './buffer-pool.ts'
import { DatagramLines } from './datagram-lines.ts'
import type { Way } from './flow.ts'
import { StreamEnd } from './stream-end.ts'

/** How a host is joined to the others. */
export interface AccessOptions {
  /** Bytes a second, above 0. Default: no limit. */
  readonly upBytesPerSecond?: number | undefined
  readonly downBytesPerSecond?: number | undefined
  /** How long a byte is under way between the host and the middle of the network, in milliseconds: to another host it takes both theirs. Default 0. */
  readonly latencyMs?: number | undefined
  /** Of its datagrams: the part that is lost, 0 to 1, and by how much some are late at most, in milliseconds. Default 0. */
  readonly lossRate?: number | undefined
  readonly jitterMs?: number | undefined
}

/** One host of the network. */
export interface SimulatedHost {
  readonly name: string
  /** Connections as TCP makes them: in order, without loss, sharing the host's lines with all its others. */
  readonly tcp: Transport
  /** Datagrams, as uTP needs them: they share the host's lines among themselves. */
  readonly udp: Datagrams
  /** Ends of connections that are not over, those that dial included. */
  readonly connections: number
  /** Resets so many of its connections: the oldest, all if not said. */
  reset(count?: number): void
}

/** Hosts with lines of their own, that reach each other unless they are parted. */
export interface SimulatedNetwork {
  /** A host that was not there. Throws a RangeError for a line that cannot be. */
  host(name: string, access?: AccessOptions): SimulatedHost
  /** Parts hosts from all others: packets get through only between hosts of one island. 0 is the mainland, where all begin. */
  move(hosts: Iterable<string>, island: number): void
  /** Whether packets get through between two hosts now. */
  reaches(from: string, to: string): boolean
  /** How long a byte is under way between two hosts, in milliseconds. */
  latencyMs(from: string, to: string): number
}

/** What both hosts' buffers hold beyond what a line has under way. */
const bufferBytes = 192 * 1024

/** Under way at most: what systems let a connection's window grow to. */
const windowBytesMax = 4 * 1024 * 1024

/** Where the dynamic ports begin (RFC 6335). */
const firstDynamicPort = 49152

interface Host {
  readonly name: string
  readonly up: number
  readonly down: number
  readonly latencyMs: number
  readonly uplink: Uplink
  readonly downlink: Downlink
  readonly ends: Set<StreamEnd>
  island: number
}

/** Makes an empty network. All time that passes is the clock's, all chance is `random`'s: same seed, same run. */
export function createSimulatedNetwork(clock: Clock, random: Random): SimulatedNetwork {
  const hosts = new Map<string, Host>()
  const listeners = new Map<string, (connection: Connection) => void>()
  const pool = new BufferPool()
  let waiting: (() => void)[] = []
  let nextPort = firstDynamicPort
  const reached = (from: Host, name: string): Host | undefined => {
    const to = hosts.get(name)
    return to?.island === from.island ? to : undefined
  }
  const datagrams = new DatagramLines(clock, random, reached, dynamicPort)

  function dynamicPort(): number {
    const port = nextPort
    nextPort = port === 65535 ? firstDynamicPort : port + 1
    return port
  }

  const passes = (from: Host, to: Host, again: () => void): boolean => {
    if (from.island === to.island) return true
    waiting.push(function retry() {
      if (from.island === to.island) again()
      else waiting.push(retry)
    })
    return false
  }

  function way(from: Host, to: Host): Way {
    const latencyMs = from.latencyMs + to.latencyMs
    const underWay = (2 * latencyMs * Math.min(from.up, to.down)) / 1000
    return {
      clock,
      uplink: from.uplink,
      downlink: to.downlink,
      latencyMs,
      windowBytes: bufferBytes + Math.min(windowBytesMax, underWay),
      pool,
      passes: (again) => passes(from, to, again),
    }
  }

  function end(
    host: Host,
    direction: 'in' | 'out',
    remote: Address,
    begin: (end: StreamEnd) => void,
  ): [Connection, StreamEnd] {
    let made: StreamEnd | undefined
    const connection = connectionOver({ kind: 'tcp', direction, remote }, (tell) => {
      made = new StreamEnd(
        tell,
        (one) => {
          host.ends.add(one)
          begin(one)
        },
        (one) => host.ends.delete(one),
      )
      return made
    })
    return [connection, made as StreamEnd]
  }

  function dial(from: Host, address: Address): Connection {
    const [connection] = end(from, 'out', address, (dialler) => {
      const to = hosts.get(address.host)
      if (!to) {
        clock.setTimeout(() => dialler.fail('unreachable', `there is no host ${address.host}`), 0)
        return
      }
      const latencyMs = from.latencyMs + to.latencyMs
      const knock = () => {
        if (!dialler.isClosed && passes(from, to, knock)) answer(dialler, from, to, address)
      }
      clock.setTimeout(knock, latencyMs)
    })
    return connection
  }

  function answer(dialler: StreamEnd, from: Host, to: Host, address: Address): void {
    const latencyMs = from.latencyMs + to.latencyMs
    const accept = listeners.get(formatAddress(address))
    if (!accept) {
      clock.setTimeout(() => dialler.fail('refused', `nobody listens on ${formatAddress(address)}`), latencyMs)
      return
    }
    const remote = { host: from.name, port: dynamicPort() }
    const [connection, accepted] = end(to, 'in', remote, (one) => {
      clock.setTimeout(() => one.open(), 0)
    })
    dialler.join(accepted)
    accepted.join(dialler)
    accepted.carry(way(to, from))
    clock.setTimeout(() => {
      dialler.carry(way(from, to))
      dialler.open()
    }, latencyMs)
    accept(connection)
  }

  function bind(host: Host, address: Address, accept: (connection: Connection) => void): ListenerHandle {
    const { port } = address
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`${port} is not a port`)
    if (address.host !== host.name) {
      throw systemError('EADDRNOTAVAIL', `${address.host} is not an address of ${host.name}`)
    }
    const bound = { host: host.name, port: port === 0 ? dynamicPort() : port }
    const key = formatAddress(bound)
    if (listeners.has(key)) throw systemError('EADDRINUSE', `something listens on ${key} already`)
    listeners.set(key, accept)
    return {
      address: bound,
      close: async () => {
        if (listeners.get(key) === accept) listeners.delete(key)
      },
    }
  }

  function at(name: string): Host {
    const host = hosts.get(name)
    if (!host) throw new RangeError(`there is no host ${name}`)
    return host
  }

  return {
    host(name, access = {}) {
      const { upBytesPerSecond = Number.POSITIVE_INFINITY, downBytesPerSecond = Number.POSITIVE_INFINITY } = access
      const { latencyMs = 0, lossRate = 0, jitterMs = 0 } = access
      if (hosts.has(name)) throw new RangeError(`there is a host ${name} already`)
      const host: Host = {
        name,
        up: requireRate('upBytesPerSecond', upBytesPerSecond),
        down: requireRate('downBytesPerSecond', downBytesPerSecond),
        latencyMs: requireLatency(latencyMs),
        uplink: new Uplink(clock, upBytesPerSecond),
        downlink: new Downlink(clock, downBytesPerSecond),
        ends: new Set(),
        island: 0,
      }
      hosts.set(name, host)
      return {
        name,
        tcp: {
          kind: 'tcp',
          dial: (address) => dial(host, address),
          listen: async (address, accept) => bind(host, address, accept),
        },
        udp: datagrams.of(host, upBytesPerSecond, { lossRate, jitterMs }),
        get connections() {
          return host.ends.size
        },
        reset(count = Number.POSITIVE_INFINITY) {
          for (const one of [...host.ends].slice(0, count)) one.reset()
        },
      }
    },
    move(names, island) {
      for (const name of names) at(name).island = island
      const retries = waiting
      waiting = []
      for (const retry of retries) retry()
    },
    reaches: (from, to) => at(from).island === at(to).island,
    latencyMs: (from, to) => at(from).latencyMs + at(to).latencyMs,
  }
}

function requireRate(name: string, rate: number): number {
  if (rate > 0) return rate
  throw new RangeError(`${name} of a host is above 0, not ${rate}`)
}

function requireLatency(latencyMs: number): number {
  if (latencyMs >= 0 && Number.isFinite(latencyMs)) return latencyMs
  throw new RangeError(`latencyMs of a host is a number of milliseconds from 0, not ${latencyMs}`)
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code })
}
