import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { RangeTold } from '../../transport/web-seed/http.ts'
import { WebSeedConnection } from '../../transport/web-seed/web-seed-connection.ts'
import { encode } from '../../transport/wire/encode.ts'
import { WireReader } from '../../transport/wire/reader.ts'
import { heardBy } from '../engine/heard.ts'
import { packetsIn, packetsOf } from '../engine/packets.ts'
import { must, type Target } from '../engine/target.ts'
import { counted, handshakeSeed } from '../engine/wire-seeds.ts'

const files = [
  { offset: 0, length: 1_000, path: ['t', 'a'] },
  { offset: 1_000, length: 500, path: ['t', '.pad', '500'], pad: true as const },
  { offset: 1_500, length: 1_500, path: ['t', 'b'] },
]
const requests = [
  { index: 0, begin: 0, length: 1_000 },
  { index: 1, begin: 0, length: 600 },
  { index: 2, begin: 0, length: 700 },
]

const head = (...fields: readonly string[]) => Buffer.from(`H${fields.join('\n')}`)
const body = (bytes: Uint8Array) => Buffer.concat([Buffer.from('B'), bytes])

/**
 * What a web seed answers over HTTP, step by step: `H` and the fields of a head in lines, `B` and bytes of the body, `E` where it ends, `F` where
 * the connection breaks. Its owner gets whole blocks that were asked for, and no more, or an end with a reason.
 */
export const target: Target = {
  covers: ['transport/web-seed', 'transport/redirect.ts'],
  bytesMax: 16_384,
  words: [
    'H206\n',
    'H200\n',
    'H302\n',
    'H503\n',
    'H404\n',
    'bytes 0-999/1000',
    'bytes 0-99/1500',
    '/*',
    'identity',
    'gzip',
    'http://198.51.100.1/x',
    'http://127.0.0.1/',
    'Sun, 29 Nov 2026 10:00:00 GMT',
    '\n',
    'E',
    'F',
  ],
  seeds: () => ({
    parts: packetsOf([
      head('206', '', 'bytes 0-999/1000', '1000'),
      body(counted(1_000)),
      Buffer.from('E'),
      head('206', '', 'bytes 0-99/1500', '100'),
      body(counted(100)),
      Buffer.from('E'),
      head('206', '', 'bytes 500-1199/1500', '700'),
      body(counted(700)),
    ]),
    whole: packetsOf([
      head('200', '', '', '1000'),
      body(counted(1_000)),
      Buffer.from('E'),
      head('200'),
      body(counted(1_500)),
    ]),
    redirect: packetsOf([head('302', 'http://198.51.100.1/x'), head('206', '', 'bytes 0-999/*'), body(counted(400))]),
    busy: packetsOf([head('503', '', '', '', '', '120')]),
    later: packetsOf([head('503', '', '', '', '', 'Sun, 29 Nov 2026 10:01:00 GMT', 'Sun, 29 Nov 2026 10:00:00 GMT')]),
  }),
  run(input) {
    const clock = new SimulatedClock()
    const sink = heardBy()
    const reader = new WireReader(sink)
    reader.startMessages(100_000)
    const asked: RangeTold[] = []
    const ends: string[] = []
    const failures: string[] = []
    const connection = new WebSeedConnection({
      url: 'http://192.0.2.1/files/',
      content: { infoHash: counted(20), pieceLength: 1_000, files },
      network: {
        resolve: (host, done) => done([host]),
        openLane: () => ({
          close: () => {},
          get: (_, told) => {
            asked.push(told)
            const destroy = () => void asked.splice(asked.indexOf(told), asked.includes(told) ? 1 : 0)
            return { pause: () => {}, resume: () => {}, destroy }
          },
        }),
      },
      clock,
      without: [],
      answered: () => {},
      failed: ({ fault, message }) => {
        failures.push(fault)
        must(message !== '' && message.length < 2_200, 'why it fails is told')
      },
    })
    connection.open({
      opened: () => {},
      drained: () => {},
      data: (chunk) => reader.push(chunk),
      closed: ({ code }) => ends.push(code),
    })
    clock.advance(0)
    connection.write([handshakeSeed, ...encode({ name: 'request', requests })])
    clock.advance(0)
    for (const step of packetsIn(input)) {
      const told = asked[0]
      if (told) take(told, step, asked)
      clock.advance(1)
    }
    connection.destroy()
    clock.advance(0)
    const blocks = sink.messages.flatMap((one) => (one.name === 'piece' ? one.blocks : []))
    must(!sink.messages.some(({ name }) => name === 'violation'), 'what it says is in order')
    must(blocks.length <= requests.length, 'each block comes once')
    for (const block of blocks) {
      const request = requests.find(({ index }) => index === block.index)
      must(request?.begin === block.begin && request.length === block.data.length, 'each block was asked for')
    }
    must(ends.length === 1 && failures.length <= 1 && clock.pending === 0, 'it ends once, and nothing is left')
    return `${blocks.length} ${failures[0]}`
  },
}

function take(told: RangeTold, step: Uint8Array, asked: RangeTold[]): void {
  const [kind] = step
  const rest = step.subarray(1)
  if (kind === 0x48) {
    const [status = '', location, contentRange, contentLength, contentEncoding, retryAfter, date] = Buffer.from(rest)
      .toString('latin1')
      .split('\n')
      .map((field) => field || undefined)
    told.head({ status: Number(status) || 0, location, contentRange, contentLength, contentEncoding, retryAfter, date })
  } else if (kind === 0x42) told.data(rest.slice())
  else if (kind === 0x45 || kind === 0x46) {
    asked.splice(asked.indexOf(told), 1)
    if (kind === 0x45) told.ended()
    else told.failed({ fault: 'unreachable', message: 'it broke off' })
  }
}
