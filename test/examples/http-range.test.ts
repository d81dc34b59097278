import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { serveFile } from '../../examples/http-range.ts'
import type { FileRange, TorrentFileHandle } from '../../index.ts'

const data = Buffer.from(Array.from({ length: 1_000 }, (_, i) => i % 251))

/** A server of a file with these bytes; `open`: what its streams are. */
async function serving(
  bytes: Uint8Array,
  open = ({ start = 0, end = bytes.length - 1 }: FileRange) => Readable.from([bytes.subarray(start, end + 1)]),
): Promise<string> {
  const file: TorrentFileHandle = {
    ...{ index: 0, path: 'film.mkv', length: bytes.length, progress: 0, priority: 'normal' },
    stream: (range = {}) => open(range),
    blob: () => Promise.reject(new Error('nobody asks for it')),
  }
  const server = createServer(serveFile(file, 'video/x-matroska')).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const ask = async (url: string, range?: string, method = 'GET') => {
  const answer = await fetch(url, { method, ...(range !== undefined && { headers: { range } }) })
  return { answer, body: Buffer.from(await answer.arrayBuffer()) }
}

test.each([
  ['bytes=0-0', 0, 0],
  ['bytes=100-199', 100, 199],
  ['bytes=990-', 990, 999],
  ['bytes=-10', 990, 999],
  ['bytes=-5000', 0, 999],
  ['bytes=500-99999999999999999999', 500, 999],
])('answers %s with 206 and these bytes', async (range, start, end) => {
  const { answer, body } = await ask(await serving(data), range)
  expect(answer.status).toBe(206)
  expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/1000`)
  expect(answer.headers.get('content-length')).toBe(String(end - start + 1))
  expect(Buffer.compare(body, data.subarray(start, end + 1))).toBe(0)
})

test.each([undefined, 'bytes=-', 'bytes=5-4', 'bytes=0-1,5-6', 'pages=1-2', 'bytes=a-b'])(
  'answers %s, which is no one range of bytes, with the whole file',
  async (range) => {
    const { answer, body } = await ask(await serving(data), range)
    expect([answer.status, answer.headers.get('content-range')]).toEqual([200, null])
    expect(answer.headers.get('accept-ranges')).toBe('bytes')
    expect(answer.headers.get('content-type')).toBe('video/x-matroska')
    expect(Buffer.compare(body, data)).toBe(0)
  },
)

test.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0'])(
  'answers %s, of which it has nothing, with 416',
  async (range) => {
    const { answer, body } = await ask(await serving(data), range)
    expect([answer.status, answer.headers.get('content-range'), body.length]).toEqual([416, 'bytes */1000', 0])
  },
)

test('answers HEAD with the length, and opens no stream', async () => {
  const url = await serving(data, () => {
    throw new Error('nobody reads')
  })
  const { answer } = await ask(url, 'bytes=0-9', 'HEAD')
  expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '1000'])
  expect((await ask(url, undefined, 'POST')).answer.status).toBe(405)
})

test('serves an empty file', async () => {
  const url = await serving(new Uint8Array())
  expect((await ask(url)).answer.status).toBe(200)
  expect((await ask(url, 'bytes=0-')).answer.status).toBe(416)
})

test('closes the stream when the client goes away, also while it waits for bytes', async () => {
  const stream = new Readable({ read() {} })
  stream.push(data.subarray(0, 10))
  const url = await serving(data, () => stream)
  const asking = request(url).end()
  const [answer] = await once(asking, 'response')
  await once(answer, 'data')
  const closed = new Promise((resolve) => stream.once('close', resolve))
  asking.destroy()
  await closed
})
