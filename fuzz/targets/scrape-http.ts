import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Outcome, SwarmCounts } from '../../transport/tracker/announce.ts'
import type { HttpAnswer } from '../../transport/tracker/http.ts'
import { scrapeTo } from '../../transport/tracker/scrape-to.ts'
import { networkOf } from '../engine/asking.ts'
import { countsMust } from '../engine/counts.ts'
import { must, type Target } from '../engine/target.ts'
import { counted } from '../engine/wire-seeds.ts'

const infoHash = counted(20)
const scrapeOf = (torrent: Uint8Array, counts: string) =>
  Buffer.concat([Buffer.from('d5:filesd20:'), torrent, Buffer.from(`${counts}ee`)])

/**
 * What a tracker answers over HTTP when it is scraped (BEP 48): counts, or why there are none. With a first byte of `>` the rest is where it
 * redirects to, which is followed until it ends.
 */
export const target: Target = {
  covers: ['transport/tracker/scrape-to.ts', 'transport/tracker/http-answer.ts', 'transport/tracker/http-announce.ts'],
  bytesMax: 16_384,
  words: [
    '5:files',
    '8:complete',
    '10:incomplete',
    '10:downloaded',
    '14:failure reason',
    '8:retry in',
    Buffer.concat([Buffer.from('20:'), infoHash]),
    'd',
    'e',
    'i-1e',
    'i9007199254740993e',
    '>',
    '/scrape',
  ],
  seeds: () => ({
    counts: scrapeOf(infoHash, 'd8:completei3e10:downloadedi9e10:incompletei4ee'),
    'some counts': scrapeOf(infoHash, 'd8:completei3e10:downloadedi-9e10:incomplete1:4e'),
    'of another torrent': scrapeOf(counted(20, 7), 'd8:completei3ee'),
    refused: Buffer.from('d14:failure reason14:not registerede'),
    redirect: Buffer.from('>/elsewhere/scrape'),
    abroad: Buffer.from('>http://198.51.100.2/scrape'),
  }),
  run(input) {
    const location = input[0] === 0x3e ? Buffer.from(input.subarray(1)).toString() : undefined
    const answer: HttpAnswer =
      location === undefined ? { status: 200, body: input } : { status: 302, location, body: new Uint8Array() }
    const clock = new SimulatedClock()
    const outcomes: Outcome<SwarmCounts>[] = []
    let count = 0
    const network = networkOf({
      clock,
      http: (_, done) => {
        must(++count <= 10, 'redirects end')
        done({ answer })
        return () => {}
      },
    })
    scrapeTo('http://192.0.2.200/announce', infoHash, network, (outcome) => outcomes.push(outcome))
    must(outcomes.length === 1 && clock.pending === 0, 'it ends once, and nothing is left of it')
    return countsMust(outcomes[0])
  },
}
