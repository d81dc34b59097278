import type { Datagrams } from '../transport/datagrams/datagrams.ts'
import type { SimulatedClock } from '../transport/simulated-clock.ts'
import { failed } from '../transport/tracker/announce.ts'
import type { HttpAnswer, HttpGet, TrackerHttp } from '../transport/tracker/http.ts'
import type { Address } from '../transport/transport.ts'
import { type BencodeInput, encodeBencode } from '../transport/wire/bencode.ts'

/** What an announce said, by its parameters; `info_hash` and `peer_id` are left out. */
export type Said = Readonly<Record<string, string>>

/** A tracker of HTTP on the fake network. */
export interface FakeTracker {
  readonly url: string
  /** What it was told, in order. */
  readonly said: Said[]
  /** The events that it was told of, `none` where there was none. */
  readonly events: string[]
}

/** An answer of a tracker, by what it was asked; undefined: none comes. A redirect is a `Location`. */
export type Answering = (
  said: Said,
  get: HttpGet,
) => BencodeInput | Uint8Array | { readonly location: string } | undefined

/** A network on which names are as they are given, and trackers answer after a while; by UDP nobody is reached. */
export function createTrackerNetwork(clock: SimulatedClock, { latencyMs = 20 }: { readonly latencyMs?: number } = {}) {
  const answering = new Map<string, (get: HttpGet) => HttpAnswer | undefined>()
  const delays = new Map<string, number>()
  const names = new Map<string, readonly string[]>()
  /** Requests under way. */
  const open = new Set<HttpGet>()
  const http: TrackerHttp = (get, done) => {
    open.add(get)
    const timer = clock.setTimeout(() => {
      const answer = answering.get(get.url.host)
      if (!answer) {
        open.delete(get)
        done(failed('unreachable', 'nothing listens there'))
        return
      }
      const said = answer(get)
      if (!said) return
      open.delete(get)
      done({ answer: said })
    }, delays.get(get.url.host) ?? latencyMs)
    return () => {
      open.delete(get)
      clock.clearTimeout(timer)
    }
  }
  const datagrams: Datagrams = {
    bind: () => undefined,
    resolve: (host, done) => done(names.get(host) ?? [host]),
    anyHostFor: () => '0.0.0.0',
  }
  return {
    network: { http, datagrams },
    open,
    /** What a name is looked up to. */
    name(host: string, addresses: readonly string[]) {
      names.set(host, addresses)
    },
    /** A tracker that answers as it is told; `afterMs`: if not after `latencyMs`. */
    answers(host: string, answer: Answering, afterMs?: number): FakeTracker {
      const said: Said[] = []
      if (afterMs !== undefined) delays.set(host, afterMs)
      answering.set(host, (get) => {
        const { info_hash: _, peer_id: __, ...rest } = Object.fromEntries(get.url.searchParams)
        said.push(rest)
        const answered = answer(rest, get)
        if (answered === undefined) return undefined
        if (answered instanceof Uint8Array) return { status: 200, body: answered }
        if (typeof answered === 'object' && 'location' in answered && typeof answered.location === 'string')
          return { status: 302, location: answered.location, body: new Uint8Array() }
        return { status: 200, body: encodeBencode(answered) }
      })
      return {
        url: `http://${host}/announce`,
        said,
        get events() {
          return said.map(({ event = 'none' }) => event)
        },
      }
    },
  }
}

/** Peers in the form that names hosts: the memory network's hosts are no IP addresses, so swarms that meet by trackers have such. */
export const compact = (peers: readonly Address[]): Uint8Array =>
  Uint8Array.from(peers.flatMap(({ host, port }) => [...host.split('.').map(Number), port >> 8, port & 0xff]))
