import { isDialable } from '../../transport/address.ts'
import type { DatagramHandler, Datagrams } from '../../transport/datagrams/datagrams.ts'
import { createDht } from '../../transport/dht/dht.ts'
import { fitting, queryTransaction, readMessage, writtenBytesMax } from '../../transport/dht/messages.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'
import { packetsIn, packetsOf } from '../engine/packets.ts'
import { must, type Target } from '../engine/target.ts'
import { counted } from '../engine/wire-seeds.ts'

const id = counted(20)
const from = { host: '198.51.100.7', port: 6881 }
const query = encodeBencode({ t: 'aa', y: 'q', q: 'ping', a: { id } })
const said = (message: Parameters<typeof encodeBencode>[0]) => packetsOf([encodeBencode(message)])

/**
 * Messages of the DHT (BEP 5), as a node of ours gets them, that of bittorrent-dht behind it: nothing is thrown, what is handed on was looked
 * at and stays as it is, and no answer is longer than a datagram may be. Each two packets come from one node, which was asked before
 * whether it is there; the transaction of what was last asked is put into each, so that it answers that.
 */
export const target: Target = {
  covers: ['transport/dht/messages.ts', 'transport/dht/socket.ts'],
  bytesMax: 8_192,
  words: [
    '1:t2:aa',
    '1:y1:q',
    '1:y1:r',
    '1:y1:e',
    '1:q4:ping',
    '9:find_node',
    '9:get_peers',
    '13:announce_peer',
    '1:ad',
    '1:rd',
    '2:id20:',
    '5:token',
    '5:nodes',
    '6:values',
    '6:target20:',
    '9:info_hash20:',
    '4:port',
    '12:implied_port',
    '1:el',
    '6:\xc0\x00\x02\x01\x1a\xe1',
    'e',
    'l',
  ],
  seeds: () => ({
    ping: packetsOf([query]),
    find: said({ t: 'aa', y: 'q', q: 'find_node', a: { id, target: id } }),
    get: said({ t: 'aa', y: 'q', q: 'get_peers', a: { id, info_hash: id } }),
    announce: said({
      t: 'aa',
      y: 'q',
      q: 'announce_peer',
      a: { id, info_hash: id, token: 'tt', port: 6881, implied_port: 1 },
    }),
    answer: said({
      t: Uint8Array.of(0, 1),
      y: 'r',
      r: { id, nodes: counted(52), token: 'tt', values: [Uint8Array.of(192, 0, 2, 1, 0x1a, 0xe1)] },
    }),
    'answer and query': packetsOf([encodeBencode({ t: 'aa', y: 'r', r: { id } }), query]),
    error: said({ t: 'aa', y: 'e', e: [201, 'no'] }),
  }),
  async run(input) {
    const packets = packetsIn(input).slice(0, 20)
    let outcome = 'nothing'
    for (const packet of packets) {
      const message = readMessage(packet, from)
      if (!message) continue
      const again = readMessage(message.bytes, from)
      must(again !== undefined && Buffer.compare(again.bytes, message.bytes) === 0, 'what was looked at stays as it is')
      const short = fitting(message.bytes)
      must(short === undefined || short.length <= writtenBytesMax, 'what is written fits a datagram')
      outcome = message.kind
    }
    const { nodes, sent } = await told(packets)
    must(
      sent.every((bytes) => bytes.length <= writtenBytesMax),
      'no answer is longer than a datagram may be',
    )
    return `${outcome} ${nodes > 0 ? 'known' : 'unknown'}`
  },
}

/** What a node sends that is told these messages, and of how many nodes it knows then. */
async function told(packets: readonly Uint8Array[]) {
  let handler: DatagramHandler | undefined
  let transaction = ''
  const sent: Uint8Array[] = []
  const datagrams: Datagrams = {
    bind: (address, heard, done) => {
      handler = heard
      done({
        address,
        departed: 0,
        isBusy: false,
        reaches: () => true,
        ref() {},
        unref() {},
        close: (closed) => closed(),
        send: (bytes, to) => {
          must(isDialable(to), 'it sends to where one can send')
          transaction = queryTransaction(bytes) ?? transaction
          return sent.push(bytes.slice())
        },
      })
    },
    resolve: (host, done) => done([host]),
    anyHostFor: () => '0.0.0.0',
  }
  const dht = createDht({ datagrams, clock: new SimulatedClock() })
  await dht.opened
  for (const [i, packet] of packets.entries()) {
    const node = { ...from, port: from.port + (i >> 1) }
    handler?.received(query.slice(), node)
    handler?.received(answering(packet, transaction), node)
  }
  const nodes = dht.nodes.length
  await dht.destroy()
  return { nodes, sent }
}

/** A packet with another transaction, as hex digits, in the place of its first that has two bytes. */
function answering(packet: Uint8Array, transaction: string): Uint8Array {
  const text = Buffer.from(packet).toString('latin1')
  const id = Buffer.from(transaction, 'hex').toString('latin1')
  return new Uint8Array(
    Buffer.from(
      text.replace(/1:t2:../s, () => `1:t${id.length}:${id}`),
      'latin1',
    ),
  )
}
