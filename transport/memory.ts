import { formatAddress } from './address.ts'
import { link, MemoryConnection, type MemoryLinkOptions } from './memory-connection.ts'
import { requireBoolean, requireClock, requireFunction, requireObject } from './require.ts'
import { addressToBind, createDynamicPorts, firstDynamicPort } from './simulated-ports.ts'
import type { Address, Connection, ListenerHandle, Transport } from './transport.ts'

export type { MemoryLinkOptions } from './memory-connection.ts'

/** Hosts that reach each other inside one process. */
export interface MemoryNetwork {
  /** The transport of one host (any non-empty name): it listens on that host's ports and dials from them. */
  transport(host: string): Transport
  /** From now on dials to `host` are never answered, as if a firewall dropped them. What is connected stays so. */
  blackhole(host: string): void
}

/**
 * Makes an empty network, every link of which is like `options`. A dial takes one latency to the listener and one back;
 * where nobody listens it is `refused`. Connections behave as TCP's do, by one suite. Throws a RangeError for
 * options no link can have.
 */
export function createMemoryNetwork(options: MemoryLinkOptions): MemoryNetwork {
  checkLinkOptions(options)
  const latencyMs = options.latencyMs ?? 0
  const listeners = new Map<string, (connection: Connection) => void>()
  const blackholes = new Set<string>()
  const dynamicPort = createDynamicPorts()

  function answer(dialler: MemoryConnection, from: string): void {
    const accept = listeners.get(formatAddress(dialler.remote))
    if (accept === undefined) {
      const detail = `nobody listens on ${formatAddress(dialler.remote)}`
      dialler.later(latencyMs, () => dialler.close({ code: 'refused', detail }))
      return
    }
    const accepted = new MemoryConnection(options, 'in', { host: from, port: dynamicPort() }, startSoon)
    link(options, dialler, accepted)
    dialler.later(latencyMs, () => dialler.start())
    accept(accepted)
  }

  function bind(host: string, address: Address, accept: (connection: Connection) => void): ListenerHandle {
    const bound = addressToBind(host, address, { dynamicPort, isTaken: (one) => listeners.has(formatAddress(one)) })
    if (bound instanceof Error) throw bound
    const key = formatAddress(bound)
    listeners.set(key, accept)
    return {
      address: bound,
      close: async () => {
        if (listeners.get(key) === accept) listeners.delete(key)
      },
    }
  }

  return {
    transport: (host) => ({
      kind: 'memory',
      dial: (address) =>
        new MemoryConnection(options, 'out', address, (dialler) => {
          if (!blackholes.has(address.host)) dialler.later(latencyMs, () => answer(dialler, host))
        }),
      listen: async (address, accept) => bind(host, address, accept),
    }),
    blackhole: (host) => {
      blackholes.add(host)
    },
  }
}

/**
 * Two ends of one link that stands already, without a network: the first has `direction` out, the second in. Each is
 * `opened` at once when opened; what the other end sent before waits for it.
 */
export function memoryPair(options: MemoryLinkOptions): [dialler: Connection, accepted: Connection] {
  checkLinkOptions(options)
  const dialler = new MemoryConnection(options, 'out', { host: 'accepted', port: 6881 }, startSoon)
  const accepted = new MemoryConnection(options, 'in', { host: 'dialler', port: firstDynamicPort }, startSoon)
  link(options, dialler, accepted)
  return [dialler, accepted]
}

function startSoon(connection: MemoryConnection): void {
  connection.later(0, () => connection.start())
}

function checkLinkOptions(options: MemoryLinkOptions): void {
  requireObject('what a link is like', options)
  const { clock, random, latencyMs = 0, bytesPerSecond = 1, fragment = false, resetAfterBytes } = options
  requireClock(clock)
  requireFunction('random', random)
  requireBoolean('fragment', fragment)
  if (resetAfterBytes !== undefined) requireFunction('resetAfterBytes', resetAfterBytes)
  if (!(latencyMs >= 0 && Number.isFinite(latencyMs))) {
    throw new RangeError(`latencyMs is a number of milliseconds from 0, not ${latencyMs}`)
  }
  if (!(bytesPerSecond > 0)) throw new RangeError(`bytesPerSecond is above 0, not ${bytesPerSecond}`)
}
