import { heading, table, target, times } from '../lib/report.mjs'
import { interleave, median, medianRatio } from '../lib/rounds.mjs'
import { messages } from './messages.mjs'

/**
 * What one message costs through peer and torrent, without sockets and disk, and whether it stays so with more peers and more
 * pieces. The cost of a message that N peers must hear of by the protocol (a verified piece is a `have` to each) is no part of it.
 */
export async function cost({ smoke }) {
  const rounds = smoke ? 1 : 11
  const messageCount = smoke ? 20 : 10_000
  const peerCounts = smoke ? [1, 10] : [1, 10, 100, 1000]
  const pieceCounts = smoke ? [1000, 10_000] : [1000, 10_000, 100_000]
  heading('cost: processor µs a message through peer and torrent, and in units of the smallest')
  const rows = [['', ...Object.keys(messages)]]
  let greatest = 0
  for (const [what, sizes] of [
    ['peers', peerCounts.map((peers) => ({ peers, pieces: 1000 }))],
    ['pieces', pieceCounts.map((pieces) => ({ peers: 10, pieces }))],
  ]) {
    const columns = []
    for (const start of Object.values(messages)) {
      const loads = sizes.map(start)
      const contenders = loads.map((load) => timed(load, messageCount))
      const results = await interleave(contenders, { rounds, warmUps: smoke ? 0 : 2 })
      for (const load of loads) load.stop()
      const [smallest] = Object.values(results)
      columns.push(
        Object.values(results).map((costs) => {
          const ratio = medianRatio(costs, smallest)
          greatest = Math.max(greatest, ratio)
          return `${median(costs).toFixed(1)} ${times(ratio)}`
        }),
      )
    }
    sizes.forEach((size, nth) => {
      rows.push([`${what}: ${size[what]}`, ...columns.map((column) => column[nth])])
    })
  }
  table(rows)
  target('greatest growth, at most 1.30x', times(greatest), greatest <= 1.3)
}

/** Answers the processor's microseconds a message; `load.run` says how many it made of those it was asked for. */
const timed = (load, messageCount) => async () => {
  load.prepare()
  const before = process.cpuUsage()
  const count = load.run(messageCount)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}
