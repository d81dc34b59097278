import { setTimeout as wait } from 'node:timers/promises'

const header = new TextEncoder().encode('\x13BitTorrent protocol')
/** Byte 7, bit 0x04: the Fast extension (BEP 6). */
const reserved = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 4)

const message = (...bytes) => Uint8Array.of(0, 0, 0, bytes.length, ...bytes)
const unchoke = message(1)
const interested = message(2)
const haveAll = message(14)
const haveNone = message(15)
const handshakeBytes = 68
const requestId = 6
const pieceId = 7

/**
 * Remote ends on a memory network, one a host, that cost as little as they can: no chart, fixed answers, no copy. Every other one is
 * a seeder that answers each request from `block`; the others have nothing, are interested and ask for nothing. Answers a function
 * by which the seeders unchoke, a few at a time.
 */
export async function startRemotes({ network, hosts, port, infoHash, block }) {
  const seeders = []
  for (const [nth, host] of hosts.entries()) {
    await network.transport(host).listen({ host, port }, (connection) => {
      if (nth % 2) seeders.push(connection)
      answer(connection, { nth, infoHash, block })
    })
  }
  return async () => {
    for (const [nth, connection] of seeders.entries()) {
      connection.write([unchoke])
      if (nth % 20 === 0) await wait(10)
    }
  }
}

function answer(connection, { nth, infoHash, block }) {
  const peerId = new TextEncoder().encode(String(nth).padStart(20, '-'))
  const greeting = [header, reserved, infoHash, peerId, ...(nth % 2 ? [haveAll] : [haveNone, interested])]
  let rest = new Uint8Array(0)
  let isGreeted = false
  connection.open({
    opened() {},
    drained() {},
    closed() {},
    data(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      if (!isGreeted) {
        if (bytes.length < handshakeBytes) {
          rest = bytes.slice()
          return
        }
        isGreeted = true
        at = handshakeBytes
        connection.write(greeting)
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      while (at + 4 <= bytes.length && at + 4 + view.getUint32(at) <= bytes.length) {
        const length = view.getUint32(at)
        if (length > 0 && bytes[at + 4] === requestId)
          connection.write(pieceFor(bytes.subarray(at + 5, at + 13), block))
        at += 4 + length
      }
      rest = bytes.slice(at)
    },
  })
}

/** The head of a `piece` message for what was asked, `which` being its index and begin, and the block. */
function pieceFor(which, block) {
  const head = new Uint8Array(13)
  new DataView(head.buffer).setUint32(0, 9 + block.length)
  head[4] = pieceId
  head.set(which, 5)
  return [head, block]
}
