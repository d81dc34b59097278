import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Outcome } from '../../transport/tracker/announce.ts'
import type { HttpAnswer } from '../../transport/tracker/http.ts'
import { nodeHttp } from '../../transport/tracker/http.ts'
import { answerBytesMax } from '../../transport/tracker/http-answer.ts'
import type { RangeHead } from '../../transport/web-seed/http.ts'
import { nodeHttpLanes } from '../../transport/web-seed/node-http.ts'
import { must, type Target } from '../engine/target.ts'

/** What a server answers to whatever it is asked; it then ends the connection. */
let answer: Uint8Array = new Uint8Array()
let begun: Promise<number> | undefined

/** The port of a server on loopback, which keeps no process alive. */
async function begin(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(answer))
  })
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const get = nodeHttp('fuzz')
const openLane = nodeHttpLanes('fuzz')
const body = 'd8:intervali60e5:peers0:e'

/** Bytes that come over HTTP, by Node's own client, for a tracker and for a web seed: each request ends, once, and what is kept is bounded. */
export const target: Target = {
  covers: ['transport/tracker/http.ts', 'transport/web-seed/node-http.ts'],
  bytesMax: 16_384,
  msMax: 1_000,
  words: [
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.0 206 \r\n',
    '\r\n',
    'Content-Length: ',
    'Content-Encoding: gzip\r\n',
    'Content-Encoding: deflate\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Location: ',
    'Content-Range: bytes 0-9/10\r\n',
    '0\r\n\r\n',
    'a\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 101 Upgrade\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    gzipSync(new Uint8Array(100_000)),
  ],
  seeds: () => ({
    plain: `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    chunked: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    packed: Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n'), gzipSync(body)]),
    bomb: Buffer.concat([
      Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n'),
      gzipSync(new Uint8Array(4 * 1024 * 1024)),
    ]),
    redirect: 'HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n',
    part: 'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-9/10\r\nContent-Length: 10\r\nRetry-After: 5\r\n\r\n0123456789',
    upgrade: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  }),
  async run(input) {
    begun ??= begin()
    const port = await begun
    const url = new URL(`http://127.0.0.1:${port}/announce`)
    answer = input
    const outcome = await inTime<Outcome<HttpAnswer>>((done) => get({ url, host: '127.0.0.1' }, done))
    must('failure' in outcome || outcome.answer.body.length <= answerBytesMax, 'a body is bounded')
    const lane = openLane()
    const seen: RangeHead[] = []
    const end = await inTime<string>((done) =>
      lane.get(
        { url, hosts: ['127.0.0.1'], begin: 0, end: 10 },
        {
          head: (head) => seen.push(head),
          data: () => {},
          ended: () => done('ended'),
          failed: ({ fault }) => done(fault),
        },
      ),
    )
    lane.close()
    must(seen.length === 1 || end !== 'ended', 'what ends has one head')
    return `${'failure' in outcome ? outcome.failure.fault : 'answer'} ${end}`
  },
}

/** What is told once, and soon. */
async function inTime<Told>(ask: (done: (told: Told) => void) => unknown): Promise<Told> {
  const told: Told[] = []
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('does not hold: a request ends')), 20_000)
    ask((one) => {
      told.push(one)
      clearTimeout(timer)
      resolve()
    })
  })
  must(told.length === 1, 'it ends once')
  return told[0] as Told
}
