import type { Duplex } from 'node:stream'
import { type Connection, connectionOver, type LineEnds, type TransportEnd } from 'peerchart'

/** What Node's errors mean to a peer. */
const codes: Readonly<Record<string, TransportEnd['code']>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ENOENT: 'refused',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
}

/** Any Duplex as a connection. `start` sets it going, and calls back later, when bytes can flow. */
export function overStream(ends: LineEnds, stream: Duplex, start: (opened: () => void) => void): Connection {
  return connectionOver(ends, (tell) => {
    stream.on('error', ({ code = '', message }: NodeJS.ErrnoException) => tell.ending(codes[code] ?? 'error', message))
    stream.on('end', () => {
      tell.ending(stream.writableFinished ? 'destroyed' : 'end')
      stream.destroy()
    })
    stream.on('close', () => tell.closed())
    const opened = () => {
      tell.opened()
      stream.on('data', (chunk) => tell.data(chunk))
    }
    return {
      queuedBytes: () => stream.writableLength,
      start: () => start(opened),
      // A stream may hand its reader the very memory that was written, so it gets some of its own.
      send: (chunk) => stream.write(chunk.slice(), () => tell.left()),
      flow: (isOn) => (isOn ? stream.resume() : stream.pause()),
      finish: () => stream.end(),
      cut: () => stream.destroy(),
    }
  })
}
