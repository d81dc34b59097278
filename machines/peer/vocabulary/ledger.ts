import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'

/** A request on its way, with the time it was sent. */
export interface Outstanding extends BlockRequest {
  readonly at: number
}

/** What settling leaves: requests still open, and answers that belong to none. */
export interface Settlement<R, A> {
  readonly open: readonly R[]
  readonly unmatched: readonly A[]
}

const none: readonly never[] = []

/** Bytes of a block, asked for or delivered. */
export const lengthOf = (block: Block | BlockRequest): number => ('data' in block ? block.data.length : block.length)

/** Whether two speak of the same block: index, begin and length all agree (BEP 6). */
export const sameBlock = (a: Block | BlockRequest, b: Block | BlockRequest): boolean =>
  a.begin === b.begin && a.index === b.index && lengthOf(a) === lengthOf(b)

/** A block by index, begin and length, as a key: however long the lists, looking one up costs the same. */
export const keyOf = (block: Block | BlockRequest): string => `${block.index}/${block.begin}/${lengthOf(block)}`

/**
 * Strikes `answers` off the requests `asked`, each at most once. Clients answer in the order they were asked, so the common
 * case is a prefix and costs one slice; any other order is looked up.
 */
export function settle<R extends BlockRequest, A extends Block | BlockRequest>(
  asked: readonly R[],
  answers: readonly A[],
): Settlement<R, A> {
  let inOrder = 0
  while (inOrder < answers.length && inOrder < asked.length) {
    if (!sameBlock(asked[inOrder] as R, answers[inOrder] as A)) break
    inOrder++
  }
  if (inOrder === answers.length) return { open: asked.slice(inOrder), unmatched: none }
  return settleAnyOrder(asked.slice(inOrder), answers.slice(inOrder))
}

function settleAnyOrder<R extends BlockRequest, A extends Block | BlockRequest>(
  asked: readonly R[],
  answers: readonly A[],
): Settlement<R, A> {
  // Keys are dear, so they are made of those requests alone that an answer may belong to.
  const begins = new Set(answers.map(({ begin }) => begin))
  const answered = new Map<string, number>()
  for (const answer of answers) answered.set(keyOf(answer), (answered.get(keyOf(answer)) ?? 0) + 1)
  const strike = (key: string): boolean => {
    const left = answered.get(key) ?? 0
    if (left > 0) answered.set(key, left - 1)
    return left > 0
  }
  const open = asked.filter((request) => !begins.has(request.begin) || !strike(keyOf(request)))
  // What is left over in the count belongs to no request: the last of equal answers.
  const unmatched = answers.toReversed().filter((answer) => strike(keyOf(answer)))
  return { open, unmatched: unmatched.toReversed() }
}

/** Those of `answers` that are not among `unmatched`; the list itself when none is. */
export function without<A>(answers: readonly A[], unmatched: readonly A[]): readonly A[] {
  if (unmatched.length === 0) return answers
  const strangers = new Set(unmatched)
  return answers.filter((answer) => !strangers.has(answer))
}

/** The sum of lengths, in bytes. */
export function totalBytes(blocks: readonly (Block | BlockRequest)[]): number {
  let bytes = 0
  for (const block of blocks) bytes += lengthOf(block)
  return bytes
}
