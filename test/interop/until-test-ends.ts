import { onTestFinished } from 'vitest'

/** Hands back `running`, which is stopped when the current test ends, whatever its outcome. */
export function untilTestEnds<T extends { stop(): Promise<unknown> }>(running: T): T {
  onTestFinished(async () => {
    await running.stop()
  })
  return running
}
