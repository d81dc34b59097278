import { dial, handshake, ids, message, readMessages } from './remote.mjs'

const blockLength = 16_384
const outstandingMax = 128
/** A client that was shown out does not come back at once. */
const redialMs = 1000

/**
 * A leecher of good manners, in as few lines as that takes: it wants everything of `seed` and asks for it in order while it is not choked, 128
 * blocks ahead. Resolves to the seconds from its first dial to the last byte, or to undefined when it does not get there in `limitMs`.
 */
export function leech({ seed, metainfo, limitMs }) {
  const blocks = metainfo.length / blockLength
  const blocksAPiece = metainfo.pieceLength / blockLength
  const missing = new Set(Array.from({ length: blocks }, (_, nth) => nth))
  const startedAt = performance.now()
  let socket
  let redial
  return new Promise((resolve) => {
    const finish = (seconds) => {
      clearTimeout(limit)
      clearTimeout(redial)
      socket.destroy()
      resolve(seconds)
    }
    const limit = setTimeout(() => finish(undefined), limitMs)
    const meet = () => {
      const asked = new Set()
      let isChoked = true
      socket = dial(seed)
      const ask = () => {
        if (isChoked) return
        const requests = []
        for (const block of missing) {
          if (asked.size >= outstandingMax) break
          if (asked.has(block)) continue
          asked.add(block)
          const index = Math.floor(block / blocksAPiece)
          requests.push(message(ids.request, index, (block % blocksAPiece) * blockLength, blockLength))
        }
        if (requests.length > 0) socket.write(Buffer.concat(requests))
      }
      const take = (body) => {
        const block = body.readUInt32BE(0) * blocksAPiece + body.readUInt32BE(4) / blockLength
        asked.delete(block)
        missing.delete(block)
        if (missing.size === 0) finish((performance.now() - startedAt) / 1000)
        else if (asked.size <= outstandingMax / 2) ask()
      }
      const refuse = (body) => asked.delete(body.readUInt32BE(0) * blocksAPiece + body.readUInt32BE(4) / blockLength)
      readMessages(socket, {
        greeted: () => socket.write(Buffer.concat([message(ids.have_none), message(ids.interested)])),
        hears: (id, body) => {
          if (id === ids.piece) take(body)
          else if (id === ids.unchoke || id === ids.choke) {
            isChoked = id === ids.choke
            ask()
          } else if (id === ids.reject_request) refuse(body)
        },
      })
      socket.on('connect', () => socket.write(handshake(metainfo.infoHash)))
      socket.on('error', () => {})
      socket.on('close', () => {
        if (missing.size > 0) redial = setTimeout(meet, redialMs)
      })
    }
    meet()
  })
}
