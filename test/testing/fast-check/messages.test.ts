import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyExtendedMessage } from '../../../testing/fast-check/extended-messages.ts'
import { anyMessage, anyPortionsOf } from '../../../testing/fast-check/messages.ts'
import { encodeMessages } from '../../../testing/remote/encode-messages.ts'
import { decodeExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { decodeMetadataMessage } from '../../../transport/wire/extended/ut-metadata.ts'
import { decodePex } from '../../../transport/wire/extended/ut-pex.ts'
import { messageTable } from '../../../transport/wire/message-table.ts'
import { concat, flatten, recordMessages } from '../../transport/wire/record.ts'

test('a message is any that there is, each as likely as the next', () => {
  const names = fc.sample(anyMessage, { numRuns: 1_000, seed: 1 }).map(({ name }) => name)
  const all = ['keep_alive', ...Object.values(messageTable).map(({ name }) => name)]
  expect([...new Set(names)].sort()).toEqual([...all].sort())
  const counts = all.map((one) => names.filter((name) => name === one).length)
  expect(Math.min(...counts)).toBeGreaterThan(30)
  expect(Math.max(...counts)).toBeLessThan(90)
})

test('what is sent in any portions is read as it was sent', () => {
  const sent = anyMessage.chain((message) =>
    anyPortionsOf(encodeMessages(message)).map((portions) => ({ message, portions })),
  )
  fc.assert(
    fc.property(sent, ({ message, portions }) => {
      expect(concat(portions)).toEqual(encodeMessages(message))
      const recording = recordMessages()
      for (const portion of portions) recording.reader.push(portion)
      expect(flatten(recording.messages)).toEqual(flatten([message]))
    }),
  )
})

test('a message of the extension protocol is a good one of its extension, under the id that was asked for', () => {
  const read = [decodeExtendedHandshake, decodeMetadataMessage, decodePex]
  fc.assert(
    fc.property(anyExtendedMessage({ ut_metadata: 1, ut_pex: 2, lt_donthave: 3, upload_only: 4 }), (message) => {
      expect(message.name).toBe('extended')
      const decoded = read[message.id]?.(message.payload)
      expect(message.id < read.length ? decoded !== undefined : message.payload.length > 0).toBe(true)
    }),
  )
})
