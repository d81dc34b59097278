import type { Block, BlockRequest } from '../../transport/wire/messages.ts'

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
  const open = asked.slice(inOrder)
  if (inOrder === answers.length) return { open, unmatched: none }
  const unmatched: A[] = []
  for (let i = inOrder; i < answers.length; i++) {
    const answer = answers[i] as A
    const found = open.findIndex((request) => sameBlock(request, answer))
    if (found < 0) unmatched.push(answer)
    else open.splice(found, 1)
  }
  return { open, unmatched }
}

/** The sum of lengths, in bytes. */
export function totalBytes(blocks: readonly (Block | BlockRequest)[]): number {
  let bytes = 0
  for (const block of blocks) bytes += lengthOf(block)
  return bytes
}
