import { bencodeKey, isBencodeDict } from '../wire/bencode.ts'
import { failed, type Outcome, type SwarmCounts } from './announce.ts'
import { oneOfEachFamily } from './announce-to.ts'
import { askOverHttp } from './http-announce.ts'
import { countsIn, readDictionary } from './http-answer.ts'
import { percentEncoded, withQuery } from './http-request.ts'
import type { TrackerNetwork } from './network.ts'
import { unreachable } from './network-error.ts'
import { hostOf } from './tracker-url.ts'
import { askOverUdp } from './udp-announce.ts'
import { scrapeOf } from './udp-packets.ts'

/** How long a tracker has to answer a scrape, in milliseconds: as long as for an announce. */
export const scrapeMs = 45_000

/**
 * Asks a tracker, whose URL `readTrackerUrl` has read, how many there are in the swarm of a torrent (BEP 48, BEP 15): by IPv4 and by IPv6
 * where its name has both, as for an announce; the first that answers counts. `infoHash` has 20 bytes. Tells `done` once, after `scrapeMs` at
 * the latest. Answers how to give it up: nothing is told any more.
 */
export function scrapeTo(
  tracker: string,
  infoHash: Uint8Array,
  network: TrackerNetwork,
  done: (outcome: Outcome<SwarmCounts>) => void,
): () => void {
  const url = new URL(tracker)
  let isOver = false
  const asked: (() => void)[] = []
  const giveUp = () => {
    isOver = true
    network.clock.clearTimeout(timer)
    for (const one of asked) one()
  }
  const end = (outcome: Outcome<SwarmCounts>) => {
    if (isOver) return
    giveUp()
    done(outcome)
  }
  const timer = network.clock.setTimeout(
    () => end(failed('silent', `it has not answered within ${scrapeMs / 1_000} s`)),
    scrapeMs,
  )
  const address = url.protocol === 'udp:' ? tracker : scrapeUrl(url, infoHash)
  if (address === undefined) {
    end(failed('faulty', 'its URL does not end in /announce, so that it cannot be scraped'))
    return giveUp
  }
  network.datagrams.resolve(hostOf(url), (hosts) => {
    if (isOver) return
    if (hosts instanceof Error) {
      end(unreachable(hosts))
      return
    }
    const places = oneOfEachFamily(hosts)
    const failures: Outcome<SwarmCounts>[] = []
    const take = (outcome: Outcome<SwarmCounts>) => {
      if ('failure' in outcome) failures.push(outcome)
      const [first = outcome] = failures
      if ('answer' in outcome) end(outcome)
      else if (failures.length === places.length) end(first)
    }
    if (places.length === 0) end(failed('unreachable', 'its name has no address'))
    for (const host of places) if (!isOver) asked.push(ask({ url, address, host }, infoHash, network, take))
  })
  return giveUp
}

/** Asks at one address. */
function ask(
  { address, host, url }: { readonly url: URL; readonly address: string; readonly host: string },
  infoHash: Uint8Array,
  network: TrackerNetwork,
  done: (outcome: Outcome<SwarmCounts>) => void,
): () => void {
  if (url.protocol === 'udp:') return askOverUdp({ url, host }, scrapeOf(infoHash), network, done)
  return askOverHttp({ url: new URL(address), host }, network, (outcome) =>
    done('failure' in outcome ? outcome : countsOf(outcome.answer, infoHash)),
  )
}

/** The URL that scrapes a torrent: `scrape` stands in the place of `announce` at the beginning of its last part (BEP 48). */
function scrapeUrl(url: URL, infoHash: Uint8Array): string | undefined {
  if (!/\/announce[^/]*$/.test(url.pathname)) return undefined
  const scrape = new URL(url)
  scrape.pathname = url.pathname.replace(/announce(?=[^/]*$)/, 'scrape')
  return withQuery(scrape.href, [`info_hash=${percentEncoded(infoHash)}`])
}

function countsOf(body: Uint8Array, infoHash: Uint8Array): Outcome<SwarmCounts> {
  const dict = readDictionary(body)
  if ('failure' in dict) return dict
  const { files } = dict.answer
  const file = isBencodeDict(files) ? files[bencodeKey(infoHash)] : undefined
  return isBencodeDict(file)
    ? { answer: countsIn(file, 'downloaded') }
    : failed('faulty', 'what it answers says nothing of the torrent')
}
