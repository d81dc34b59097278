import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { Outcome } from '../../../transport/tracker/announce.ts'
import { type HttpAnswer, nodeHttp } from '../../../transport/tracker/http.ts'
import { answerBytesMax } from '../../../transport/tracker/http-answer.ts'

const http = nodeHttp('peerchart test')
const servers = new Set<ReturnType<typeof createServer>>()

/** The URL of a server on loopback, whose name nobody could look up. */
async function serving(answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.add(server)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return new URL(`http://tracker.invalid:${address.port}/announce?info_hash=%00%FF`)
}

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
  servers.clear()
})

const get = (url: URL) =>
  new Promise<Outcome<HttpAnswer>>((resolve) => {
    http({ url, host: '127.0.0.1' }, resolve)
  })

const bytes = (text: string) => new TextEncoder().encode(text)

test('a body is read from the address that was looked up, with the name and the path as they stand', async () => {
  const url = await serving(({ headers, url: path }, response) =>
    response.end(`${headers.host} ${path} ${headers['user-agent']}`),
  )
  const body = bytes(`tracker.invalid:${url.port} /announce?info_hash=%00%FF peerchart test`)
  expect(await get(url)).toEqual({ answer: { status: 200, body } })
})

test('a body that was compressed is unpacked', async () => {
  const url = await serving((_, response) => {
    response.setHeader('content-encoding', 'gzip').end(gzipSync('d8:intervali1ee'))
  })
  expect(await get(url)).toEqual({ answer: { status: 200, body: bytes('d8:intervali1ee') } })
})

test.each<[string, RequestListener]>([
  ['comes', (_, response) => response.end(new Uint8Array(answerBytesMax + 1))],
  [
    'comes out of a small one',
    (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(new Uint8Array(4 * answerBytesMax))),
  ],
])('no more than 1 MiB is read where more %s', async (_, answer) => {
  expect(await get(await serving(answer))).toEqual({
    failure: { fault: 'faulty', message: 'what it answers is longer than 1048576 bytes' },
  })
})

test('a body that never ends is read no further than that, and its connection is ended', async () => {
  let ended: Promise<unknown> = Promise.resolve()
  const url = await serving((_, response) => {
    ended = once(response, 'close')
    const write = () => {
      while (response.write(new Uint8Array(65_536)));
      response.once('drain', write)
    }
    write()
  })
  expect(await get(url)).toMatchObject({ failure: { fault: 'faulty' } })
  await ended
})

test('what says that it was compressed and was not cannot be unpacked', async () => {
  const url = await serving((_, response) => response.setHeader('content-encoding', 'gzip').end('plain'))
  expect(await get(url)).toMatchObject({ failure: { message: 'what it answers cannot be unpacked' } })
})

test('of a redirect the place is told, and nothing is followed', async () => {
  const url = await serving((_, response) => response.writeHead(302, { location: '/elsewhere' }).end('x'))
  expect(await get(url)).toEqual({ answer: { status: 302, location: '/elsewhere', body: new Uint8Array() } })
})

test('a tracker that listens no more, or ends the connection, is unreachable', async () => {
  const url = await serving(({ socket }) => socket.destroy())
  expect(await get(url)).toEqual({ failure: { fault: 'unreachable', message: 'it ended the connection' } })
  for (const server of servers) await new Promise((closed) => server.close(closed))
  expect(await get(url)).toEqual({ failure: { fault: 'unreachable', message: 'nothing listens there' } })
})

test('a request that is given up is told nothing, and its connection ends', async () => {
  let asked = () => {}
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  let ended: Promise<unknown> = Promise.resolve()
  const url = await serving(({ socket }) => {
    ended = once(socket, 'close')
    asked()
  })
  const told: unknown[] = []
  const giveUp = http({ url, host: '127.0.0.1' }, (outcome) => void told.push(outcome))
  await isAsked
  giveUp()
  await ended
  expect(told).toEqual([])
})

test('a server that changes to another protocol, which Node ends silently, is of no use', async () => {
  const url = await serving((_, response) => {
    response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  expect(await get(url)).toEqual({
    failure: { fault: 'faulty', message: 'it ended the connection without an answer' },
  })
})
