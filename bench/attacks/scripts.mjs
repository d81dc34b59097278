import { dial, handshake, ids, message, readMessages } from './remote.mjs'

const blockLength = 16_384
/** An attacker whose connection was closed is back at once; so much waits between, that a program with nothing else to do leaves a core to others. */
const redialMs = 20

/**
 * What attackers do, by name. Each is called with what to attack, `{ address, metainfo }`, and attacks until its program ends; one that
 * answers an object has its `taken` read at the end: bytes of payload that it got.
 */
export const scripts = {
  /** Dictionaries of 53 KB in messages of extensions that the remote takes, of ids it never gave, and as extended handshakes. */
  'extended, known': (target) => flood(target, { count: 1, bytes: extendedMessages([1, 2, 3, 4]) }),
  'extended, unknown': (target) => flood(target, { count: 1, bytes: extendedMessages([200, 201]) }),
  'extended handshakes': (target) => flood(target, { count: 1, bytes: extendedMessages([0]) }),
  'extended, from 20': (target) => flood(target, { count: 20, bytes: extendedMessages([0, 1, 2, 200]) }),
  /** Small messages that say nothing new. */
  repeats: (target) => flood(target, { count: 20, bytes: repeats(20_000) }),
  /** Connections that say a handshake and no more. */
  silent: (target) => crowd(target, { count: 55 }),
  /** Half a handshake, and no more. */
  'half handshakes': (target) =>
    crowd(target, { count: 200, says: ({ infoHash }) => handshake(infoHash).subarray(0, 30) }),
  /** Interested, and asks for nothing. */
  'never asking': (target) => crowd(target, { count: 40, greets: interested }),
  /** Interested, asks for much, and reads none of it. */
  'never reading': (target) =>
    crowd(target, {
      count: 40,
      greets: interested,
      hears(id, _body, socket) {
        if (id !== ids.unchoke) return
        socket.pause()
        socket.write(requests(target.metainfo, 250))
      },
    }),
  /** Seeders that give one block and fall silent. */
  'once good': (target) =>
    crowd(target, {
      count: 50,
      greets: Buffer.concat([message(ids.have_all), message(ids.unchoke)]),
      hears(id, body, socket) {
        if (id !== ids.request || socket.hasGiven) return
        socket.hasGiven = true
        socket.write(message(ids.piece, body.subarray(0, 8), Buffer.alloc(body.readUInt32BE(8))))
      },
    }),
  /** Peers that claim metadata of 50 sizes and give none of it. */
  'metadata sizes': (target) =>
    crowd(target, {
      count: 50,
      greets: (nth) => extended(0, Buffer.from(`d1:md11:ut_metadatai2ee13:metadata_sizei${20_000 + nth * 16_384}ee`)),
    }),
  /** Takes what may be had while choked, and comes again for more. */
  'allowed fast': (target) => {
    const result = { taken: 0 }
    crowd(target, {
      count: 20,
      greets: message(ids.have_none),
      hears(id, body, socket) {
        if (id === ids.allowed_fast) socket.write(requestsOf(target.metainfo, body.readUInt32BE(0)))
        if (id === ids.piece) result.taken += body.length - 8
        socket.setTimeout(300)
      },
    })
    return result
  },
  /** Two clients that say anew and anew which of very many pieces they have, and come back when they are shown out. */
  bitfields: (target) => {
    const bytes = Math.ceil(target.metainfo.pieceHashes.length / 20 / 8)
    const bitfields = [0x00, 0x54].map((bits) => message(ids.bitfield, Buffer.alloc(bytes, bits)))
    flood(target, { count: 2, greets: bitfields[0], bytes: Buffer.concat(bitfields) })
  },
}

/** Attackers come from another host than the good peer, as they do outside: a host that connects too often without an exchange is slowed down. */
const elsewhere = { localAddress: '127.0.0.2' }

const interested = Buffer.concat([message(ids.have_none), message(ids.interested)])
const extended = (id, payload) => message(ids.extended, Buffer.of(id), payload)

/** So many connections; each says a handshake and `greets`, does `hears` with what comes, and is dialled again when it ends. */
function crowd({ address, metainfo }, { count, says, greets = Buffer.alloc(0), hears = () => {}, opened = () => {} }) {
  const { infoHash } = metainfo
  const meet = (nth) => {
    const socket = dial(address, elsewhere)
    socket.on('connect', () => {
      if (says) socket.write(says({ infoHash }))
      else socket.write(Buffer.concat([handshake(infoHash), typeof greets === 'function' ? greets(nth) : greets]))
      opened(socket)
    })
    readMessages(socket, { hears: (id, body) => hears(id, body, socket) })
    socket.on('timeout', () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => setTimeout(meet, redialMs, nth))
  }
  for (let nth = 0; nth < count; nth++) meet(nth)
}

/** A crowd each of which writes the same bytes as fast as they are taken. */
function flood(target, { bytes, ...crowdOptions }) {
  crowd(target, {
    greets: message(ids.have_none),
    ...crowdOptions,
    opened(socket) {
      const write = () => {
        while (!socket.destroyed && socket.write(bytes));
      }
      socket.on('drain', write)
      write()
    },
  })
}

/** A dictionary of some 53 KB with as many values as fit. */
function dictionary() {
  const items = Array.from({ length: 5300 }, (_, nth) => `5:${String(nth).padStart(5, '0')}i0e`)
  return Buffer.from(`d${items.join('')}e`)
}

const extendedMessages = (subIds) => Buffer.concat(subIds.map((subId) => extended(subId, dictionary())))

function repeats(times) {
  const round = Buffer.concat([
    message(ids.have, 0),
    message(ids.cancel, 0, 0, blockLength),
    message(ids.interested),
    message(ids.not_interested),
    message(ids.have_none),
    message(99, 0),
    extended(3, Buffer.of(0, 0, 0, 1)),
    extended(4, Buffer.of(1)),
    Buffer.alloc(4),
  ])
  return Buffer.concat(Array.from({ length: times / 100 }, () => round))
}

const requests = (metainfo, count) =>
  Buffer.concat(
    Array.from({ length: count }, (_, nth) => {
      const at = nth * blockLength
      return message(ids.request, Math.floor(at / metainfo.pieceLength), at % metainfo.pieceLength, blockLength)
    }),
  )

const requestsOf = ({ pieceLength }, index) =>
  Buffer.concat(
    Array.from({ length: pieceLength / blockLength }, (_, nth) =>
      message(ids.request, index, nth * blockLength, blockLength),
    ),
  )
