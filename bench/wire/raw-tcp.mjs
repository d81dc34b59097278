import { connect, createServer } from 'node:net'

/** Bytes of a write, and of the buffer that is read into: as peerchart reads. */
const chunkBytes = 256 * 1024

/** The limit: the same bytes between two sockets of `node:net`, written and read in large chunks, with no protocol at all. */
export async function transferOverRawTcp({ blocks, blockBytes }) {
  const total = blocks * blockBytes
  const chunk = Buffer.alloc(chunkBytes)
  const server = createServer({ noDelay: true }, (socket) => {
    let left = total
    const write = () => {
      while (left > 0) {
        const bytes = Math.min(left, chunkBytes)
        left -= bytes
        if (!socket.write(chunk.subarray(0, bytes))) return
      }
    }
    socket.on('drain', write)
    socket.on('error', () => {})
    write()
  })
  const port = await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
  const startedAt = performance.now()
  const seconds = await new Promise((resolve) => {
    let received = 0
    const callback = (bytes) => {
      received += bytes
      if (received === total) {
        resolve((performance.now() - startedAt) / 1000)
        socket.destroy()
      }
      return true
    }
    const socket = connect({ port, host: '127.0.0.1', onread: { buffer: Buffer.alloc(chunkBytes), callback } })
  })
  await new Promise((resolve) => server.close(resolve))
  return seconds
}
