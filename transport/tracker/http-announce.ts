import { distance, isLoopback } from '../address.ts'
import { isRedirect, redirectTo } from '../redirect.ts'
import { failed, type Outcome } from './announce.ts'
import type { TrackerNetwork } from './network.ts'
import { hostOf } from './tracker-url.ts'

/** A URL, and the IP address of its host. */
interface Place {
  readonly url: URL
  readonly host: string
}

/**
 * Asks over HTTP, along redirects, for the body of an answer. Refused is a redirect to another scheme than HTTP and HTTPS, from HTTPS to
 * HTTP, and to a host that is nearer to us than the tracker: it would have us knock at our own doors. A tracker on this machine is asked
 * at a path whose last part begins with `announce` or `scrape` alone (libtorrent asks alike). Answers how to give it up.
 */
export function askOverHttp(
  place: Place,
  { datagrams, http }: TrackerNetwork,
  done: (outcome: Outcome<Uint8Array>) => void,
): () => void {
  let isOver = false
  let giveUp = () => {}
  const end = (outcome: Outcome<Uint8Array>) => {
    if (isOver) return
    isOver = true
    done(outcome)
  }
  const follow = (location: string, from: Place, redirects: number) => {
    const next = redirectTo(location, from.url, redirects)
    if (typeof next === 'string') {
      end(failed('faulty', next))
      return
    }
    datagrams.resolve(hostOf(next), (hosts) => {
      if (isOver) return
      const host = hosts instanceof Error ? undefined : hosts.find((one) => isOfFamily(one, from.host))
      if (host === undefined)
        end(failed('unreachable', `it sends us to ${next.hostname.slice(0, 100)}, which is not known`))
      else if (distance(host) < distance(from.host)) end(failed('faulty', `it sends us to ${host}, which is near us`))
      else get({ url: next, host }, redirects + 1)
    })
  }
  const get = (at: Place, redirects: number) => {
    if (isLoopback(at.host) && !/\/(announce|scrape)[^/]*$/.test(at.url.pathname)) {
      end(failed('faulty', 'a tracker on this machine is asked at /announce alone'))
      return
    }
    giveUp = http(at, (outcome) => {
      if (isOver) return
      if ('failure' in outcome) end(outcome)
      else if (isRedirect(outcome.answer.status) && outcome.answer.location !== undefined)
        follow(outcome.answer.location, at, redirects)
      else end(bodyOf(outcome.answer))
    })
  }
  get(place, 0)
  return () => {
    isOver = true
    giveUp()
  }
}

const isOfFamily = (one: string, other: string): boolean => one.includes(':') === other.includes(':')

/** The body, also of an error: many trackers say in it why they refuse. */
function bodyOf({ status, body }: { readonly status: number; readonly body: Uint8Array }): Outcome<Uint8Array> {
  const isBencoded = body[0] === 0x64
  return status === 200 || isBencoded ? { answer: body } : failed('faulty', `it answers with HTTP status ${status}`)
}
