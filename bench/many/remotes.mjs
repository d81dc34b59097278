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

/** The info hash of what they have. */
export const infoHash = new Uint8Array(20).fill(7)

const block = new Uint8Array(16_384)

/**
 * Remote ends, each on a transport and at an address of its own, that cost as little as they can: no chart, fixed answers, no copy.
 * Every other one is a seeder that answers each request with zeros; the others have nothing, are interested and ask for nothing.
 * Resolves to where they are, and a function by which the seeders unchoke, a few at a time.
 */
export async function startRemotes(places) {
  const seeders = []
  const addresses = []
  for (const [nth, { transport, at }] of places.entries()) {
    const { address } = await transport.listen(at, (connection) => {
      if (nth % 2) seeders.push(connection)
      answer(connection, nth)
    })
    addresses.push(address)
  }
  const unchokeAll = async () => {
    for (const [nth, connection] of seeders.entries()) {
      connection.write([unchoke])
      if (nth % 20 === 0) await wait(10)
    }
  }
  return { addresses, unchokeAll }
}

function answer(connection, nth) {
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
        if (length > 0 && bytes[at + 4] === requestId) connection.write(pieceFor(bytes.subarray(at + 5, at + 13)))
        at += 4 + length
      }
      rest = bytes.slice(at)
    },
  })
}

/** The head of a `piece` message for what was asked, `which` being its index and begin, and the block. */
function pieceFor(which) {
  const head = new Uint8Array(13)
  new DataView(head.buffer).setUint32(0, 9 + block.length)
  head[4] = pieceId
  head.set(which, 5)
  return [head, block]
}
