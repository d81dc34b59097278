import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createUnzip } from 'node:zlib'
import { pinnedLookup } from '../pinned-lookup.ts'
import { SocketDescriptor } from '../socket-descriptor.ts'
import { failed, type Outcome } from './announce.ts'
import { answerBytesMax } from './http-answer.ts'
import { unreachable } from './network-error.ts'

/** One request over HTTP/1.1. */
export interface HttpGet {
  readonly url: URL
  /** The IP address of its host, which was looked up and looked at before. */
  readonly host: string
}

/** What came of it: no redirect is followed, and of one the body is not read. */
export interface HttpAnswer {
  readonly status: number
  readonly location?: string
  readonly body: Uint8Array
}

/** What carries HTTP: Node's own, or a simulated one. Answers how to give a request up: nothing is told of it any more. */
export type TrackerHttp = (get: HttpGet, done: (outcome: Outcome<HttpAnswer>) => void) => () => void

const giveUp = failed('unreachable', 'no descriptor was free for a connection')
const noAnswer = failed('faulty', 'it ended the connection without an answer')
const notPacked = failed('faulty', 'what it answers cannot be unpacked')
const tooLong = failed('faulty', `what it answers is longer than ${answerBytesMax} bytes`)

/**
 * HTTP and HTTPS by Node. Each request has a connection of its own, which ends with it. A body, also one that was compressed, is read up to
 * `answerBytesMax`; headers up to Node's bound, 16 KiB.
 */
export const nodeHttp =
  (userAgent: string): TrackerHttp =>
  ({ url, host }, done) => {
    let isOver = false
    let request: ClientRequest | undefined
    const descriptor = new SocketDescriptor(false)
    const end = (outcome?: Outcome<HttpAnswer>) => {
      if (isOver) return
      isOver = true
      if (request) request.destroy()
      else descriptor.release()
      if (outcome) done(outcome)
    }
    const begin = () => {
      descriptor.used()
      const made = (url.protocol === 'https:' ? overHttps : overHttp)(url, {
        agent: false,
        headers: { 'User-Agent': userAgent, 'Accept-Encoding': 'gzip', Connection: 'close' },
        lookup: pinnedLookup([host]),
      })
      request = made
      made.on('error', (error) => end(unreachable(error)))
      let hasAnswered = false
      made.on('response', (response) => {
        hasAnswered = true
        take(response, end)
      })
      made.on('close', () => {
        descriptor.release()
        // Node ends the connection silently when a server changes to another protocol.
        if (!hasAnswered) end(noAnswer)
      })
      made.end()
    }
    descriptor.take(begin, () => end(giveUp))
    return () => end()
  }

/** The body, and what is said above it. */
function take(response: IncomingMessage, end: (outcome: Outcome<HttpAnswer>) => void): void {
  const { statusCode: status = 0, headers } = response
  const { location } = headers
  if (location !== undefined) {
    end({ answer: { status, location, body: new Uint8Array() } })
    return
  }
  const chunks: Uint8Array[] = []
  let length = 0
  const body = plain(response)
  body.on('data', (chunk: Uint8Array) => {
    length += chunk.length
    if (length > answerBytesMax) end(tooLong)
    else chunks.push(chunk)
  })
  body.on('error', (error) => end(isOfZlib(error) ? notPacked : unreachable(error)))
  body.on('end', () => end({ answer: { status, body: new Uint8Array(Buffer.concat(chunks)) } }))
}

/** As it was before it was compressed, if it was. */
function plain(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding'] ?? 'identity'
  if (!/^(x-)?gzip$|^deflate$/i.test(encoding)) return response
  // What goes wrong with the one is an error of the other.
  return pipeline(response, createUnzip(), () => {})
}

const isOfZlib = (error: Error): boolean => 'code' in error && /^Z_/.test(String(error.code))
