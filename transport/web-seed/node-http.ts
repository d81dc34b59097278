import { Agent, type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps, Agent as SecureAgent } from 'node:https'
import { pinnedLookup } from '../pinned-lookup.ts'
import { SocketDescriptor } from '../socket-descriptor.ts'
import { unreachable } from '../tracker/network-error.ts'
import type { HttpLane, OpenHttpLane, RangeGet, RangeRequest, RangeTold } from './http.ts'

/**
 * HTTP and HTTPS by Node. A lane keeps one connection for the next request to the same server, and holds one descriptor as long as it is
 * open. Headers are read up to Node's bound, 16 KiB.
 */
export const nodeHttpLanes =
  (userAgent: string): OpenHttpLane =>
  () =>
    new NodeLane(userAgent)

class NodeLane implements HttpLane {
  readonly #userAgent: string
  #descriptor = new SocketDescriptor(false)
  #holdsDescriptor = false
  #agent: Agent | undefined
  #origin = ''

  constructor(userAgent: string) {
    this.#userAgent = userAgent
  }

  get(get: RangeGet, told: RangeTold): RangeRequest {
    const one = new NodeRequest(get, told, (again) => this.#request(again))
    this.#withDescriptor(
      () => one.begin(),
      () => one.fail('no descriptor was free for a connection'),
    )
    return one
  }

  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
    this.#giveBack()
  }

  #withDescriptor(begin: () => void, giveUp: () => void): void {
    if (this.#holdsDescriptor) {
      begin()
      return
    }
    this.#descriptor.take(
      () => {
        this.#holdsDescriptor = true
        this.#descriptor.used()
        begin()
      },
      () => {
        this.#giveBack()
        giveUp()
      },
    )
  }

  #giveBack(): void {
    this.#descriptor.release()
    this.#descriptor = new SocketDescriptor(false)
    this.#holdsDescriptor = false
  }

  #request({ url, hosts, begin, end }: RangeGet): ClientRequest {
    const isSecure = url.protocol === 'https:'
    if (url.origin !== this.#origin) {
      // One connection a lane: that to another server ends.
      this.#agent?.destroy()
      this.#agent = undefined
      this.#origin = url.origin
    }
    this.#agent ??= new (isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets: 1 })
    return (isSecure ? overHttps : overHttp)(url, {
      agent: this.#agent,
      headers: {
        'User-Agent': this.#userAgent,
        'Accept-Encoding': 'identity',
        Range: `bytes=${begin}-${end - 1}`,
      },
      lookup: pinnedLookup(hosts),
    })
  }
}

class NodeRequest implements RangeRequest {
  readonly #get: RangeGet
  readonly #told: RangeTold
  readonly #make: (get: RangeGet) => ClientRequest
  #request: ClientRequest | undefined
  #response: IncomingMessage | undefined
  #isOver = false
  #isPaused = false

  constructor(get: RangeGet, told: RangeTold, make: (get: RangeGet) => ClientRequest) {
    this.#get = get
    this.#told = told
    this.#make = make
  }

  begin(): void {
    if (this.#isOver) return
    const made = this.#make(this.#get)
    this.#request = made
    made.on('error', (error) => {
      if (this.#isOver || made !== this.#request) return
      // The server ended the connection that was kept, as it may, while we asked.
      if (made.reusedSocket && !this.#response && 'code' in error && error.code === 'ECONNRESET') this.begin()
      else this.fail(unreachable(error).failure.message)
    })
    made.on('response', (response) => this.#take(response))
    // Node ends the connection silently when a server changes to another protocol.
    made.on('close', () => {
      if (made === this.#request && !this.#response) this.fail('it ended the connection without an answer')
    })
    made.end()
  }

  fail(message: string): void {
    if (this.#isOver) return
    this.destroy()
    this.#told.failed({ fault: 'unreachable', message })
  }

  pause(): void {
    this.#isPaused = true
    this.#response?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#response?.resume()
  }

  destroy(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#request?.destroy()
  }

  #take(response: IncomingMessage): void {
    if (this.#isOver) return
    this.#response = response
    const { headers, statusCode: status = 0 } = response
    this.#told.head({
      status,
      location: headers.location,
      contentRange: headers['content-range'],
      contentLength: headers['content-length'],
      contentEncoding: headers['content-encoding'],
      retryAfter: headers['retry-after'],
      date: headers.date,
    })
    if (this.#isOver) return
    response.on('data', (chunk: Uint8Array) => {
      if (!this.#isOver) this.#told.data(chunk)
    })
    response.on('error', (error) => this.fail(unreachable(error).failure.message))
    response.on('end', () => {
      if (this.#isOver) return
      // The connection is the agent's again.
      this.#isOver = true
      this.#told.ended()
    })
    if (this.#isPaused) response.pause()
  }
}
