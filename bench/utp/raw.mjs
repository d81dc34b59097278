import { systemClock, utpTransport } from '../../dist/index.js'
import { heading, mebibytesPerSecond, spread, table, target } from '../lib/report.mjs'

const mebibyte = 1024 * 1024
const chunk = new Uint8Array(64 * 1024)

/** Bytes from one end of ours to another over uTP on loopback, both in this process: how fast, and at what cost of the processor. */
export async function rawUtp({ smoke }) {
  const length = (smoke ? 8 : 256) * mebibyte
  const rounds = smoke ? 1 : 5
  heading(`utp-raw: ${length / mebibyte} MiB over uTP on loopback, both ends in one process`)
  const rates = []
  const costs = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    rates.push(length / (await carry(length)))
    const { user, system } = process.cpuUsage(before)
    costs.push((user + system) / (length / 1024))
  }
  table([
    ['', 'least', 'median', 'most'],
    ['rate', ...spread(rates, mebibytesPerSecond)],
    ['processor, both ends', ...spread(costs, (micros) => `${micros.toFixed(1)} µs/KiB`)],
  ])
  const [, median] = spread(rates, (rate) => rate)
  target('at least 100 MiB/s', mebibytesPerSecond(median), median >= 100 * mebibyte)
}

/** Answers the seconds from the first byte that is written to the last that is read. */
function carry(length) {
  const [near, far] = [utpTransport(), utpTransport()]
  return new Promise((resolve, reject) => {
    const failed = (end) => reject(new Error(`a connection was closed: ${end.code}`))
    const accept = (connection) => {
      let readBytes = 0
      connection.open({
        opened: () => undefined,
        data: (bytes) => {
          readBytes += bytes.length
          if (readBytes >= length) over()
        },
        drained: () => undefined,
        closed: failed,
      })
    }
    let startedAt = 0
    let over = () => undefined
    far.listen({ host: '127.0.0.1', port: 0 }, accept).then((listener) => {
      const connection = near.dial(listener.address)
      over = () => {
        resolve((systemClock.now() - startedAt) / 1000)
        connection.destroy()
        listener.close()
      }
      let written = 0
      const write = () => {
        while (written < length) {
          written += chunk.length
          if (!connection.write([chunk])) return
        }
      }
      const opened = () => {
        startedAt = systemClock.now()
        write()
      }
      connection.open({ opened, data: () => undefined, drained: write, closed: () => undefined })
    }, reject)
  })
}
