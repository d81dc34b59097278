import { heading, mebibytesPerSecond, spread, table, target, times } from '../lib/report.mjs'
import { interleave, medianRatio } from '../lib/rounds.mjs'
import { transferOverBittorrentProtocol } from './bittorrent-protocol.mjs'
import { transferOverPeerchart } from './peerchart.mjs'
import { transferOverRawTcp } from './raw-tcp.mjs'
import { encryptWithRc4 } from './rc4.mjs'

/** Bytes of a block, and blocks asked for and not received yet: 1 MiB, the read-ahead of an upload. */
const blockBytes = 16_384
const depth = 64

/** Blocks over loopback TCP, both ends in this process, in plaintext and RC4, beside `bittorrent-protocol` doing the same. */
export async function wire({ smoke }) {
  const plaintextBlocks = smoke ? 256 : 32_768
  const rc4Blocks = smoke ? 256 : 8192
  const rounds = smoke ? 1 : 9
  heading(
    `wire: ${plaintextBlocks} blocks of 16 KiB over loopback TCP, ${rc4Blocks} with RC4; ${depth} outstanding, both ends in one process`,
  )
  const cpuMicroseconds = {}
  const timed = (name, transfer, blocks, encryption) => {
    cpuMicroseconds[name] = []
    return async () => {
      const cpuBefore = process.cpuUsage()
      const seconds = await transfer({ blocks, blockBytes, depth, encryption })
      const { user, system } = process.cpuUsage(cpuBefore)
      cpuMicroseconds[name].push((user + system) / blocks)
      return (blocks * blockBytes) / seconds
    }
  }
  const contenders = [
    ['peerchart', transferOverPeerchart, plaintextBlocks, 'none'],
    ['bittorrent-protocol', transferOverBittorrentProtocol, plaintextBlocks, 'none'],
    ['raw TCP', transferOverRawTcp, plaintextBlocks],
    ['peerchart, RC4', transferOverPeerchart, rc4Blocks, 'required'],
    ['bittorrent-protocol, RC4', transferOverBittorrentProtocol, rc4Blocks, 'required'],
    ['RC4 alone', encryptWithRc4, rc4Blocks],
  ]
  const results = await interleave(
    Object.fromEntries(contenders.map(([name, ...rest]) => [name, timed(name, ...rest)])),
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
  const ratio = (name, other) => medianRatio(results[name], results[other])
  const plaintext = ratio('peerchart', 'bittorrent-protocol')
  target('of bittorrent-protocol, at least 1.50x', times(plaintext), plaintext >= 1.5)
  const rc4 = ratio('peerchart, RC4', 'bittorrent-protocol, RC4')
  target('with RC4, of bittorrent-protocol, at least 1.50x', times(rc4), rc4 >= 1.5)
  console.log(`  share of raw TCP: ${times(ratio('peerchart', 'raw TCP'))}`)
  // Each byte passes through RC4 twice, once at each end.
  console.log(`  share of RC4 alone at both ends: ${times(2 * ratio('peerchart, RC4', 'RC4 alone'))}`)
}
