import type { Random } from '../../transport/random.ts'

/** So many of them, each as likely as the next (Fisher and Yates); all in a random order, where there are not as many. */
export function pickSome<One>(all: Iterable<One>, count: number, random: Random): One[] {
  const left = [...all]
  const end = Math.min(count, left.length)
  for (let i = 0; i < end; i++) {
    const j = i + Math.floor(random() * (left.length - i))
    const other = left[j] as One
    left[j] = left[i] as One
    left[i] = other
  }
  return left.slice(0, end)
}
