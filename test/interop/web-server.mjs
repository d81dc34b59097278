// A plain server of HTTP with ranges, that says where it listens: `node web-server.mjs FOLDER [corrupt]`. With `corrupt` a bit of each byte
// is wrong.
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'

const [folder = '.', fault = ''] = process.argv.slice(2)

const server = createServer((request, response) => {
  const path = join(folder, decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return response.writeHead(404).end()
  const [, first = '0', last = String(size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const begin = Number(first)
  const end = Math.min(Number(last), size - 1)
  response.writeHead(206, { 'content-range': `bytes ${begin}-${end}/${size}`, 'content-length': end - begin + 1 })
  const bytes = createReadStream(path, { start: begin, end })
  bytes.on('error', () => response.destroy())
  response.on('close', () => bytes.destroy())
  if (fault !== 'corrupt') return bytes.pipe(response)
  return bytes
    .pipe(
      new Transform({
        transform: (chunk, _, done) =>
          done(
            null,
            chunk.map((byte) => byte ^ 1),
          ),
      }),
    )
    .pipe(response)
})

server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'listening', port: server.address().port }))
})
process.on('SIGTERM', () => process.exit(0))
