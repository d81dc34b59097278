import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Feed } from '../feed/feed.ts'
import type { Batch } from '../protocol/protocol.ts'
import { grantedPath } from './access.ts'
import { Drawings } from './drawn.ts'
import { Readers } from './readers.ts'
import { grantWish } from './wishes.ts'

/** The files of the page, and no other, with their types. */
const files: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
}

/** Nothing but what this server sends is loaded or asked by the page, and nobody may frame it. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** In milliseconds. */
export interface Patience {
  /** How long a request may take to come in, its head and its body. */
  readonly requestMs: number
  /** How long a connection may be silent that is not a page's stream. */
  readonly silentMs: number
  /** How often requests that take too long are looked for. */
  readonly lookMs: number
}

const defaultPatience: Patience = { requestMs: 10_000, silentMs: 30_000, lookMs: 2_000 }

/** Connections at once. Each is for one request: whoever sends many at once and reads no answer has one made. */
const connectionsMax = 64

/** What a server of the page is made of. */
export interface Serving {
  /** What is known; undefined when nothing is looked at any more. */
  readonly feed: () => Feed | undefined
  readonly token: string
  /** The folder of the page's files. */
  readonly page: URL
  /** The module that draws charts (draw-worker.ts), built. */
  readonly worker: URL
  /** Types of events that the page may send. */
  readonly allow: readonly string[]
  readonly startedAt: number
  readonly now: () => number
  /** Default: 10 s for a request, looked for every 2 s, and 30 s of silence. */
  readonly patience?: Patience
}

/** Serves the inspector's page and its feed on 127.0.0.1 (protocol.ts). */
export class PageServer {
  readonly #serving: Serving
  readonly #server: Server
  readonly #readers: Readers
  readonly #drawings: Drawings
  readonly #contents = new Map<string, Buffer>()
  #port = 0

  constructor(serving: Serving) {
    this.#serving = serving
    const { now, patience = defaultPatience } = serving
    const limits = {
      requestTimeout: patience.requestMs,
      headersTimeout: patience.requestMs,
      connectionsCheckingInterval: patience.lookMs,
    }
    this.#drawings = new Drawings(serving.worker)
    this.#readers = new Readers({ first: () => this.#first(), now })
    this.#server = createServer(limits, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
    this.#server.maxConnections = connectionsMax
    this.#server.maxRequestsPerSocket = 1
    this.#server.setTimeout(patience.silentMs)
    // A page that is open does not keep the program alive.
    this.#server.on('connection', (socket) => socket.unref())
  }

  /** Listens; `port` 0 picks a free one. Answers the port. Rejects when it is taken. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host: '127.0.0.1', port }, () => {
        this.#server.off('error', reject)
        // A connection that cannot be accepted is none.
        this.#server.on('error', () => {})
        resolve()
      })
    })
    this.#server.unref()
    const bound = this.#server.address()
    this.#port = typeof bound === 'object' && bound !== null ? bound.port : port
    return this.#port
  }

  /** Pages that are open. */
  get pages(): number {
    return this.#readers.open
  }

  /** Those of them that read the feed. */
  get readers(): number {
    return this.#readers.reading
  }

  /** A page is or was open. */
  get wasOpened(): boolean {
    return this.#readers.wasAny
  }

  /** A turn is over: tells the pages what has changed, if anything has. */
  tell(batch: Batch | undefined): void {
    this.#readers.tell(batch)
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    this.#readers.stop()
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  #first(): Batch {
    const { allow, feed, now, startedAt } = this.#serving
    return { hello: { startedAt, allow }, ...(feed()?.first() ?? { now: now() }) }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Node says so of the last request that a connection may bring, but keeps it for six more seconds.
    response.shouldKeepAlive = false
    response.setHeader('content-security-policy', policy)
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('cross-origin-resource-policy', 'same-origin')
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cache-control', 'no-store')
    const path = grantedPath(request, this.#port, this.#serving.token)
    if (path === undefined) return end(response, 404)
    const { allow, feed } = this.#serving
    if (request.method === 'POST')
      return end(response, path === 'send' ? await grantWish(request, allow, (id) => feed()?.living(id)) : 404)
    if (request.method !== 'GET') return end(response, 405)
    if (path === 'feed') return this.#readers.add(response) ? undefined : end(response, 503)
    if (path === 'rest') return this.#readers.addResting(response) ? undefined : end(response, 503)
    const [kind = '', name = '', seq = ''] = path.split('/')
    if (kind === 'chart') return this.#chart(response, name)
    if (kind === 'said') return json(response, feed()?.said(Number(name)))
    if (kind === 'moment') return json(response, feed()?.moment(Number(name), Number(seq)))
    return this.#file(response, path === '' ? 'index.html' : path)
  }

  async #chart(response: ServerResponse, file: string): Promise<void> {
    const name = file.replace(/\.json$/, '')
    const machine = this.#serving.feed()?.machine(decoded(name))
    return machine ? send(response, 'application/json', await this.#drawings.of(machine)) : end(response, 404)
  }

  async #file(response: ServerResponse, name: string): Promise<void> {
    const type = Object.hasOwn(files, name) ? files[name] : undefined
    if (type === undefined) return end(response, 404)
    const content = await this.#content(name)
    if (content) send(response, type, content)
    else response.writeHead(503, { 'content-type': 'text/plain' }).end('The page is not built: npm run bundle\n')
  }

  /** A file of the page, read once. */
  async #content(name: string): Promise<Buffer | undefined> {
    const known = this.#contents.get(name)
    if (known) return known
    const content = await readFile(new URL(name, this.#serving.page)).catch(() => undefined)
    if (content) this.#contents.set(name, content)
    return content
  }
}

/** A name as the page has encoded it. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}

function json(response: ServerResponse, value: unknown): void {
  if (value === undefined) end(response, 404)
  else send(response, 'application/json', JSON.stringify(value))
}

function send(response: ServerResponse, type: string, content: string | Buffer): void {
  response.writeHead(200, { 'content-type': type }).end(content)
}
