import fc, { type Arbitrary } from 'fast-check'
import type { BlockRequest, Message } from '../../transport/wire/messages.ts'

const u32 = fc.nat(0xffff_ffff)
const bytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 300 })
const batch = <Element>(element: Arbitrary<Element>) => fc.array(element, { minLength: 1, maxLength: 6 })

/** A block as the wire may name it, whether a torrent has it or not. */
export const anyBlockRequest: Arbitrary<BlockRequest> = fc.record({
  index: u32,
  begin: u32,
  length: fc.integer({ min: 1, max: 0xffff_ffff }),
})

/** Every message there is, each as likely as the next: what the codec writes and reads, whether it makes sense or not. */
export const anyMessage: Arbitrary<Message> = fc.oneof(
  ...(['keep_alive', 'choke', 'unchoke', 'interested', 'not_interested', 'have_all', 'have_none'] as const).map(
    (name) => fc.constant({ name }),
  ),
  ...(['have', 'suggest_piece', 'allowed_fast'] as const).map((name) =>
    fc.record({ name: fc.constant(name), index: u32 }),
  ),
  fc.record({ name: fc.constant('bitfield'), bits: bytes(1) }),
  ...(['request', 'cancel', 'reject_request'] as const).map((name) =>
    fc.record({ name: fc.constant(name), requests: batch(anyBlockRequest) }),
  ),
  fc.record({
    name: fc.constant('piece'),
    blocks: batch(fc.record({ index: u32, begin: u32, data: bytes(1) })),
  }),
  fc.record({ name: fc.constant('port'), port: fc.integer({ min: 1, max: 0xffff }) }),
  fc.record({ name: fc.constant('extended'), id: fc.nat(255), payload: bytes(0) }),
)

/** Bytes cut where `cuts` say, each taken modulo what there is to cut. */
export function portionsOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = cuts.map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other)
  return [0, ...at].map((from, nth) => bytes.subarray(from, at[nth] ?? bytes.length))
}

/** The same bytes in portions, as a socket may bring them: any number of cuts, anywhere. */
export const anyPortionsOf = (bytes: Uint8Array): Arbitrary<Uint8Array[]> =>
  fc.array(fc.nat(bytes.length), { maxLength: 20 }).map((cuts) => portionsOf(bytes, cuts))
