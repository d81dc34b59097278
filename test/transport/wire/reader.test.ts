import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyMessage, portionsOf } from '../../../testing/fast-check/messages.ts'
import { batchElementsMax } from '../../../transport/wire/batch.ts'
import { spareBytesMax } from '../../../transport/wire/carry.ts'
import { encode } from '../../../transport/wire/encode.ts'
import { messageTable } from '../../../transport/wire/message-table.ts'
import type { Message } from '../../../transport/wire/messages.ts'
import { heldBytesMax, WireReader } from '../../../transport/wire/reader.ts'
import { turnCostMax, turnCostMin, turnCosts } from '../../../transport/wire/turn-cost.ts'
import { concat, flatten, hex, messagesTo, record, recordMessages, someHandshake } from './record.ts'

const limit = 1024 * 1024
/** Plain messages in one turn. */
const turnMessagesMax = turnCostMax / turnCosts.message
const wire = (...messages: Message[]) => concat(messages.flatMap(encode))
const names = (messages: readonly Message[]) => messages.map((message) => message.name)
const codes = (violations: readonly { code: string }[]) => violations.map(({ code }) => code)
const block = (index: number, length = 16384) => ({ index, begin: 0, data: new Uint8Array(length).fill(index) })
const request = { index: 1, begin: 16384, length: 16384 }

/** A frame with this id and `payloadBytes` zeroes. */
function rawFrame(id: number, payloadBytes: number): Uint8Array {
  const bytes = new Uint8Array(5 + payloadBytes)
  new DataView(bytes.buffer).setUint32(0, 1 + payloadBytes)
  bytes[4] = id
  return bytes
}

describe('handshake', () => {
  it('is delivered in two parts: the info hash after byte 48, the peer id after byte 68', () => {
    const { reader, calls } = record()
    reader.push(someHandshake.subarray(0, 47))
    expect(calls).toEqual([])
    reader.push(someHandshake.subarray(47, 48))
    expect(calls).toEqual(['infoHash'])
    reader.push(someHandshake.subarray(48, 67))
    expect(calls).toEqual(['infoHash'])
    reader.push(someHandshake.subarray(67))
    expect(calls).toEqual(['infoHash', 'peerId'])
  })

  it('gives copies, which outlive the read they came with', () => {
    const { reader, infoHashes, peerIds } = record()
    const chunk = someHandshake.slice()
    reader.push(chunk)
    chunk.fill(0)
    expect(infoHashes).toEqual([{ reserved: hex('0000000000100005'), infoHash: new Uint8Array(20).fill(0xaa) }])
    expect(peerIds).toEqual([new Uint8Array(20).fill(0xbb)])
  })

  it('is the same byte by byte', () => {
    const { reader, calls, infoHashes, peerIds } = record()
    for (const byte of someHandshake) reader.push(Uint8Array.of(byte))
    expect(calls).toEqual(['infoHash', 'peerId'])
    expect(infoHashes[0]?.infoHash).toEqual(new Uint8Array(20).fill(0xaa))
    expect(peerIds).toEqual([new Uint8Array(20).fill(0xbb)])
  })

  it.each(Array.from({ length: 20 }, (_, i) => i))('is a violation at byte %i if that one is wrong (BEP 3)', (i) => {
    const wrong = someHandshake.slice()
    wrong[i] = 0xff
    const { reader, calls, violations } = record()
    reader.push(wrong.subarray(0, i))
    expect(calls).toEqual([])
    reader.push(wrong.subarray(i, i + 1))
    expect(calls).toEqual(['violation'])
    expect(violations[0]?.code).toBe('bad_protocol_string')
    expect(violations[0]?.detail).toContain(`byte ${i} `)
    expect(reader.bufferedBytes).toBe(0)
  })

  it('delivers no info hash when the protocol string is wrong, although all of it came at once', () => {
    const { reader, calls } = record()
    reader.push(concat([Uint8Array.of(18), someHandshake.subarray(1)]))
    expect(calls).toEqual(['violation'])
  })
})

describe('what stands behind the handshake', () => {
  const behind = wire({ name: 'have_all' }, { name: 'piece', blocks: [block(1)] }, { name: 'unchoke' })

  it('is held until messages are started, then read at once', () => {
    const { reader, messages } = record()
    reader.push(concat([someHandshake, behind.subarray(0, 100)]))
    reader.push(behind.subarray(100))
    expect(messages).toEqual([])
    expect(reader.bufferedBytes).toBeGreaterThanOrEqual(behind.length)
    reader.startMessages(limit)
    expect(names(messages)).toEqual(['have_all', 'piece', 'unchoke'])
    expect(reader.bufferedBytes).toBe(0)
  })

  it('may end within a frame', () => {
    const { reader, messages } = record()
    reader.push(concat([someHandshake, behind.subarray(0, 100)]))
    reader.startMessages(limit)
    expect(names(messages)).toEqual(['have_all'])
    reader.push(behind.subarray(100))
    expect(flatten(messages)).toEqual([
      { name: 'have_all' },
      { name: 'piece', blocks: [block(1)] },
      { name: 'unchoke' },
    ])
  })

  it.each(['infoHash', 'peerId'] as const)('is read without being held when %s starts messages', (callback) => {
    const { reader, calls, messages } = record({ [callback]: () => reader.startMessages(limit) })
    reader.push(concat([someHandshake, behind]))
    expect(calls).toEqual(['infoHash', 'peerId', 'message', 'message', 'message'])
    expect(names(messages)).toEqual(['have_all', 'piece', 'unchoke'])
  })

  it('is read when messages were started between byte 48 and byte 68', () => {
    const { reader, messages } = record()
    reader.push(someHandshake.subarray(0, 50))
    reader.startMessages(limit)
    reader.push(concat([someHandshake.subarray(50), behind]))
    expect(names(messages)).toEqual(['have_all', 'piece', 'unchoke'])
  })

  it('is a violation above the bytes that are held', () => {
    const { reader, violations } = record()
    reader.push(concat([someHandshake, new Uint8Array(heldBytesMax - 1)]))
    reader.push(new Uint8Array(1))
    expect(reader.bufferedBytes).toBe(heldBytesMax)
    expect(violations).toEqual([])
    reader.push(new Uint8Array(1))
    expect(codes(violations)).toEqual(['too_many_held_bytes'])
    expect(reader.bufferedBytes).toBe(0)
  })

  it('is gone after stop, which messages started later do not undo', () => {
    const { reader, messages } = record()
    reader.push(concat([someHandshake, behind]))
    reader.stop()
    reader.startMessages(limit)
    expect(messages).toEqual([])
    expect(reader.bufferedBytes).toBe(0)
  })
})

describe('framing', () => {
  it.each(Object.values(messageTable).map((row) => [row.name, row] as const))(
    'a %s of a wrong length is a violation, one of the right length is not',
    (name, { id, payloadBytesMin, payloadBytesMax }) => {
      const wrong = [payloadBytesMin - 1, payloadBytesMax + 1].filter((bytes) => bytes >= 0 && bytes < Infinity)
      expect(wrong).not.toEqual([])
      for (const payloadBytes of wrong) {
        const { reader, calls, violations } = recordMessages()
        reader.push(rawFrame(id, payloadBytes).subarray(0, 5))
        expect(calls).toEqual(['violation'])
        expect(violations[0]?.code).toBe('bad_length')
        for (const word of [name, `id ${id}`, `${payloadBytes} bytes`]) expect(violations[0]?.detail).toContain(word)
      }
      const { reader, messages, violations } = recordMessages()
      reader.push(rawFrame(id, payloadBytesMin))
      expect(violations).toEqual([])
      expect(names(messages)).toEqual([name])
    },
  )

  it('a frame of length 0 is a keep-alive', () => {
    const { reader, messages } = recordMessages()
    reader.push(new Uint8Array(8))
    expect(messages).toEqual([{ name: 'keep_alive' }, { name: 'keep_alive' }])
  })

  it('a piece without a byte of data is a violation', () => {
    const { reader, violations } = recordMessages()
    reader.push(hex('00000009 07 00000001 00000000'))
    expect(violations).toEqual([
      { code: 'bad_length', detail: 'piece (id 7) with 8 bytes of payload, it has at least 9 (BEP 3)' },
    ])
  })

  it('a request of no bytes, or port 0, is handed on: what they mean is not the framing’s to say', () => {
    const { reader, messages } = recordMessages()
    reader.push(hex('0000000d06000000010000000000000000 00000003090000'))
    expect(messages).toEqual([
      { name: 'request', requests: [{ index: 1, begin: 0, length: 0 }] },
      { name: 'port', port: 0 },
    ])
  })

  it('a frame above the limit is a violation before a byte of it is kept', () => {
    const { reader, violations } = recordMessages(1000)
    reader.push(rawFrame(messageTable.bitfield.id, 999))
    expect(violations).toEqual([])
    reader.push(hex('000003e9'))
    expect(violations).toEqual([{ code: 'frame_too_long', detail: 'a frame of 1001 bytes, the limit is 1000' }])
    expect(reader.bufferedBytes).toBe(0)
  })

  it('a length with the top bit set is a large one, not a negative one', () => {
    const { reader, violations, messages } = recordMessages()
    reader.push(hex('80000000'))
    expect(messages).toEqual([])
    expect(violations[0]?.detail).toContain('2147483648')
  })

  it('the limit can change, also within a frame and from inside a callback', () => {
    const frame = rawFrame(messageTable.bitfield.id, 1000)
    const lowered = recordMessages(limit, { message: () => lowered.reader.limitFrames(500) })
    lowered.reader.push(concat([wire({ name: 'choke' }), frame]))
    expect(codes(lowered.violations)).toEqual(['frame_too_long'])

    const within = recordMessages(limit)
    within.reader.push(frame.subarray(0, 800))
    within.reader.limitFrames(500)
    within.reader.push(frame.subarray(800))
    expect(codes(within.violations)).toEqual(['frame_too_long'])

    const loweredBeforeTail = recordMessages(limit, { message: () => loweredBeforeTail.reader.limitFrames(500) })
    loweredBeforeTail.reader.push(concat([wire({ name: 'request', requests: [request] }), frame.subarray(0, 800)]))
    loweredBeforeTail.reader.push(frame.subarray(800))
    expect(loweredBeforeTail.calls).toEqual(['message', 'violation'])

    const raised = recordMessages(500)
    raised.reader.limitFrames(1001)
    raised.reader.push(frame)
    expect(names(raised.messages)).toEqual(['bitfield'])
  })

  it.each([0, -1, 1.5, Number.NaN])('a limit of %s bytes is refused', (bytes) => {
    expect(() => record().reader.startMessages(bytes)).toThrow(RangeError)
    expect(() => recordMessages().reader.limitFrames(bytes)).toThrow(RangeError)
  })

  it.each([1, 3, 777, 200_000])(
    'messages with unknown ids are passed over unbuffered, in pushes of %i bytes',
    (size) => {
      const { reader, messages, violations } = recordMessages()
      const hashRequest = hex(`0000003115${'11'.repeat(32)}0000000000000000000002000000000a`)
      const stream = concat([
        hashRequest,
        wire({ name: 'choke' }),
        rawFrame(99, 10_000),
        rawFrame(255, 0),
        wire({ name: 'unchoke' }),
      ])
      let heldMost = 0
      for (let at = 0; at < stream.length; at += size) {
        reader.push(stream.subarray(at, at + size))
        heldMost = Math.max(heldMost, reader.bufferedBytes)
      }
      expect(heldMost).toBeLessThan(10)
      expect(names(messages)).toEqual(['choke', 'unchoke'])
      expect(violations).toEqual([])
    },
  )

  it('messages with unknown ids are told in their place, once each, however they are cut', () => {
    const { reader, calls, unknown } = recordMessages()
    const stream = concat([wire({ name: 'choke' }), rawFrame(99, 300), rawFrame(255, 0), wire({ name: 'unchoke' })])
    for (let at = 0; at < stream.length; at += 3) reader.push(stream.subarray(at, at + 3))
    expect(calls).toEqual(['message', 'unknown', 'unknown', 'message'])
    expect(unknown).toEqual([99, 255])
  })

  it('a sink that stops over an unknown id hears no more', () => {
    const { reader, messages } = recordMessages(limit, { unknown: () => reader.stop() })
    reader.push(concat([rawFrame(99, 3), wire({ name: 'choke' })]))
    expect(messages).toEqual([])
  })

  it('what came whole before a violation is delivered before it', () => {
    const { reader, calls, messages } = recordMessages()
    reader.push(concat([wire({ name: 'have', index: 1 }, { name: 'request', requests: [request] }), rawFrame(0, 1)]))
    expect(calls).toEqual(['message', 'message', 'violation'])
    expect(names(messages)).toEqual(['have', 'request'])
  })

  it('nothing is delivered after a violation', () => {
    const { reader, calls } = recordMessages()
    reader.push(concat([rawFrame(0, 1), wire({ name: 'choke' })]))
    reader.push(wire({ name: 'choke' }))
    expect(calls).toEqual(['violation'])
  })
})

describe('batches', () => {
  it('consecutive blocks of one push are one message, in wire order', () => {
    const { reader, messages } = recordMessages()
    reader.push(wire({ name: 'piece', blocks: [block(1)] }, { name: 'piece', blocks: [block(2), block(3)] }))
    expect(messages).toEqual([{ name: 'piece', blocks: [block(1), block(2), block(3)] }])
  })

  it.each(['request', 'cancel', 'reject_request'] as const)('consecutive %s messages of one push are one', (name) => {
    const { reader, messages } = recordMessages()
    const requests = [request, { ...request, begin: 0 }, { ...request, index: 9 }]
    reader.push(wire({ name, requests }))
    expect(messages).toEqual([{ name, requests }])
  })

  it('end where another message stands', () => {
    const { reader, messages } = recordMessages()
    const stream: Message[] = [
      { name: 'request', requests: [request, request] },
      { name: 'cancel', requests: [request] },
      { name: 'request', requests: [request] },
      { name: 'keep_alive' },
      { name: 'request', requests: [request] },
      { name: 'piece', blocks: [block(1)] },
      { name: 'have', index: 3 },
      { name: 'piece', blocks: [block(2)] },
    ]
    reader.push(wire(...stream))
    expect(messages).toEqual(stream)
  })

  it('end with the push', () => {
    const { reader, messages } = recordMessages()
    reader.push(wire({ name: 'request', requests: [request] }))
    reader.push(wire({ name: 'request', requests: [request] }))
    expect(messages).toHaveLength(2)
  })

  it('are bounded, however many tiny messages one push holds', () => {
    const { reader, messages } = recordMessages()
    const count = 2 * batchElementsMax + 1
    reader.push(wire({ name: 'piece', blocks: Array.from({ length: count }, (_, i) => block(i % 256, 1)) }))
    reader.push(wire({ name: 'request', requests: new Array(count).fill(request) }), { costMax: 10 * turnCostMax })
    const sizes = messages.map((message) =>
      message.name === 'piece' ? message.blocks.length : message.name === 'request' && message.requests.length,
    )
    expect(sizes).toEqual([batchElementsMax, batchElementsMax, 1, batchElementsMax, batchElementsMax, 1])
  })
})

describe('memory', () => {
  it('payloads that stand whole in a push are plain views of it, also of a Buffer', () => {
    const chunk = Buffer.from(
      wire(
        { name: 'bitfield', bits: Uint8Array.of(0x80) },
        { name: 'piece', blocks: [block(1), block(2)] },
        { name: 'extended', id: 3, payload: Uint8Array.of(1, 2, 3) },
      ),
    )
    const payloads: Uint8Array[] = []
    const { reader } = recordMessages(limit, {
      message: (message) => {
        if (message.name === 'bitfield') payloads.push(message.bits)
        if (message.name === 'piece') payloads.push(...message.blocks.map(({ data }) => data))
        if (message.name === 'extended') payloads.push(message.payload)
      },
    })
    reader.push(chunk)
    expect(payloads.map(({ length }) => length)).toEqual([1, 16384, 16384, 3])
    for (const payload of payloads) {
      expect(payload.buffer).toBe(chunk.buffer)
      expect(payload.constructor).toBe(Uint8Array)
    }
  })

  it('a frame that straddles pushes is joined, and travels in the batch of the push that completes it', () => {
    const { reader, messages } = recordMessages()
    const stream = wire({ name: 'piece', blocks: [block(1), block(2), block(3)] })
    reader.push(stream.subarray(0, 20_000))
    reader.push(stream.subarray(20_000, 25_000))
    reader.push(stream.subarray(25_000, 40_000))
    reader.push(stream.subarray(40_000))
    expect(messages).toEqual([
      { name: 'piece', blocks: [block(1)] },
      { name: 'piece', blocks: [block(2)] },
      { name: 'piece', blocks: [block(3)] },
    ])
    const again = recordMessages()
    again.reader.push(stream.subarray(0, 10_000))
    again.reader.push(stream.subarray(10_000))
    expect(again.messages).toEqual([{ name: 'piece', blocks: [block(1), block(2), block(3)] }])
  })

  it('a joined block is delivered before the tail of the same push takes its memory', () => {
    const { reader, messages } = recordMessages()
    const blocks = Array.from({ length: 60 }, (_, i) => block(i, 500))
    const stream = wire({ name: 'piece', blocks })
    for (let at = 0; at < stream.length; at += 1600) reader.push(stream.subarray(at, at + 1600))
    expect(flatten(messages)).toEqual(flatten([{ name: 'piece', blocks }]))
  })

  it('nothing is held between frames', () => {
    const { reader } = recordMessages()
    const stream = wire({ name: 'piece', blocks: [block(1), block(2)] })
    reader.push(stream.subarray(0, 10_000))
    expect(reader.bufferedBytes).toBe(10_000)
    reader.push(stream.subarray(10_000, 20_000))
    expect(reader.bufferedBytes).toBeLessThanOrEqual(spareBytesMax)
    reader.push(stream.subarray(20_000))
    expect(reader.bufferedBytes).toBe(0)
  })

  it('a frame that is announced but does not come costs what came', () => {
    const { reader } = recordMessages()
    const frame = rawFrame(messageTable.bitfield.id, limit - 1)
    for (let i = 0; i < 100; i++) {
      reader.push(frame.subarray(i, i + 1))
      expect(reader.bufferedBytes).toBeLessThanOrEqual(2 * (i + 1))
    }
  })

  it('a large frame leaves no large buffer behind, although another tail follows', () => {
    const { reader, messages } = recordMessages()
    const stream = concat([rawFrame(messageTable.bitfield.id, limit - 1), wire({ name: 'have', index: 7 })])
    reader.push(stream.subarray(0, limit))
    reader.push(stream.subarray(limit, stream.length - 1))
    reader.readOn()
    expect(reader.bufferedBytes).toBeLessThan(20)
    reader.push(stream.subarray(stream.length - 1))
    expect(names(messages)).toEqual(['bitfield', 'have'])
    expect(messages[1]).toEqual({ name: 'have', index: 7 })
  })
})

describe('the sink', () => {
  it('may stop in mid-batch: the rest is not delivered', () => {
    const { reader, calls } = recordMessages(limit, { message: () => reader.stop() })
    const many = new Array(batchElementsMax + 10).fill(request)
    reader.push(concat([wire({ name: 'request', requests: many }, { name: 'choke' }), rawFrame(0, 1)]))
    expect(calls).toEqual(['message'])
    expect(reader.bufferedBytes).toBe(0)
  })

  it.each<[string, Message]>([
    ['another batch', { name: 'piece', blocks: [block(1)] }],
    ['a message', { name: 'have', index: 1 }],
  ])('may stop in the batch that %s ends', (_, next) => {
    const { reader, calls } = recordMessages(limit, { message: () => reader.stop() })
    reader.push(wire({ name: 'request', requests: [request] }, next))
    expect(calls).toEqual(['message'])
    expect(reader.bufferedBytes).toBe(0)
  })

  it('may stop over the batch before a violation, which it then is not told', () => {
    const { reader, calls } = recordMessages(limit, { message: () => reader.stop() })
    reader.push(concat([wire({ name: 'request', requests: [request] }), rawFrame(0, 1)]))
    expect(calls).toEqual(['message'])
  })

  it('may stop in a joined frame: the tail is not kept', () => {
    const { reader, calls } = recordMessages(limit, { message: () => reader.stop() })
    const stream = wire({ name: 'have', index: 1 }, { name: 'have', index: 2 })
    reader.push(stream.subarray(0, 7))
    reader.push(stream.subarray(7, 15))
    expect(calls).toEqual(['message'])
    expect(reader.bufferedBytes).toBe(0)
  })

  it.each(['infoHash', 'peerId'] as const)('may stop in %s', (callback) => {
    const { reader, calls } = record({ [callback]: () => reader.stop() })
    reader.push(concat([someHandshake, wire({ name: 'choke' })]))
    expect(calls.at(-1)).toBe(callback)
    expect(reader.bufferedBytes).toBe(0)
  })

  it('may stop in a violation', () => {
    const { reader, calls } = recordMessages(limit, { violation: () => reader.stop() })
    reader.push(rawFrame(0, 1))
    expect(calls).toEqual(['violation'])
  })

  it('may not push from inside a callback, nor start messages twice', () => {
    const { reader } = recordMessages(limit, { message: () => reader.push(new Uint8Array(4)) })
    expect(() => reader.startMessages(limit)).toThrow('messages were started already')
    expect(() => reader.push(wire({ name: 'choke' }))).toThrow('from inside a callback')
  })

  it('may not bring a message from inside a callback', () => {
    const { reader } = recordMessages(limit, { message: () => reader.receive(1, new Uint8Array()) })
    expect(() => reader.receive(0, new Uint8Array())).toThrow('from inside a callback')
  })

  it('may not push from inside the callback that started messages', () => {
    const { reader } = record({
      peerId: () => {
        reader.startMessages(limit)
        reader.push(new Uint8Array(4))
      },
    })
    expect(() => reader.push(someHandshake)).toThrow('from inside a callback')
  })

  it('that throws stops the reader, and push passes the error on', () => {
    const { reader, calls } = recordMessages(limit, {
      message: () => {
        throw new Error('sink')
      },
    })
    expect(() => reader.push(wire({ name: 'choke' }, { name: 'unchoke' }))).toThrow('sink')
    reader.push(wire({ name: 'choke' }))
    expect(calls).toEqual(['message'])
  })
})

describe('properties', () => {
  const anyStream = fc.array(anyMessage, { maxLength: 12 })
  const anyCuts = fc.array(fc.nat(), { maxLength: 20 })

  it('a message is read as it was written', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const { reader, messages } = recordMessages()
        reader.push(wire(message))
        expect(messages).toEqual([message])
      }),
    )
  })

  it('any fragmentation gives the same messages, the handshake in the stream or not', () => {
    fc.assert(
      fc.property(anyStream, anyCuts, fc.boolean(), (stream, cuts, startsEarly) => {
        const { reader, messages, violations } = record({
          peerId: () => {
            if (startsEarly) reader.startMessages(limit)
          },
        })
        for (const chunk of portionsOf(concat([someHandshake, wire(...stream)]), cuts)) {
          // Whoever keeps a view of the chunk would see it change.
          const reused = chunk.slice()
          reader.push(reused)
          reused.fill(0xee)
        }
        if (!startsEarly) reader.startMessages(limit)
        expect(violations).toEqual([])
        expect(flatten(messages)).toEqual(flatten(stream))
        expect(reader.bufferedBytes).toBe(0)
      }),
    )
  })

  it('one byte a push gives the same messages', () => {
    fc.assert(
      fc.property(anyStream, (stream) => {
        const { reader, messages } = recordMessages()
        for (const byte of wire(...stream)) reader.push(Uint8Array.of(byte))
        expect(messages).toEqual(flatten(stream))
      }),
      { numRuns: 30 },
    )
  })

  it('arbitrary bytes never throw, and never make it hold more than the limit', () => {
    const maxFrameBytes = 2000
    const lengths = fc.oneof(fc.nat(20), fc.nat(2 * maxFrameBytes), fc.nat(0xffff_ffff))
    const roughFrame = fc.tuple(lengths, fc.nat(24), fc.uint8Array({ maxLength: 400 })).map(([length, id, payload]) => {
      const header = rawFrame(id, 0)
      new DataView(header.buffer).setUint32(0, length)
      return concat([header, payload])
    })
    fc.assert(
      fc.property(fc.array(roughFrame, { maxLength: 30 }), anyCuts, (frames, cuts) => {
        const { reader, calls } = recordMessages(maxFrameBytes)
        for (const chunk of portionsOf(concat(frames), cuts)) {
          reader.push(chunk)
          expect(reader.bufferedBytes).toBeLessThanOrEqual(4 + maxFrameBytes)
        }
        expect(calls.slice(0, -1)).not.toContain('violation')
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
        const { reader } = record()
        for (const chunk of chunks) reader.push(chunk)
        expect(reader.bufferedBytes).toBeLessThanOrEqual(68)
      }),
    )
  })

  it('a valid stream with changed bytes never throws', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(anyStream, changes, anyCuts, (stream, changed, cuts) => {
        const { reader, calls } = record({ infoHash: () => reader.startMessages(5000) })
        const bytes = concat([someHandshake, wire(...stream)])
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte
        for (const chunk of portionsOf(bytes, cuts)) reader.push(chunk)
        expect(calls.filter((call) => call === 'violation').length).toBeLessThanOrEqual(1)
        expect(reader.bufferedBytes).toBeLessThanOrEqual(5004)
      }),
    )
  })

  it('a reader costs next to nothing before its first byte', () => {
    const others = { infoHash: () => {}, peerId: () => {}, unknown: () => {}, violation: () => {} }
    const silent = { ...others, ...messagesTo(() => {}) }
    expect(new WireReader(silent).bufferedBytes).toBe(0)
  })
})

describe('a message beside the stream', () => {
  const piece = wire({ name: 'piece', blocks: [block(3)] })
  const have = Uint8Array.of(0, 0, 0, 7)

  it.each([2, 4, 5, 9, 1000, piece.length - 1])(
    'is delivered at once, and the frame it came amid, byte %d, goes on',
    (at) => {
      const { reader, messages, violations } = recordMessages(limit)
      reader.push(piece.subarray(0, at))
      reader.receive(4, have)
      reader.push(piece.subarray(at))
      expect(messages).toEqual([
        { name: 'have', index: 7 },
        { name: 'piece', blocks: [block(3)] },
      ])
      expect(violations).toEqual([])
    },
  )

  it('amid an unknown message that is passed over changes nothing of that', () => {
    const { reader, messages } = recordMessages(limit)
    reader.push(rawFrame(99, 100).subarray(0, 50))
    reader.receive(99, new Uint8Array(10))
    reader.receive(1, new Uint8Array())
    reader.push(concat([rawFrame(99, 100).subarray(50), wire({ name: 'choke' })]))
    expect(names(messages)).toEqual(['unchoke', 'choke'])
  })

  it.each(['request', 'piece'] as const)('is delivered by itself: %s', (name) => {
    const { reader, messages } = recordMessages(limit)
    const message: Message = name === 'piece' ? { name, blocks: [block(3)] } : { name, requests: [request] }
    reader.receive(messageTable[name].id, wire(message).subarray(5))
    expect(messages).toEqual([message])
  })

  it.each([
    ['a wrong length', 4, 3, 'bad_length'],
    ['more than the limit', 20, limit, 'frame_too_long'],
  ])('is the violation that it is in the stream: %s', (_, id, bytes, code) => {
    const { reader, violations, messages } = recordMessages(limit)
    reader.receive(id, new Uint8Array(bytes))
    reader.receive(0, new Uint8Array())
    expect(codes(violations)).toEqual([code])
    expect(messages).toEqual([])
  })

  it('with an unknown id is told as one in the stream', () => {
    const { reader, unknown } = recordMessages(limit)
    reader.push(rawFrame(98, 0))
    reader.receive(99, new Uint8Array())
    expect(unknown).toEqual([98, 99])
  })

  it('does not come before messages are started, nor after the end', () => {
    const { reader, calls } = record()
    expect(() => reader.receive(1, new Uint8Array())).toThrow('before messages are started')
    reader.stop()
    expect(() => reader.receive(1, new Uint8Array())).not.toThrow()
    expect(calls).toEqual([])
  })

  it('that its sink throws over stops the reader', () => {
    const { reader, messages } = recordMessages(limit, {
      message: () => {
        throw new Error('sink')
      },
    })
    expect(() => reader.receive(1, new Uint8Array())).toThrow('sink')
    reader.push(wire({ name: 'choke' }))
    expect(messages).toHaveLength(1)
  })
})

it('views of bytes that last stay as they are, those of joined frames too', () => {
  const views: Uint8Array[] = []
  const { reader } = recordMessages(limit, {
    message: (message) => {
      if (message.name === 'piece') views.push(...message.blocks.map(({ data }) => data))
    },
  })
  const bytes = wire(...[1, 2, 3, 4].map((index): Message => ({ name: 'piece', blocks: [block(index)] })))
  for (let at = 0; at < bytes.length; at += 10_000) reader.push(bytes.slice(at, at + 10_000), { isLasting: true })
  expect(views.map((data) => data.every((byte) => byte === data[0]))).toEqual([true, true, true, true])
  expect(views.map((data) => data[0])).toEqual([1, 2, 3, 4])
})

describe('turns', () => {
  const haves = (count: number) => Array.from({ length: count }, (_, index): Message => ({ name: 'have', index }))

  it('deliver so many messages and no more; what is pushed meanwhile waits behind, and nothing is lost', () => {
    const { reader, messages } = recordMessages()
    const said = [...haves(2 * turnMessagesMax), ...haves(turnMessagesMax / 2)]
    const bytes = wire(...said)
    const cut = 9 * (turnMessagesMax + 10) + 4
    const first = bytes.slice(0, cut)
    reader.push(first)
    first.fill(0xff)
    expect([messages.length, reader.isBehind]).toEqual([turnMessagesMax, true])
    reader.push(bytes.subarray(cut))
    expect(messages.length).toBe(turnMessagesMax)
    expect(reader.bufferedBytes).toBe(bytes.length - 9 * turnMessagesMax)
    reader.readOn()
    expect([messages.length, reader.isBehind]).toEqual([2 * turnMessagesMax, true])
    reader.readOn()
    expect(messages).toEqual(said)
    expect([reader.isBehind, reader.bufferedBytes]).toEqual([false, 0])
    reader.readOn()
    expect(messages).toEqual(said)
  })

  it('count a batch as one message and little more: a read full of blocks is delivered at once, also in the least of turns', () => {
    const { reader, messages } = recordMessages()
    reader.push(wire({ name: 'piece', blocks: Array.from({ length: 16 }, (_, i) => block(i)) }), {
      costMax: turnCostMin,
    })
    expect([messages.length, reader.isBehind, reader.isSpent]).toEqual([1, false, false])
    expect(reader.spent).toBe(turnCosts.message + 16 * (turnCosts.block + 1))
  })

  it('end amid a batch of requests: 15,000 of them are many turns', () => {
    const { reader, messages } = recordMessages()
    reader.push(wire({ name: 'request', requests: Array.from({ length: 15_000 }, () => request) }))
    expect(reader.isBehind).toBe(true)
    expect(flatten(messages).length).toBe(Math.ceil((turnCostMax - turnCosts.message) / turnCosts.request))
  })

  it.each<[string, Uint8Array, number]>([
    ['an extended message as its bytes', wire({ name: 'extended', id: 9, payload: new Uint8Array(53_000) }), 828],
    ['a small one as four messages', wire({ name: 'extended', id: 9, payload: new Uint8Array(2) }), 0],
    ['a bitfield as its bytes', wire({ name: 'bitfield', bits: new Uint8Array(62_500) }), 976 - 48],
    ['a message that is skipped as one', rawFrame(99, 60_000), -48],
    ['a keep-alive as one', wire({ name: 'keep_alive' }), -48],
  ])('count %s', (_, bytes, more) => {
    const { reader } = recordMessages()
    reader.push(bytes)
    expect(reader.spent).toBe(turnCosts.extended + more)
  })

  it('are as long as the caller says, and one message at least is delivered in each', () => {
    const { reader, messages } = recordMessages()
    const payload = new Uint8Array(53_000)
    reader.push(wire({ name: 'extended', id: 9, payload }, { name: 'extended', id: 9, payload }), { costMax: 1 })
    expect([messages.length, reader.isBehind, reader.isSpent]).toEqual([1, true, true])
    reader.readOn(1)
    expect([messages.length, reader.isBehind, reader.isSpent]).toEqual([2, false, true])
    reader.readOn(1)
    expect([reader.spent, reader.isSpent]).toEqual([0, false])
  })

  it('are kept to by what was held behind the handshake too', () => {
    const { reader, messages } = record()
    reader.push(concat([someHandshake, wire(...haves(turnMessagesMax + 1))]))
    reader.startMessages(limit)
    expect([messages.length, reader.isBehind]).toEqual([turnMessagesMax, true])
    reader.readOn()
    expect(messages.length).toBe(turnMessagesMax + 1)
  })

  it('are over when the reader is stopped, or a rule was broken', () => {
    const { reader, messages, violations } = recordMessages()
    reader.push(concat([wire(...haves(turnMessagesMax)), rawFrame(4, 3), wire(...haves(1))]))
    expect([violations.length, reader.isBehind]).toEqual([0, true])
    reader.readOn()
    expect(codes(violations)).toEqual(['bad_length'])
    expect([messages.length, reader.isBehind]).toEqual([turnMessagesMax, false])
  })
})

describe('the block under way', () => {
  const bytes = wire({ name: 'piece', blocks: [block(3)] })

  it('is known from the first byte of its data until it is whole', () => {
    const { reader } = recordMessages()
    expect(reader.blockUnderWay).toBeUndefined()
    reader.push(bytes.subarray(0, 13))
    expect(reader.blockUnderWay).toBeUndefined()
    reader.push(bytes.subarray(13, 14))
    expect(reader.blockUnderWay).toEqual({ index: 3, begin: 0 })
    reader.push(bytes.subarray(14, -1))
    expect(reader.blockUnderWay).toEqual({ index: 3, begin: 0 })
    reader.push(bytes.subarray(-1))
    expect(reader.blockUnderWay).toBeUndefined()
  })

  it('is none while another message comes, before messages are started, and after the end', () => {
    const behind = record().reader
    behind.push(concat([someHandshake, bytes.subarray(0, 100)]))
    expect(behind.blockUnderWay).toBeUndefined()
    behind.startMessages(limit)
    expect(behind.blockUnderWay).toEqual({ index: 3, begin: 0 })
    behind.stop()
    expect(behind.blockUnderWay).toBeUndefined()
    const { reader } = recordMessages()
    reader.push(wire({ name: 'extended', id: 3, payload: new Uint8Array(100).fill(7) }).subarray(0, 50))
    expect(reader.blockUnderWay).toBeUndefined()
  })
})
