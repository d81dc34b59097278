import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { HttpLane, RangeGet, RangeRequest } from '../../../transport/web-seed/http.ts'
import { nodeHttpLanes } from '../../../transport/web-seed/node-http.ts'

const servers = new Set<ReturnType<typeof createServer>>()
const lanes = new Set<HttpLane>()

/** Where a server on loopback is, by a name that nobody could look up, and what it has seen. */
async function serving(answer: RequestListener) {
  const asked: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  server.on('connection', (socket) => {
    sockets.add(socket)
  })
  servers.add(server)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return { url: new URL(`http://me:secret@seed.invalid:${address.port}/a%20b`), asked, sockets, server }
}

afterEach(async () => {
  for (const lane of lanes) lane.close()
  for (const server of servers) {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
  servers.clear()
  lanes.clear()
})

function aLane(): HttpLane {
  const lane = nodeHttpLanes('peerchart test')()
  lanes.add(lane)
  return lane
}

/** What came of one request: the status and what it brought, or why not. */
function got(lane: HttpLane, get: Partial<RangeGet> & Pick<RangeGet, 'url'>, upTo = Number.POSITIVE_INFINITY) {
  return new Promise<string>((resolve) => {
    let told = ''
    const request: RangeRequest = lane.get(
      { hosts: ['127.0.0.1'], begin: 2, end: 5, ...get },
      {
        head: ({ contentRange = '', status }) => {
          told += `${status} ${contentRange}: `
        },
        data: (chunk) => {
          told += new TextDecoder().decode(chunk)
          if (told.length < upTo) return
          request.destroy()
          resolve(told)
        },
        ended: () => resolve(`${told}.`),
        failed: ({ fault, message }) => resolve(`${told}${fault}, ${message}`),
      },
    )
  })
}

test('a part of a file is asked for as the URL says, of the address that was looked up, by one connection', async () => {
  const { asked, sockets, url } = await serving((_, response) =>
    response.writeHead(206, { 'content-range': 'bytes 2-4/9', 'content-length': 3 }).end('cde'),
  )
  const lane = aLane()
  expect([await got(lane, { url }), await got(lane, { url })]).toEqual(Array(2).fill('206 bytes 2-4/9: cde.'))
  expect([asked.length, sockets.size]).toEqual([2, 1])
  expect(asked[0]?.url).toBe('/a%20b')
  expect(asked[0]?.headers).toMatchObject({
    host: `seed.invalid:${url.port}`,
    range: 'bytes=2-4',
    'user-agent': 'peerchart test',
    'accept-encoding': 'identity',
    authorization: `Basic ${btoa('me:secret')}`,
  })
})

test('a lane ends the connection to one server before it asks another, and its last when it is closed', async () => {
  const [one, other] = await Promise.all([
    serving((_, answer) => answer.end('1')),
    serving((_, answer) => answer.end('2')),
  ])
  const lane = aLane()
  expect([await got(lane, one), await got(lane, other)]).toEqual(['200 : 1.', '200 : 2.'])
  const [first] = one.sockets
  const [second] = other.sockets
  if (!first || !second) throw new Error('nobody came')
  if (!first.closed) await once(first, 'close')
  lane.close()
  if (!second.closed) await once(second, 'close')
})

test('a connection that the server ended while it was kept is made anew', async () => {
  const { server, sockets, url } = await serving((_, response) => response.end('1'))
  server.keepAliveTimeout = 0
  const lane = aLane()
  expect(await got(lane, { url })).toBe('200 : 1.')
  for (const socket of sockets) socket.resetAndDestroy()
  expect(await got(lane, { url })).toBe('200 : 1.')
  expect(sockets.size).toBe(2)
})

test('what goes wrong is told in words', async () => {
  const breaking = await serving((_, response) => {
    response.writeHead(206, { 'content-length': 3 }).write('c', () => response.destroy())
  })
  expect(await got(aLane(), breaking)).toBe('206 : cunreachable, it ended the connection')
  breaking.server.closeAllConnections()
  await new Promise((closed) => breaking.server.close(closed))
  servers.delete(breaking.server)
  expect(await got(aLane(), breaking)).toBe('unreachable, nothing listens there')
})

test('a body without an end is read until its reader has enough', async () => {
  const { url } = await serving((_, response) => {
    const drip = setInterval(() => response.write('abc'), 1)
    response.on('close', () => {
      clearInterval(drip)
      hungUp()
    })
  })
  let hungUp = () => {}
  const isOver = new Promise<void>((resolve) => {
    hungUp = resolve
  })
  expect(await got(aLane(), { url }, 12)).toMatch(/^200 : (abc)+/)
  await isOver
})

test('a server that changes to another protocol, which Node ends silently, has not answered', async () => {
  const { url } = await serving((_, response) => {
    response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  expect(await got(aLane(), { url })).toBe('unreachable, it ended the connection without an answer')
})
