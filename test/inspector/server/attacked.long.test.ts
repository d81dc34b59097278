import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'

const program = new URL('attacked.mjs', import.meta.url).pathname

/** How a program stands. */
interface Stand {
  readonly rss: number
  readonly descriptors: number
  readonly pages: number
}

const mebibyte = 1024 * 1024

/** A program with an inspector, in a process of its own. */
async function started() {
  const child = fork(program)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const [{ url }] = await heard<{ url: string }>(child)
  return { child, url: new URL(url) }
}

const heard = <Message>(child: ChildProcess) => once(child, 'message') as Promise<[Message]>

async function standOf(child: ChildProcess): Promise<Stand> {
  const answer = heard<Stand>(child)
  child.send('stand')
  return (await answer)[0]
}

const routesOf = ({ pathname }: URL): string[] =>
  ['', 'page.js', 'page.css', 'chart/peer.json', 'chart/torrent.json', 'moment/1/1', 'feed', 'nothing'].flatMap(
    (route) => [pathname + route, `/another-token/${route}`],
  )

/** A connection on which nothing is ever read, with so many requests at once. */
function deaf({ hostname, host, port }: URL, paths: readonly string[]): Socket {
  const socket = connect({ host: hostname, port: Number(port) })
  socket.on('error', () => {})
  socket.pause()
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`).join(''))
  return socket
}

/** Asks, and leaves after the first bytes of the answer; resolves also where it is refused. */
const glance = ({ hostname, port }: URL, path: string): Promise<void> =>
  new Promise((resolve) => {
    const request = http.get({ host: hostname, port, path, agent: false }, (response) => {
      response.once('data', () => response.destroy())
      response.on('close', resolve)
      response.resume()
    })
    request.on('error', () => resolve())
  })

describe.runIf(process.platform === 'linux')('an inspector that is attacked', () => {
  const [glances, deafs] = [2_000, 40]

  test(`${glances + 200 * deafs} requests, and connections that never read, end no transfer, take no memory and leave no descriptor`, async () => {
    const { child, url } = await started()
    const before = await standOf(child)
    const routes = routesOf(url)
    const pathAt = (nth: number) => routes[nth % routes.length] ?? ''

    const sockets = [
      ...Array.from({ length: 16 }, () => deaf(url, [`${url.pathname}feed`])),
      ...Array.from({ length: deafs }, (_, nth) =>
        deaf(
          url,
          Array.from({ length: 200 }, (_, i) => pathAt(nth + i)),
        ),
      ),
    ]
    const done = heard<{ done: number }>(child)
    child.send('start')
    for (let nth = 0; nth < glances; nth += 40)
      await Promise.all(Array.from({ length: 40 }, (_, i) => glance(url, pathAt(nth + i))))
    expect((await done)[0]).toEqual({ done: 128 * 65_536 })

    const under = await standOf(child)
    expect(under.rss - before.rss).toBeLessThan(200 * mebibyte)
    expect(under.pages).toBeLessThanOrEqual(16)

    for (const socket of sockets) socket.destroy()
    // Two connections of the torrents, and their listener.
    await expect
      .poll(async () => (await standOf(child)).descriptors - before.descriptors, { timeout: 15_000 })
      .toBeLessThanOrEqual(3)
    expect((await standOf(child)).pages).toBe(0)
    expect((await fetch(url)).status).toBe(200)
  }, 60_000)
})
