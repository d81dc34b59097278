import { isDeepStrictEqual } from 'node:util'
import type { Negotiation } from '../../transport/mse/negotiation.ts'
import type { NegotiationOutput } from '../../transport/mse/negotiation-output.ts'
import { initialPayloadBytesMax } from '../../transport/mse/responder.ts'
import { wholeAndCut } from './portions.ts'
import { must } from './target.ts'

/** The same random bytes in each run, so that a stream that was recorded of one is understood in all. */
export const steadyBytes =
  (first: number) =>
  (length: number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => (length === 2 ? 0 : first + i))

const ends: readonly string[] = ['established', 'plaintext_header', 'failed']

/** What is told of a negotiation; what stands behind it is put together. */
interface Heard {
  readonly outputs: readonly unknown[]
  readonly behind: Uint8Array
}

/**
 * Has one side of MSE, made anew each time, read a stream in whatever portions: it tells the same, ends once, and takes no more than the
 * longest negotiation has. Answers its end; undefined: it waits for more.
 */
export function negotiated(make: () => Negotiation, stream: Uint8Array, bytesMax: number): string | undefined {
  const [whole, ...others] = wholeAndCut(stream).map((portions) => heard(make(), portions, bytesMax)) as [
    Heard,
    ...Heard[],
  ]
  for (const other of others) must(isDeepStrictEqual(other, whole), 'it tells the same in any portions')
  const last = whole.outputs.at(-1) as { readonly type: string; readonly code?: string; readonly method?: string }
  return ends.includes(last?.type) ? `${last.type} ${last.code ?? last.method}` : undefined
}

function heard(negotiation: Negotiation, portions: readonly Uint8Array[], bytesMax: number): Heard {
  const outputs: NegotiationOutput[] = [...negotiation.start()]
  const behind: Uint8Array[] = []
  let taken = 0
  for (const portion of portions) {
    if (negotiation.isOver) {
      behind.push(portion)
      continue
    }
    taken += portion.length
    for (const output of negotiation.push(portion.slice())) {
      outputs.push(
        output.type === 'established' ? { ...output, initialPayload: output.initialPayload.slice() } : output,
      )
    }
    must(negotiation.isOver || taken <= bytesMax, 'it waits for no more than the longest negotiation has')
  }
  must(outputs.filter(({ type }) => ends.includes(type)).length === Number(negotiation.isOver), 'it ends once')
  const last = outputs.at(-1)
  if (!last || !('rest' in last)) return { outputs, behind: new Uint8Array() }
  if (last.type === 'established') {
    must(last.initialPayload.length <= initialPayloadBytesMax, 'an initial payload is bounded')
    if (last.method === 'rc4') for (const portion of behind) last.decrypt.apply(portion)
  }
  const told = 'decrypt' in last ? { ...last, decrypt: undefined, encrypt: undefined } : last
  return {
    outputs: [...outputs.slice(0, -1), { ...told, rest: undefined }],
    behind: Buffer.concat([last.rest, ...behind]),
  }
}
