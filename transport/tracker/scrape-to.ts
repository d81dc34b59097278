import { bencodeKey, isBencodeDict } from '../wire/bencode.ts'
import { failed, type Outcome, type SwarmCounts } from './announce.ts'
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
 * Asks a tracker, whose URL `readTrackerUrl` has read, how many there are in the swarm of a torrent (BEP 48, BEP 15), at the first address of
 * its name. `infoHash` has 20 bytes. Tells `done` once, after `scrapeMs` at the latest.
 */
export function scrapeTo(
  tracker: string,
  infoHash: Uint8Array,
  network: TrackerNetwork,
  done: (outcome: Outcome<SwarmCounts>) => void,
): void {
  const url = new URL(tracker)
  let isOver = false
  let giveUp = () => {}
  const end = (outcome: Outcome<SwarmCounts>) => {
    if (isOver) return
    isOver = true
    network.clock.clearTimeout(timer)
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
    return
  }
  network.datagrams.resolve(hostOf(url), (hosts) => {
    if (isOver) return
    const host = hosts instanceof Error ? undefined : hosts[0]
    if (host === undefined)
      end(hosts instanceof Error ? unreachable(hosts) : failed('unreachable', 'it has no address'))
    else if (url.protocol === 'udp:') giveUp = askOverUdp({ url, host }, scrapeOf(infoHash), network, end)
    else {
      giveUp = askOverHttp({ url: new URL(address), host }, network, (outcome) =>
        end('failure' in outcome ? outcome : countsOf(outcome.answer, infoHash)),
      )
    }
  })
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
