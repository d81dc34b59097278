import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { charts } from '../../../diagram/charts.ts'
import { chartOf } from '../../../diagram/edges.ts'
import { regionPaths } from '../../../diagram/regions.ts'
import { chartToSvg, regionToSvg } from '../../../diagram/svg.ts'
import type { Batch, Drawn, Moment, SaidRow, Wish } from '../../../inspector/protocol/protocol.ts'

/** A server that says to the page what a test wants, with nothing behind it. */

const token = 'test-token'
const page = new URL('../../../dist/inspector/page/', import.meta.url)
const files: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
}
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export interface FakeServer {
  readonly url: string
  /** What the page has sent. */
  readonly wishes: readonly Wish[]
  /** Tells all pages; later ones are told too, after the first batch. */
  readonly push: (batch: Batch) => void
  /** Writes to all feeds as it is. */
  readonly say: (text: string) => void
  /** How many feeds are open, and how many pages rest. */
  readonly feeds: () => number
  readonly resting: () => number
  /** Ends all feeds; the page may come again. */
  readonly hangUp: () => void
  readonly close: () => Promise<void>
}

export interface FakeOptions {
  readonly first: Batch
  /** Undefined: forgotten. */
  readonly moment?: (actor: number, seq: number) => Moment | undefined
  /** What is remembered of an actor, beside what the first batch has. */
  readonly said?: (actor: number) => readonly SaidRow[]
}

/** Listens on a free port of loopback. */
export async function startFakeServer({ first, moment, said }: FakeOptions): Promise<FakeServer> {
  const feeds = new Set<ServerResponse>()
  const resting = new Set<ServerResponse>()
  const later: Batch[] = []
  const wishes: Wish[] = []

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    response.setHeader('content-security-policy', policy)
    if (!path.startsWith(`/${token}/`)) return end(response, 404)
    const [what = '', name = '', seq = ''] = path.slice(token.length + 2).split('/')
    if (what === 'feed') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const batch of [first, ...later]) tell(response, batch)
      feeds.add(response)
      response.on('close', () => feeds.delete(response))
      return
    }
    if (what === 'rest') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': resting\n\n')
      resting.add(response)
      response.on('close', () => resting.delete(response))
      return
    }
    if (what === 'chart') return json(response, await drawn(name.replace('.json', '')))
    if (what === 'said') return json(response, said?.(Number(name)) ?? [])
    if (what === 'moment') return json(response, moment?.(Number(name), Number(seq)))
    if (what === 'send' && request.method === 'POST') {
      const wish: Wish = JSON.parse(await bodyOf(request))
      const isAllowed = first.hello?.allow.includes(wish.event.type) ?? false
      if (isAllowed) wishes.push(wish)
      return end(response, isAllowed ? 204 : 403)
    }
    const file = what === '' ? 'index.html' : what
    const type = files[file]
    if (type === undefined) return end(response, 404)
    response.writeHead(200, { 'content-type': type })
    response.end(await readFile(new URL(file, page)))
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => end(response, 500))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}/${token}/`,
    wishes,
    push: (batch) => {
      later.push(batch)
      for (const feed of feeds) tell(feed, batch)
    },
    say: (text) => {
      for (const feed of feeds) feed.write(text)
    },
    feeds: () => feeds.size,
    resting: () => resting.size,
    hangUp: () => {
      for (const feed of feeds) feed.end()
    },
    close: async () => {
      for (const feed of feeds) feed.end()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const tell = (feed: ServerResponse, batch: Batch): boolean => feed.write(`data: ${JSON.stringify(batch)}\n\n`)

function end(response: ServerResponse, status: number): void {
  response.statusCode = status
  response.end()
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8')
  let body = ''
  for await (const part of request) body += String(part)
  return body
}

const drawings = new Map<string, Promise<Drawn | undefined>>()

/** The charts that the library runs, each drawn once. */
function drawn(name: string): Promise<Drawn | undefined> {
  const known = drawings.get(name) ?? draw(name)
  drawings.set(name, known)
  return known
}

async function draw(name: string): Promise<Drawn | undefined> {
  const machine = charts[name]
  if (machine === undefined) return undefined
  const chart = chartOf(machine)
  const regions = regionPaths(chart)
  const bare = (svg: string): string => svg.replace(/<style>.*<\/style>\n/, '')
  if (regions.length === 0) return { name, pictures: [{ region: name, svg: bare(await chartToSvg(chart)) }] }
  const pictures = regions.map(async (region) => ({ region, svg: bare(await regionToSvg(chart, region)) }))
  return { name, pictures: await Promise.all(pictures) }
}
