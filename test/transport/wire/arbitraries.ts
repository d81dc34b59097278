import fc from 'fast-check'
import type { BlockRequest, Message } from '../../../transport/wire/messages.ts'

const u32 = fc.nat(0xffff_ffff)
const bytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 300 })
const request: fc.Arbitrary<BlockRequest> = fc.record({
  index: u32,
  begin: u32,
  length: fc.integer({ min: 1, max: 0xffff_ffff }),
})
const batch = <Element>(element: fc.Arbitrary<Element>) => fc.array(element, { minLength: 1, maxLength: 6 })

/** Every message there is, each as likely as the next. */
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.constantFrom<Message>(
    { name: 'keep_alive' },
    { name: 'choke' },
    { name: 'unchoke' },
    { name: 'interested' },
    { name: 'not_interested' },
    { name: 'have_all' },
    { name: 'have_none' },
  ),
  fc.record({ name: fc.constantFrom('have', 'suggest_piece', 'allowed_fast'), index: u32 }),
  fc.record({ name: fc.constant('bitfield'), bits: bytes(1) }),
  fc.record({ name: fc.constantFrom('request', 'cancel', 'reject_request'), requests: batch(request) }),
  fc.record({
    name: fc.constant('piece'),
    blocks: batch(fc.record({ index: u32, begin: u32, data: bytes(1) })),
  }),
  fc.record({ name: fc.constant('port'), port: fc.integer({ min: 1, max: 0xffff }) }),
  fc.record({ name: fc.constant('extended'), id: fc.nat(255), payload: bytes(0) }),
)

/** Cuts `stream` where `cuts` say, each taken modulo what there is to cut. */
export function fragments(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b)
  return [0, ...at].map((from, i) => stream.subarray(from, at[i] ?? stream.length))
}
