import { heading, spread, table, target, times } from '../lib/report.mjs'
import { interleave, medianRatio } from '../lib/rounds.mjs'
import { connectOverBittorrentProtocol } from './bittorrent-protocol.mjs'
import { connectOverPeerchart } from './peerchart.mjs'

/** Connections from the dial to open on both ends, over loopback TCP, in plaintext and RC4, beside `bittorrent-protocol`. */
export async function handshake({ smoke }) {
  const rounds = smoke ? 1 : 9
  const warmUps = smoke ? 0 : 1
  const atOnce = smoke ? 5 : 50
  const batches = smoke ? 1 : 10
  const count = batches * atOnce
  heading(`handshake: ${count} connections over loopback TCP, ${atOnce} at once, both ends in one process`)
  const timed = (connectAll, encryption) => async () => count / (await connectAll({ batches, atOnce, encryption }))
  const results = await interleave(
    {
      'plaintext: peerchart': timed(connectOverPeerchart, 'none'),
      'plaintext: bittorrent-protocol': timed(connectOverBittorrentProtocol, 'none'),
      'RC4: peerchart': timed(connectOverPeerchart, 'required'),
      'RC4: bittorrent-protocol': timed(connectOverBittorrentProtocol, 'required'),
    },
    { rounds, warmUps },
  )
  table([
    ['connections a second', 'least', 'median', 'most'],
    ...Object.entries(results).map(([name, rates]) => [name, ...spread(rates, (rate) => rate.toFixed(0))]),
  ])
  for (const method of ['plaintext', 'RC4']) {
    const ratio = medianRatio(results[`${method}: peerchart`], results[`${method}: bittorrent-protocol`])
    target(`${method}, of bittorrent-protocol, at least 1.00x`, times(ratio), ratio >= 1)
  }
}
