import { isInReachOf } from '../address.ts'
import type { Address } from '../transport.ts'
import { type AnnounceAnswer, type AnnounceRequest, failed, type Outcome } from './announce.ts'
import { askOverHttp } from './http-announce.ts'
import { distinct, readAnnounceAnswer } from './http-answer.ts'
import { announceUrl } from './http-request.ts'
import type { TrackerNetwork } from './network.ts'
import { unreachable } from './network-error.ts'
import { hostOf } from './tracker-url.ts'
import { askOverUdp } from './udp-announce.ts'
import { announceOf } from './udp-packets.ts'

/** What an announce leads to. */
export interface Announced {
  /** Peers that one family of addresses has brought; the other may still be asked. */
  found(peers: readonly Address[]): void
  /** Once, and last. */
  done(outcome: Outcome<AnnounceAnswer>): void
}

/** How long the other family of addresses has when one has answered, in milliseconds. Our own number: some hosts have IPv6 that leads nowhere. */
export const otherFamilyMs = 5_000

/**
 * Announces to a tracker, whose URL `readTrackerUrl` has read: by IPv4 and by IPv6 where its name has both, as it learns our address of
 * each family by that alone (BEP 7). Peers that are nearer to us than the tracker are left out: it cannot know them. Answers how to give
 * it up: nothing is told any more.
 */
export function announceTo(
  tracker: string,
  request: AnnounceRequest,
  network: TrackerNetwork,
  told: Announced,
): () => void {
  const url = new URL(tracker)
  const asked = new Set<() => void>()
  const outcomes: Outcome<AnnounceAnswer>[] = []
  let isOver = false
  let timer: unknown
  const giveUp = () => {
    isOver = true
    network.clock.clearTimeout(timer)
    for (const one of asked) one()
  }
  const end = () => {
    if (isOver) return
    giveUp()
    told.done(merged(outcomes))
  }
  const take = (host: string, outcome: Outcome<AnnounceAnswer>, isLast: boolean) => {
    if (isOver) return
    const inReach = withoutNearer(host, outcome)
    outcomes.push(inReach)
    if ('answer' in inReach) {
      told.found(inReach.answer.peers)
      timer ??= network.clock.setTimeout(end, otherFamilyMs)
    }
    if (isLast) end()
  }
  network.datagrams.resolve(hostOf(url), (hosts) => {
    if (isOver) return
    if (hosts instanceof Error) {
      told.done(unreachable(hosts))
      return
    }
    const places = oneOfEachFamily(hosts)
    for (const host of places) {
      asked.add(
        ask(url, host, request, network, (outcome) => take(host, outcome, outcomes.length === places.length - 1)),
      )
    }
  })
  return giveUp
}

/** Asks at one address. */
function ask(
  url: URL,
  host: string,
  request: AnnounceRequest,
  network: TrackerNetwork,
  done: (outcome: Outcome<AnnounceAnswer>) => void,
): () => void {
  if (url.protocol === 'udp:') return askOverUdp({ url, host }, announceOf(url, request), network, done)
  const announce = new URL(announceUrl(url.href, request))
  return askOverHttp({ url: announce, host }, network, (outcome) =>
    done('failure' in outcome ? outcome : readAnnounceAnswer(outcome.answer)),
  )
}

/** The first IPv4 address, and the first IPv6 address. */
export const oneOfEachFamily = (hosts: readonly string[]): readonly string[] =>
  [hosts.find((host) => !host.includes(':')), hosts.find((host) => host.includes(':'))].flatMap((host) => host ?? [])

function withoutNearer(tracker: string, outcome: Outcome<AnnounceAnswer>): Outcome<AnnounceAnswer> {
  if ('failure' in outcome) return outcome
  const { answer } = outcome
  return { answer: { ...answer, peers: answer.peers.filter(({ host }) => isInReachOf(tracker, host)) } }
}

/** What the first has answered, with the peers of all; the first failure where none has. */
function merged(outcomes: readonly Outcome<AnnounceAnswer>[]): Outcome<AnnounceAnswer> {
  const answers = outcomes.flatMap((one) => ('answer' in one ? [one.answer] : []))
  const [first] = answers
  if (first) return { answer: { ...first, peers: distinct(answers.flatMap(({ peers }) => peers)) } }
  return outcomes[0] ?? failed('unreachable', 'its name has no address')
}
