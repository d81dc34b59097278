import { isDeepStrictEqual } from 'node:util'
import { encode } from '../../transport/wire/encode.ts'
import { frameBytesMaxBeforePieceCount, frameLimit } from '../../transport/wire/frame-limit.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { WireReader } from '../../transport/wire/reader.ts'
import { heardBy } from '../engine/heard.ts'
import { wholeAndCut } from '../engine/portions.ts'
import { must, type Target } from '../engine/target.ts'
import { handshakeSeed, messageSeeds } from '../engine/wire-seeds.ts'

const limit = frameLimit(1)

/**
 * Messages behind a handshake: what is told is the same in whatever portions the bytes come, and when they were pushed on after others had
 * their turn; no more is kept than a frame; and what is written of it is read as the same.
 */
export const target: Target = {
  covers: [
    'transport/wire/reader.ts',
    'transport/wire/batch.ts',
    'transport/wire/carry.ts',
    'transport/wire/decode.ts',
    'transport/wire/payloads.ts',
    'transport/wire/turn-cost.ts',
  ],
  bytesMax: 8_192,
  words: [...Array(22).keys()].map((id) => Uint8Array.of(0, 0, 0, 1, id)),
  seeds: () => messageSeeds(),
  run(input) {
    const stream = Buffer.concat([handshakeSeed, input])
    const [whole = [], ...others] = wholeAndCut(stream).map((portions) => heard(portions))
    for (const other of others) must(isDeepStrictEqual(other, whole), 'it tells the same in any portions')
    const messages = whole.flatMap((one) =>
      one.name === 'violation' || one.name === 'unknown' ? [] : [one as Message],
    )
    if (messages.every(canBeWritten)) {
      const written = Buffer.concat([handshakeSeed, ...messages.flatMap((message) => encode(message))])
      must(isDeepStrictEqual(heard([written]), messages), 'it tells what was written of what it told')
    }
    const last = whole.at(-1)
    return last === undefined ? 'nothing' : 'code' in last ? last.code : last.name
  },
}

/** What no remote should send is read all the same, and not written. */
const canBeWritten = (message: Message): boolean =>
  message.name === 'port'
    ? message.port > 0
    : !('requests' in message) ||
      message.name === 'reject_request' ||
      message.requests.every(({ length }) => length > 0)

/** What is told of what stands behind the handshake; with a low cost it is read in many turns. */
function heard(portions: readonly Uint8Array[]) {
  const sink = heardBy()
  const reader = new WireReader(sink)
  reader.startMessages(frameBytesMaxBeforePieceCount)
  reader.limitFrames(limit)
  for (const [at, portion] of portions.entries()) {
    const isLasting = at % 2 === 1
    reader.push(isLasting ? portion : portion.slice(), { isLasting, costMax: 1 + (at % 64) })
    while (reader.isBehind) reader.readOn(1 + (at % 200))
    must(reader.bufferedBytes <= 2 * (limit + 4), 'it keeps no more than a frame')
  }
  return sink.messages
}
