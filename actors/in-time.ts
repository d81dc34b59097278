import type { Clock } from '../transport/clock.ts'

/** Waits for `work`, but no longer than `ms` milliseconds: then rejects with an Error of this message, and leaves the work to itself. */
export async function inTime<Result>(
  work: Promise<Result>,
  ms: number,
  clock: Clock,
  message: string,
): Promise<Result> {
  let timer: unknown
  const late = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(() => reject(new Error(message)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clock.clearTimeout(timer)
  }
}
