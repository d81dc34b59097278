import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { TorrentFileHandle } from 'peerchart'

/** Answers requests over HTTP with a file of a torrent, all of it or the range that is asked for (RFC 9110), as it comes. */
export const serveFile =
  (file: TorrentFileHandle, type = 'application/octet-stream') =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const { length } = file
    response.setHeader('Accept-Ranges', 'bytes')
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'Content-Type': type, 'Content-Length': length }).end()
      return
    }
    if (request.method !== 'GET') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end()
      return
    }
    const range = rangeOf(request.headers.range, length)
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'Content-Range': `bytes */${length}` }).end()
      return
    }
    const { start, end } = range ?? { start: 0, end: length - 1 }
    response.writeHead(range ? 206 : 200, {
      'Content-Type': type,
      'Content-Length': end - start + 1,
      ...(range && { 'Content-Range': `bytes ${start}-${end}/${length}` }),
    })
    // A player that seeks goes away and asks anew: its stream is closed then, and nothing is fetched for it any more.
    pipeline(file.stream(range), response, () => {})
  }

/** The range that a header asks for; undefined for all of the file, also where it asks for several, or is none that we know. */
function rangeOf(header: string | undefined, length: number) {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined
  const start = first === '' ? Math.max(0, length - Number(last)) : Number(first)
  const end = first === '' || last === '' ? length - 1 : Math.min(length - 1, Number(last))
  return start > end ? 'unsatisfiable' : { start, end }
}
