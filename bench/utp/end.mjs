import * as datagrams from './ends/datagrams.mjs'
import * as peerchart from './ends/peerchart.mjs'
import * as utpNative from './ends/utp-native.mjs'

// One end of a transfer, in a process of its own: `end.mjs CONTENDER receive BYTES`, or `end.mjs CONTENDER send BYTES PORT`. The receiver
// says `listening` and, when the last byte has come, `done` with the seconds since the first. On SIGTERM an end says `spent`, with the
// processor time since its transfer began, and ends.

/** In milliseconds; no transfer takes so long. */
const deadlineMs = 60_000

const [contender, role, bytes, port] = process.argv.slice(2)
const length = Number(bytes)
const say = (line) => console.log(JSON.stringify(line))

let startedAt
let usage = process.cpuUsage()
const begin = () => {
  startedAt = performance.now()
  usage = process.cpuUsage()
}
process.once('SIGTERM', () => {
  const { user, system } = process.cpuUsage(usage)
  say({ event: 'spent', processorSeconds: (user + system) / 1e6 })
  process.exit()
})
setTimeout(() => process.exit(1), deadlineMs).unref()

const { receive, send } = { peerchart, datagrams, 'utp-native': utpNative }[contender]
if (role === 'send') {
  await send(Number(port), length, begin)
} else {
  let received = 0
  const data = (byteCount) => {
    if (received === 0) begin()
    const before = received
    received += byteCount
    if (before < length && received >= length) say({ event: 'done', seconds: (performance.now() - startedAt) / 1000 })
  }
  await receive({ listening: (at) => say({ event: 'listening', port: at }), data })
}
