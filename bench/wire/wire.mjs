import { heading, mebibytesPerSecond, spread, table, target, times } from '../lib/report.mjs'
import { interleave, medianRatio } from '../lib/rounds.mjs'
import { transferOverBittorrentProtocol } from './bittorrent-protocol.mjs'
import { transferOverPeerchart } from './peerchart.mjs'
import { transferOverRawTcp } from './raw-tcp.mjs'

/** Bytes of a block, and blocks asked for and not received yet: 1 MiB, the read-ahead of an upload. */
const blockBytes = 16_384
const depth = 64

/** Blocks over loopback TCP, both ends in this process, beside `bittorrent-protocol` doing the same. */
export async function wire({ smoke }) {
  const blocks = smoke ? 256 : 32_768
  const rounds = smoke ? 1 : 9
  const load = { blocks, blockBytes, depth }
  heading(`wire: ${blocks} blocks of 16 KiB over loopback TCP, ${depth} outstanding, both ends in one process`)
  const cpuMicroseconds = { peerchart: [], 'bittorrent-protocol': [], 'raw TCP': [] }
  const timed = (name, transfer) => async () => {
    const cpuBefore = process.cpuUsage()
    const seconds = await transfer(load)
    const { user, system } = process.cpuUsage(cpuBefore)
    cpuMicroseconds[name].push((user + system) / blocks)
    return (blocks * blockBytes) / seconds
  }
  const results = await interleave(
    {
      peerchart: timed('peerchart', transferOverPeerchart),
      'bittorrent-protocol': timed('bittorrent-protocol', transferOverBittorrentProtocol),
      'raw TCP': timed('raw TCP', transferOverRawTcp),
    },
    { rounds, warmUps: smoke ? 0 : 1 },
  )
  table([
    ['', 'least', 'median', 'most', 'processor µs a block'],
    ...Object.entries(results).map(([name, rates]) => [
      name,
      ...spread(rates, mebibytesPerSecond),
      spread(cpuMicroseconds[name].slice(-rounds), (value) => value.toFixed(1))[1],
    ]),
  ])
  const { peerchart, 'bittorrent-protocol': other, 'raw TCP': raw } = results
  const ratio = medianRatio(peerchart, other)
  target('of bittorrent-protocol, at least 1.50x', times(ratio), ratio >= 1.5)
  console.log(`  share of raw TCP: ${times(medianRatio(peerchart, raw))}`)
}
