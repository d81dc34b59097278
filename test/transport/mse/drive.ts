import type { RandomBytes } from '../../../transport/mse/key-exchange.ts'
import type { Negotiation } from '../../../transport/mse/negotiation.ts'
import type { NegotiationOutput } from '../../../transport/mse/negotiation-output.ts'
import { seededRandom } from '../../../transport/random.ts'
import { concat } from '../wire/record.ts'

type Named<Type extends NegotiationOutput['type']> = Extract<NegotiationOutput, { readonly type: Type }>

/** Random bytes of a seed, the same in every run. */
export function seededBytes(seed: number): RandomBytes {
  const random = seededRandom(seed)
  return (length) => Uint8Array.from({ length }, () => Math.floor(256 * random()))
}

/** `privateKey`, then a padding of `padding`: what one side of a negotiation asks for. */
export function replay(privateKey: Uint8Array, padding: Uint8Array = new Uint8Array(0)): RandomBytes {
  return answering([privateKey, ...paddingAnswers(padding)])
}

/** Likewise, of a side that has its key pair already. */
export const replayPadding = (padding: Uint8Array): RandomBytes => answering(paddingAnswers(padding))

const paddingAnswers = (padding: Uint8Array) => [Uint8Array.of(padding.length >>> 8, padding.length), padding]

function answering(answers: Uint8Array[]): RandomBytes {
  return (length) => {
    const answer = answers.shift()
    if (answer?.length !== length) throw new Error(`${length} random bytes were asked for, not ${answer?.length}`)
    return answer
  }
}

/** The outputs of one kind. */
export function of<Type extends NegotiationOutput['type']>(
  outputs: readonly NegotiationOutput[],
  type: Type,
): Named<Type>[] {
  return outputs.filter((output): output is Named<Type> => output.type === type)
}

/** Everything `outputs` write, as one. */
export const written = (outputs: readonly NegotiationOutput[]): Uint8Array =>
  concat(of(outputs, 'write').map(({ bytes }) => bytes))

/** The types of `outputs`, writes left out. */
export const steps = (outputs: readonly NegotiationOutput[]): string[] =>
  outputs.map(({ type }) => type).filter((type) => type !== 'write')

/** The only output of a kind. */
export function the<Type extends NegotiationOutput['type']>(
  outputs: readonly NegotiationOutput[],
  type: Type,
): Named<Type> {
  const found = of(outputs, type)
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} ${type} in: ${steps(outputs)}`)
  return found[0]
}

/**
 * Starts it and pushes `stream`, `size` bytes a time, each in a copy that is overwritten afterwards, as a socket does. What
 * stands behind the end is in `behind`: as it came, except the bytes of the last push, which are in `rest`.
 */
export function feed(
  negotiation: Negotiation,
  stream: Uint8Array,
  size = stream.length || 1,
): { readonly outputs: NegotiationOutput[]; readonly behind: Uint8Array } {
  const outputs = [...negotiation.start()]
  let at = 0
  while (at < stream.length && !negotiation.isOver) {
    const chunk = stream.slice(at, at + size)
    outputs.push(...negotiation.push(chunk).map(kept))
    chunk.fill(0xee)
    at += chunk.length
  }
  return { outputs, behind: stream.slice(at) }
}

/** The output with its views copied. */
export function kept(output: NegotiationOutput): NegotiationOutput {
  if (output.type === 'plaintext_header') return { ...output, rest: output.rest.slice() }
  if (output.type !== 'established') return output
  return { ...output, rest: output.rest.slice(), initialPayload: output.initialPayload.slice() }
}
