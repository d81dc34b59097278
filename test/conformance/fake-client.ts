import type { World } from '../../conformance/scene.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection } from '../../transport/transport.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'
import { encode } from '../../transport/wire/encode.ts'
import { encodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { decodeMetadataMessage, encodeMetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
import { encodeHandshake, readFeatures } from '../../transport/wire/handshake.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { pieceOf } from '../storage/support.ts'
import { sampleTorrent } from '../swarm/sample.ts'

/** A way in which the client breaks a rule; undefined: it breaks none. */
export type Fault =
  | 'any_info_hash'
  | 'closes_on_keep_alive'
  | 'closes_on_second_greeting'
  | 'fast_without_bit'
  | 'ignores_fast_without_bit'
  | 'keeps_unrequested_piece'
  | 'no_availability'
  | 'no_reject'
  | 'deaf_after_unknown'
  | 'wrong_blocks'
  | 'wrong_metadata'
  | 'wrong_extension_id'
  | 'serves_beyond'
  | 'serves_choked'
  | 'needs_whole_frames'
  | 'needs_handshake_alone'
  | 'ends_by_begin'
  | 'answers_cancels'
  | 'cuts_large_requests'
  | 'cuts_metadata_numbers'
  | 'one_metadata_answer'
  | 'rejects_metadata'
  | 'answers_metadata_oddly'
  | 'trusts_blocks'
  | 'serves_only_who_unchokes'

const { metainfo, data } = sampleTorrent({ pieces: 20 })
const host = '10.0.0.1'
const address = { host, port: 6881 }
const ut_metadata = 3

/** A seeder in a few lines, in virtual time, that breaks one rule, and the world in which the suite tests it. */
export async function fakeClient(fault?: Fault) {
  const clock = new SimulatedClock()
  const network = createMemoryNetwork({ clock, random: seededRandom(1) })
  const blocks = { taken: 0 }
  const connections = new Set<Connection>()
  const end = () => {
    void listener.close()
    for (const connection of connections) connection.destroy()
  }
  const listener = await network.transport(host).listen(address, (connection) => {
    connections.add(connection)
    accept(connection, { fault, end, blocks, clock })
  })
  let hosts = 0
  const world: World = {
    metainfo,
    clock,
    randomBytes: randomBytesFrom(seededRandom(2)),
    data: async (index, begin, length) => pieceOf(metainfo, data, index).subarray(begin, begin + length),
    dial: () => {
      const own = `10.1.${hosts >> 8}.${hosts++ & 255}`
      return { connection: network.transport(own).dial(address), host: own }
    },
  }
  return {
    world,
    /** Lets time pass until a promise is settled. */
    async settled<Value>(promise: Promise<Value>): Promise<Value> {
      let isSettled = false
      const note = () => {
        isSettled = true
      }
      promise.then(note, note)
      for (let turns = 0; !isSettled; turns++) {
        if (turns > 2_000_000) throw new Error('the suite does not end')
        await new Promise((resolve) => setImmediate(resolve))
        clock.advanceToNext()
      }
      return promise
    },
  }
}

interface Faulty {
  readonly fault: Fault | undefined
  /** Ends the client. */
  readonly end: () => void
  /** How many blocks `trusts_blocks` has taken, on any connection. */
  readonly blocks: { taken: number }
  readonly clock: SimulatedClock
}

/** One connection of it. */
function accept(connection: Connection, { fault, end, blocks, clock }: Faulty): void {
  let bytes = Buffer.alloc(0)
  let greeted = false
  let fast = false
  let choking = true
  let isChoked = true
  let greetings = 0
  let isDeaf = false
  let theirMetadataId = 0
  let metadataAnswers = 0
  const say = (...messages: readonly Message[]) => connection.write(messages.flatMap((message) => encode(message)))
  const close = () => connection.destroy()

  const greet = () => {
    const features = readFeatures(bytes.subarray(20, 28))
    const isOurs = Buffer.compare(bytes.subarray(28, 48), metainfo.infoHash) === 0
    if (bytes.toString('latin1', 0, 20) !== '\x13BitTorrent protocol') return close()
    if (!isOurs && fault !== 'any_info_hash') return close()
    greeted = true
    fast = features.fast
    const own = { extended: true, fast: true, dht: false }
    connection.write([
      encodeHandshake({ features: own, infoHash: metainfo.infoHash, peerId: Buffer.from('-FK0000-fakefakefake') }),
    ])
    const all = Buffer.from([0xff, 0xff, 0xf0])
    const trusting = Buffer.from([blocks.taken < 2 ? 0 : 0x80, 0, 0])
    if (fault === 'trusts_blocks') say({ name: 'bitfield', bits: trusting })
    else if (fault !== 'no_availability')
      say(fast || fault === 'fast_without_bit' ? { name: 'have_all' } : { name: 'bitfield', bits: all })
    const greeting = { m: { ut_metadata }, metadataSize: metainfo.infoBytes.length }
    if (features.extended) say({ name: 'extended', id: 0, payload: encodeExtendedHandshake(greeting) })
  }

  const serve = (index: number, begin: number, length: number) => {
    if (isChoked && fault === 'serves_only_who_unchokes') return
    const known = index < 20
    const piece = pieceOf(metainfo, data, known ? index : 0)
    if (length > 16_384 && fault === 'cuts_large_requests') return serve(index, begin, 16_384)
    const isRight = known && length > 0 && length <= 16_384 && begin + length <= piece.length
    if (choking && fault !== 'serves_choked') {
      if (fast && fault !== 'no_reject') connection.write([frame(16, u32(index), u32(begin), u32(length))])
      return
    }
    if (begin >= 0x8000_0000 && fault === 'ends_by_begin') end()
    if (!isRight && fault !== 'serves_beyond') return close()
    const block = Buffer.from(piece.subarray(begin, begin + length))
    if (fault === 'wrong_blocks') block.fill(0)
    if (block.length > 0 || !isRight)
      connection.write([frame(7, u32(index), u32(begin), block.length > 0 ? block : Buffer.alloc(1))])
  }

  const extended = (payload: Buffer) => {
    if (payload[0] === 0) {
      if (++greetings > 1 && fault === 'closes_on_second_greeting') close()
      const id = /11:ut_metadatai(\d+)e/.exec(payload.toString('latin1'))?.[1]
      if (id !== undefined) theirMetadataId = Number(id)
    }
    if (payload[0] !== ut_metadata) return
    const asked = decodeMetadataMessage(payload.subarray(1))
    if (asked?.type !== 'request') return
    const piece = fault === 'cuts_metadata_numbers' ? asked.piece | 0 : asked.piece
    if (fault === 'one_metadata_answer' && metadataAnswers++ > 0) return
    const part = metainfo.infoBytes.slice(piece * 16_384, (piece + 1) * 16_384)
    if (fault === 'wrong_metadata') part.fill(0)
    const reply: Message = {
      name: 'extended',
      id: fault === 'wrong_extension_id' ? ut_metadata : theirMetadataId,
      payload:
        part.length === 0 || fault === 'rejects_metadata' || fault === 'answers_metadata_oddly'
          ? encodeBencode({ msg_type: fault === 'answers_metadata_oddly' ? 7 : 2, piece })
          : encodeMetadataMessage({ type: 'data', piece, totalSize: metainfo.infoBytes.length, data: part }),
    }
    if (theirMetadataId === 0) return
    // As Transmission does, which sends in batches.
    if (fault === 'cuts_metadata_numbers') clock.setTimeout(() => say(reply), 3_000 * ++metadataAnswers)
    else say(reply)
  }

  const hear = (id: number, payload: Buffer) => {
    const exact = lengths[id]
    if (exact !== undefined && payload.length !== exact) return close()
    if (id === 1 && fault === 'trusts_blocks')
      for (const begin of [0, 16_384]) connection.write([frame(6, u32(0), u32(begin), u32(16_384))])
    if (id === 7 && fault === 'trusts_blocks') blocks.taken++
    else if (id === 7 && fault !== 'keeps_unrequested_piece') return close()
    if (id >= 13 && id <= 17 && !fast && fault !== 'ignores_fast_without_bit') return close()
    if (id <= 1) isChoked = id === 0
    if (id === 2) {
      choking = false
      say({ name: 'unchoke' })
    }
    if (id === 6) serve(payload.readUInt32BE(0), payload.readUInt32BE(4), payload.readUInt32BE(8))
    if (id === 8 && fault === 'answers_cancels')
      serve(payload.readUInt32BE(0), payload.readUInt32BE(4), payload.readUInt32BE(8))
    if (id === 20 && payload.length > 0) extended(payload)
    if (exact === undefined && ![5, 20].includes(id) && fault === 'deaf_after_unknown') isDeaf = true
  }

  connection.open({
    opened() {},
    drained() {},
    closed() {},
    data(chunk) {
      bytes = fault === 'needs_whole_frames' ? Buffer.from(chunk) : Buffer.concat([bytes, chunk])
      if (!greeted && bytes.length > 68 && fault === 'needs_handshake_alone') return close()
      if (!greeted && bytes.length >= 68) {
        greet()
        bytes = bytes.subarray(68)
      }
      while (greeted && !isDeaf && bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
        const length = bytes.readUInt32BE(0)
        const body = bytes.subarray(4, 4 + length)
        bytes = bytes.subarray(4 + length)
        if (length > 0) hear(body[0] ?? 0, body.subarray(1))
        else if (fault === 'closes_on_keep_alive') close()
      }
    },
  })
}

/** The payload bytes of messages that have a length of their own. */
const lengths: Readonly<Record<number, number>> = {
  0: 0,
  1: 0,
  2: 0,
  3: 0,
  4: 4,
  6: 12,
  8: 12,
  9: 2,
  13: 4,
  14: 0,
  15: 0,
  16: 12,
  17: 4,
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const frame = (id: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat([Buffer.of(id), ...parts])
  return Buffer.concat([u32(body.length), body])
}
